// Which model, and which of its versions, a URL's page is about.
#pragma once

#include <optional>
#include <string>

#include "server/hub.h"

namespace tfhub::server {

// Without a version in the URL: the newest that has a document or bytes.
struct ModelSubject {
  site::ModelPointer model;
  protocol::Version version = 0;
  bool versioned = false;  // the URL named the version
};

// `path`: of a URL, without its leading slash. Nothing: it is no model's and no version's.
Result<std::optional<ModelSubject>> find_subject(Hub& hub, const std::string& path);
// The same from the lists alone, which may not have yet what was published a moment ago.
std::optional<ModelSubject> listed_subject(const site::Overview& overview, const std::string& path);

// The record of the subject's version; null: it has a document and no bytes.
Result<catalog::RecordPointer> record_of(Hub& hub, const ModelSubject& subject);

}  // namespace tfhub::server
