// What the tests of this room share: short pauses, and a download read to its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "transfer/http.h"
#include "transfer/tuning.h"

namespace tfhub::transfer::test {

// Retries that cost a test next to nothing.
inline Tuning quick() {
  return {.backoff = std::chrono::milliseconds(1),
          .longest_backoff = std::chrono::milliseconds(2),
          .longest_retry_after = std::chrono::milliseconds(2)};
}

inline HttpOptions patient() {
  HttpOptions options;
  options.connect_timeout = std::chrono::seconds(5);
  options.stall_timeout = std::chrono::seconds(5);
  return options;
}

// Bytes in which no two places look alike.
inline std::string pattern(size_t size) {
  std::string out(size, '\0');
  uint32_t state = 1;
  for (char& c : out) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

// What read() gives before the end, and why there is no more if there is not.
inline std::string rest_of(ByteSource& source) {
  std::string bytes;
  std::vector<std::byte> buffer(100'000);
  for (;;) {
    const auto got = source.read(buffer);
    if (!got) return bytes + " but: " + got.error().message();
    if (*got == 0) return bytes;
    bytes += as_text(Bytes(buffer).first(*got));
  }
}

struct Outcome {
  std::string bytes;           // what read() gave before the end or the error
  std::optional<Error> error;  // of get() or read()
  bool opened = false;
  bool worth_restarting = false;
  ResponseHead head;
};

inline Outcome download(const std::string& url, const HttpOptions& options = patient(),
                        size_t step = 64 << 10, const Tuning& tuning = quick()) {
  Outcome out;
  auto source = get(url, options, tuning);
  if (!source) {
    out.error = source.error();
    return out;
  }
  out.opened = true;
  out.head = (*source)->head();
  std::vector<std::byte> buffer(step);
  for (;;) {
    const auto got = (*source)->read(buffer);
    if (!got) out.error = got.error();
    if (!got || *got == 0) break;
    out.bytes += as_text(Bytes(buffer).first(*got));
  }
  out.worth_restarting = (*source)->worth_restarting();
  return out;
}

}  // namespace tfhub::transfer::test
