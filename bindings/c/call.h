// What every call of the C API is made of: its objects, and the border that no exception crosses. What is
// thrown (memory, a caller's progress function) becomes a status.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "tfhub/c_api.h"
#include "tfhub/hub.h"

struct tfhub_status {
  tfhub::Error error{tfhub::Code::kOk, {}};
};

struct tfhub_options {
  std::string cache_dir, load_format, output, format, store, io_device;
  std::vector<std::string> tags;
  bool force = false;
  tfhub_progress progress = nullptr;
  void* progress_data = nullptr;
};

namespace tfhub::c {

const tfhub_options& defaults();
ProgressFunction progress_of(const tfhub_options& options);

// The usage error of a NULL where something is needed: "the handle".
tl::unexpected<Error> absent(const char* what);

// Runs `call`, which gives a Result<T>, and hands its value over, or its error and `failed`.
template <typename T, typename Call>
T guarded(tfhub_status* status, T failed, Call call) noexcept {
  const auto set = [&](Error error) {
    if (status != nullptr) status->error = std::move(error);
  };
  try {
    set(Error(Code::kOk, {}));
    Result<T> result = call();
    if (result) return std::move(*result);
    set(std::move(result).error());
  } catch (const std::bad_alloc&) {
    set(Error(Code::kUnexpected, "no memory"));  // short enough to need none
  } catch (const std::exception& error) {
    set(Error(Code::kUnexpected, error.what()));
  } catch (...) {
    set(Error(Code::kUnexpected, "unknown"));
  }
  return failed;
}

char* copied(const std::string& value);  // for tfhub_string_free

// The same for calls that give a Result<std::string>.
template <typename Call>
char* guarded_string(tfhub_status* status, Call call) noexcept {
  return guarded<char*>(status, nullptr, [&]() -> Result<char*> { return call().transform(copied); });
}

}  // namespace tfhub::c
