#include "server/reply.h"

#include <fmt/format.h>

#include <iterator>

namespace tfhub::server {

std::string_view to_string(Route route) {
  switch (route) {
    case Route::kPage:
      return "page";
    case Route::kArchive:
      return "archive";
    case Route::kFile:
      return "file";
    case Route::kUncompressed:
      return "uncompressed";
    case Route::kApi:
      return "api";
    case Route::kHealth:
      return "health";
    case Route::kMetrics:
      return "metrics";
    case Route::kStatic:
      return "static";
    case Route::kNone:
      break;
  }
  return "none";
}

void Reply::reset() {
  status = 200;
  route = Route::kNone;
  fields.clear();
  body.clear();
  file.reset();
  stream.reset();
  offset = length = 0;
}

void Reply::set_body(std::string text, std::string_view content_type) {
  body = std::move(text);
  length = body.size();
  add("Content-Type", content_type);
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string common_fields(std::string_view http_date) {
  return fmt::format(
      "Server: tfhub\r\n"
      "Date: {}\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Expose-Headers: ETag, Content-Length, Content-Range, Repr-Digest\r\n",
      http_date);
}

void serialise_head(const Reply& reply, std::string_view common, bool keep_alive, bool version_1_0,
                    std::string& out) {
  const fmt::format_int status(reply.status), length(reply.length);
  out.append("HTTP/1.1 ")
      .append(status.data(), status.size())
      .append(" ")
      .append(reason_phrase(reply.status));
  out.append("\r\n").append(common).append(reply.fields);
  // RFC 9110, 8.6: none in a 204; in a 304 it would have to be the length of the answer not sent.
  if (reply.status != 204 && reply.status != 304)
    out.append("Content-Length: ").append(length.data(), length.size()).append("\r\n");
  if (!keep_alive) {
    out.append("Connection: close\r\n");
  } else if (version_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace tfhub::server
