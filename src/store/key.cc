#include "store/key.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::store {
namespace {

constexpr size_t kMaxKey = 1024;     // Google Cloud Storage and S3
constexpr size_t kMaxSegment = 255;  // NAME_MAX

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<void> check_key(std::string_view key) {
  if (key.empty() || key.size() > kMaxKey || std::any_of(key.begin(), key.end(), is_control)) {
    return fail(Code::kUsage,
                "'{}' cannot be a key of a store: it is empty, over {} bytes or has control characters",
                printable(key), kMaxKey);
  }
  for (std::string_view rest = key;;) {
    const size_t end = rest.find('/');
    const std::string_view segment = rest.substr(0, end);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > kMaxSegment) {
      return fail(
          Code::kUsage,
          "'{}' cannot be a key of a store: a part between slashes is empty, '.', '..' or over {} bytes",
          printable(key), kMaxSegment);
    }
    if (segment == kTemporaryFolder && segment.data() == key.data()) {
      return fail(Code::kUsage, "'{}' cannot be a key of a store: {} is where unfinished objects lie",
                  printable(key), kTemporaryFolder);
    }
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
}

Result<void> check_prefix(std::string_view prefix) {
  if (prefix.empty()) return {};
  if (!prefix.ends_with('/')) {
    return fail(Code::kUsage, "'{}' cannot be a prefix of keys: it does not end with '/'", printable(prefix));
  }
  return check_key(prefix.substr(0, prefix.size() - 1));
}

}  // namespace tfhub::store
