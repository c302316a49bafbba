// One request as the router sees it: the few fields that decide an answer, as views into the connection's
// buffer.
#pragma once

#include <cstdint>
#include <string_view>

namespace tfhub::server {

enum class Method : uint8_t { kGet, kHead, kOptions, kOther };

struct Request {
  Method method = Method::kGet;
  std::string_view method_name = "GET";
  std::string_view target = "/";  // origin form: path and query
  std::string_view scheme = "http";
  std::string_view host = {};  // valid, or empty (HTTP/1.0)
  std::string_view accept = {}, accept_encoding = {}, range = {}, if_range = {}, if_none_match = {},
                   user_agent = {};

  std::string_view path() const { return target.substr(0, target.find('?')); }
  std::string_view query() const {
    const size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
};

}  // namespace tfhub::server
