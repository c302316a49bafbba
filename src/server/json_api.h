// /api/v1: the catalogue as JSON, in the shapes of docs/protocol.md. openapi.cc describes it for programs.
#pragma once

#include "server/hub.h"
#include "server/model_subject.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

// `rest` is what follows "/api/v1/" in the path.
void answer_api(Hub& hub, const Request& request, std::string_view rest, Reply& reply);
// A version that has a document and no bytes has no downloads and no files.
void answer_version_json(Hub& hub, const Request& request, const ModelSubject& subject, Reply& reply);
void answer_openapi(Hub& hub, const Request& request, Reply& reply);

}  // namespace tfhub::server
