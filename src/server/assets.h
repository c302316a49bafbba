// The files that pages name: one stylesheet, one small script, an icon. Their paths hold their digests, so
// that a browser keeps them for good and never has an old one.
#pragma once

#include <string>
#include <string_view>

#include "server/reply.h"
#include "server/request.h"

namespace tfhub::server {

struct Asset {
  std::string path;  // "/static/style.css?v=…"
  std::string_view content_type;
  std::string_view text;
  std::string etag;
};
const Asset& stylesheet();
const Asset& script();
const Asset& icon();

// Whether `path` ("static/style.css") was one of them, and so is answered.
bool answer_asset(const Request& request, std::string_view path, Reply& reply);

}  // namespace tfhub::server
