// How long a retry waits: constants of the room that tests shorten. Users of the room see http.h alone.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "transfer/http.h"

namespace tfhub::transfer {

struct Tuning {
  std::chrono::milliseconds backoff{250};             // before the first retry, doubling after it
  std::chrono::milliseconds longest_backoff{15'000};  // where doubling ends
  std::chrono::milliseconds longest_retry_after{60'000};
};

Result<std::unique_ptr<Download>> get(const std::string& url, const HttpOptions& options,
                                      const Tuning& tuning, std::optional<HeldPart> held = {});
Result<SmallResponse> fetch(const std::string& method, const std::string& url, const HttpOptions& options,
                            size_t limit, const Tuning& tuning);

}  // namespace tfhub::transfer
