#include "call.h"

#include <cstdlib>
#include <cstring>

namespace tfhub::c {

const tfhub_options& defaults() {
  static const tfhub_options options;
  return options;
}

ProgressFunction progress_of(const tfhub_options& options) {
  if (options.progress == nullptr) return {};
  return [&options](std::string_view what, uint64_t done, std::optional<uint64_t> total) {
    options.progress(std::string(what).c_str(), done, total.value_or(0), options.progress_data);
  };
}

tl::unexpected<Error> absent(const char* what) {
  return tl::unexpected(Error(Code::kUsage, std::string(what) + " is NULL, and is needed"));
}

char* copied(const std::string& value) {
  char* copy = static_cast<char*>(std::malloc(value.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, value.c_str(), value.size() + 1);
  return copy;
}

}  // namespace tfhub::c
