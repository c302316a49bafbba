// What is sent of a thing that has a strong ETag: all of it, a part, or only the news that it did not change
// (RFC 9110, sections 13 and 14; protocol.md section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/http.h"
#include "server/hub.h"
#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

// A file of a published version: immutable bytes with a known digest.
struct Artefact {
  std::string name;                               // for OpenFiles: unique among all artefacts
  std::function<Result<std::string>()> location;  // its key in the store now
  uint64_t size = 0;
  Sha256Digest sha256;
  bool redirectable = false;  // large enough to be worth a second request
  std::string fields;  // Content-Type, Cache-Control and what else is said of it with 200, 206 and 304 alike
};
void answer_artefact(Hub& hub, const Request& request, const Artefact& artefact, Reply& reply);

// A page or a JSON text made for this request: ETag from its bytes, `no-cache`, 304. The rest of its fields
// are set.
void answer_text(const Request& request, std::string_view content_type, std::string text, Reply& reply);

// "\"0123…\"": half of a SHA-256 is more than enough to tell two files apart.
std::string etag_of(const Sha256Digest& digest);

}  // namespace tfhub::server
