// The pages a browser sees: lists, a model version, errors. Plain HTML that works without scripts; every name
// in it is escaped.
#pragma once

#include <string>
#include <string_view>

#include "documents/document.h"
#include "server/hub.h"
#include "server/model_subject.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

// "/", "/<publisher>", "/s?q=…".
void answer_home(Hub& hub, const Request& request, Reply& reply);
void answer_publisher(Hub& hub, const Request& request, std::string_view publisher, Reply& reply);
void answer_search(Hub& hub, const Request& request, Reply& reply);

// The documentation page of a handle.
void answer_model_page(Hub& hub, const Request& request, const ModelSubject& subject, Reply& reply);
// `head`: of the collection's document, its body is not needed.
void answer_collection(Hub& hub, const Request& request, const documents::Document& head, Reply& reply);

std::string problem_page(unsigned status, std::string_view title, std::string_view detail);
// Body and the fields that every page has.
void set_page(Reply& reply, std::string html);

}  // namespace tfhub::server
