// The one translation unit with Beast in it (it compiles for half a minute).
#include "server/request_head.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

namespace tfhub::server {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) {
  return {text.data(), text.size()};
}

HeadError bad(const char* why) {
  return {400, why};
}

// Keeps only what answers depend on, as views: no field is copied, nothing is allocated.
class Tokens final : public http::basic_parser<true> {
 public:
  Tokens(std::string_view text, Head& head) : text_(text), head_(head) {
    header_limit(static_cast<uint32_t>(kMaxHead + 2));
  }

  HeadError error;
  bool has_host = false, has_length = false, has_transfer_encoding = false;

 private:
  void on_request_impl(http::verb verb, string_view method, string_view target, int version,
                       error_code&) override {
    head_.request.method_name = view(method);
    head_.request.method = verb == http::verb::get       ? Method::kGet
                           : verb == http::verb::head    ? Method::kHead
                           : verb == http::verb::options ? Method::kOptions
                                                         : Method::kOther;
    head_.request.target = view(target);
    head_.version_1_0 = version == 10;
  }

  void on_field_impl(http::field name, string_view, string_view value_, error_code& ec) override {
    const std::string_view value = view(value_);
    // Beast joins folded lines in a buffer of its own; RFC 9112, 5.2 lets a server refuse them, and a proxy
    // that reads them otherwise than we do is one way to smuggle.
    if (!value.empty() && (value.data() < text_.data() || value.data() >= text_.data() + text_.size()))
      return refuse(bad("a header field is folded over several lines"), ec);
    switch (name) {
      case http::field::host:
        if (std::exchange(has_host, true)) return refuse(bad("there is more than one Host header"), ec);
        head_.request.host = value;
        break;
      case http::field::content_length:
        // Even equal ones: nobody sends two but by mistake or by malice.
        if (std::exchange(has_length, true)) return refuse(bad("there is more than one Content-Length"), ec);
        if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
          return refuse(bad("Content-Length is not a number"), ec);
        break;
      case http::field::transfer_encoding:
        if (std::exchange(has_transfer_encoding, true))
          return refuse(bad("there is more than one Transfer-Encoding"), ec);
        break;
      case http::field::expect:
        head_.expects_continue = true;
        break;
      case http::field::accept:
        if (head_.request.accept.empty()) head_.request.accept = value;
        break;
      case http::field::accept_encoding:
        head_.request.accept_encoding = value;
        break;
      case http::field::range:
        // Two headers are several ranges, which we answer with the whole.
        head_.request.range = std::exchange(has_range_, true) ? std::string_view() : value;
        break;
      case http::field::if_range:
        head_.request.if_range = value;
        break;
      case http::field::if_none_match:
        head_.request.if_none_match = value;
        break;
      case http::field::user_agent:
        head_.request.user_agent = value;
        break;
      default:
        break;
    }
  }

  void refuse(HeadError why, error_code& ec) {
    error = why;
    ec = http::error::bad_value;
  }

  void on_header_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  std::string_view text_;
  Head& head_;
  bool has_range_ = false;
};

HeadError explain(error_code ec) {
  if (ec == http::error::header_limit) return {431, "the header is larger than 16 KiB"};
  if (ec == http::error::bad_version) return {505, "this server speaks HTTP/1.1 and HTTP/1.0"};
  if (ec == http::error::bad_method) return bad("the method is malformed");
  if (ec == http::error::bad_target) return bad("the target is malformed");
  if (ec == http::error::bad_content_length || ec == http::error::multiple_content_length)
    return bad("Content-Length is malformed");
  if (ec == http::error::bad_transfer_encoding) return bad("Transfer-Encoding contradicts another header");
  return bad("the header is malformed");
}

bool is_ascii_graphic(char c) {
  return c > 0x20 && c < 0x7f;
}

// RFC 9112, 3.2: the origin form as it is; the absolute form, which proxies get and servers must understand,
// without its beginning, which then counts as Host (3.2.2); "*" for OPTIONS alone.
HeadError normalise_target(Request& request, bool& has_host) {
  std::string_view& target = request.target;
  if (!std::all_of(target.begin(), target.end(), is_ascii_graphic) || target.find('#') != target.npos)
    return bad("the target holds characters that a URL must escape");
  if (target.starts_with('/')) return {};
  if (target == "*" && request.method == Method::kOptions) return {};
  const size_t colon = target.find("://");
  const std::string_view scheme = target.substr(0, colon);
  if (colon == target.npos || (scheme != "http" && scheme != "https"))
    return request.method == Method::kOther ? HeadError{405, "this server is no proxy"}
                                            : bad("the target is not a path");
  std::string_view rest = target.substr(colon + 3);
  const size_t slash = rest.find_first_of("/?");
  request.host = rest.substr(0, slash);
  has_host = true;
  target = slash == rest.npos ? std::string_view("/") : rest.substr(slash);
  return target.starts_with('/') ? HeadError{} : bad("the target has no path");
}

}  // namespace

namespace {

// None is empty (one dot may end the whole), none begins or ends with '-' (RFC 1123, 2.1).
bool has_sound_labels(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  while (true) {
    const size_t end = std::min(name.find('.'), name.size());
    const std::string_view label = name.substr(0, end);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (end == name.size()) return true;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  size_t end = 0;
  if (host.front() == '[') {  // an IPv6 address
    const size_t close = host.find(']');
    if (close == host.npos) return false;
    const std::string_view address = host.substr(1, close - 1);
    const auto in_address = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
             c == '.';
    };
    if (address.empty() || !std::all_of(address.begin(), address.end(), in_address)) return false;
    end = close + 1;
  } else {
    end = std::min(host.find(':'), host.size());
    const auto in_name = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
             c == '.' || c == '_';
    };
    if (!std::all_of(host.begin(), host.begin() + static_cast<ptrdiff_t>(end), in_name)) return false;
    if (!has_sound_labels(host.substr(0, end))) return false;
  }
  if (end == host.size()) return true;
  const std::string_view port = host.substr(end + 1);
  return host[end] == ':' && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

HeadError parse_head(std::string_view text, Head& head) {
  Tokens tokens(text, head);
  error_code ec;
  tokens.put(boost::asio::const_buffer(text.data(), text.size()), ec);
  if (tokens.error.status != 0) return tokens.error;
  if (ec) return explain(ec);
  if (!tokens.is_header_done()) return bad("the header is malformed");

  // RFC 9112, 6.1: both lengths at once is how requests are smuggled, whatever order they stand in.
  if (tokens.has_transfer_encoding && tokens.has_length)
    return bad("Content-Length and Transfer-Encoding contradict each other");
  if (tokens.has_transfer_encoding && head.version_1_0) return bad("HTTP/1.0 has no Transfer-Encoding");
  if (tokens.has_transfer_encoding && !tokens.chunked())
    return {501, "the only Transfer-Encoding this server knows is chunked"};
  if (const auto error = normalise_target(head.request, tokens.has_host); error.status != 0) return error;
  if (!tokens.has_host && !head.version_1_0) return bad("an HTTP/1.1 request needs a Host header");
  if (!head.request.host.empty() && !is_valid_host(head.request.host))
    return bad("the Host header is malformed");

  head.chunked = tokens.chunked();
  head.content_length = tokens.has_length ? tokens.content_length().value_or(0) : 0;
  head.keep_alive = tokens.keep_alive();
  return {};
}

}  // namespace tfhub::server
