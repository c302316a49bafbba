// One answer, made by the router and sent by a connection: status, header fields, and a body in memory, in a
// file or from a store. A thread uses one Reply again and again, so that small answers allocate nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_stream.h"
#include "server/open_files.h"

namespace tfhub::server {

// What was asked for, as /metrics counts it.
enum class Route : uint8_t { kPage, kArchive, kFile, kUncompressed, kApi, kHealth, kMetrics, kStatic, kNone };
inline constexpr size_t kRoutes = 9;
std::string_view to_string(Route route);

struct Reply {
  unsigned status = 200;
  Route route = Route::kNone;
  std::string fields;    // "Name: value\r\n" each; what every answer carries is not here (see serialise)
  std::string body;      // the body, unless one of the next two is set
  OpenFilePointer file;  // the body is `length` bytes of this file from `offset`
  std::unique_ptr<ByteSource> stream;  // the body is what this gives, `length` bytes
  uint64_t offset = 0, length = 0;     // length: of the body, whatever holds it

  void reset();
  void add(std::string_view name, std::string_view value) {
    fields.append(name).append(": ").append(value).append("\r\n");
  }
  void set_body(std::string text, std::string_view content_type);
};

std::string_view reason_phrase(unsigned status);

// What stands in every answer and changes once a second.
std::string common_fields(std::string_view http_date);

// The head of an answer as sent. `version_1_0`: the client speaks HTTP/1.0, where keeping alive must be said.
void serialise_head(const Reply& reply, std::string_view common, bool keep_alive, bool version_1_0,
                    std::string& out);

}  // namespace tfhub::server
