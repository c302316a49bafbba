#include "cache/layout.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "protocol/handle.h"

namespace tfhub::cache {
namespace {

constexpr size_t kKeySize = 40;
constexpr size_t kTokenSize = 32;
constexpr size_t kVersionDigit = 12;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string EntryPaths::at(std::string_view suffix) const {
  std::string path = os::join(directory, key);
  return path.append(suffix);
}

std::string EntryPaths::at(std::string_view token, std::string_view suffix) const {
  std::string path = os::join(directory, key);
  return path.append(".").append(token).append(suffix);
}

Result<EntryPaths> entry_paths(const std::string& directory, const std::string& handle, Owners owners) {
  const bool control = std::any_of(handle.begin(), handle.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control || handle.empty())
    return fail(Code::kUsage, "'{}' is not a handle: it is empty or has control characters",
                printable(handle));
  return EntryPaths{directory, protocol::cache_key(handle), owners};
}

bool is_key(std::string_view text) {
  return text.size() == kKeySize && is_hex(text);
}
bool is_token(std::string_view text) {
  return text.size() == kTokenSize && is_hex(text);
}

std::string new_token() {
  std::string token = random_token();
  token[kVersionDigit] = 'f';
  return token;
}

bool is_our_token(std::string_view token) {
  return is_token(token) && token[kVersionDigit] == 'f';
}

std::optional<ParsedName> parse_name(std::string_view name) {
  using Role = ParsedName::Role;
  if (name.size() < kKeySize || !is_key(name.substr(0, kKeySize))) return std::nullopt;
  ParsedName parsed{Role::kModel, std::string(name.substr(0, kKeySize)), {}, false, false};
  std::string_view rest = name.substr(kKeySize);
  if (rest.empty()) return parsed;
  parsed.role = Role::kDescriptor;
  if (rest == ".descriptor.txt") return parsed;
  parsed.role = Role::kLock;
  if (rest == ".lock") return parsed;

  parsed.role = Role::kPrivate;
  // tensorflow_hub writes its lock and its descriptor under these names before it renames them.
  for (std::string_view prefix : {".lock.tmp", ".descriptor.txt.tmp"}) {
    if (!rest.starts_with(prefix) || !is_token(rest.substr(prefix.size()))) continue;
    parsed.token = rest.substr(prefix.size());
    return parsed;
  }
  if (rest.size() <= 1 + kTokenSize || rest[0] != '.' || !is_token(rest.substr(1, kTokenSize)))
    return std::nullopt;
  parsed.token = rest.substr(1, kTokenSize);
  rest.remove_prefix(1 + kTokenSize);
  parsed.lock_file = rest == ".lock" || rest == ".stale";
  parsed.part = rest == ".part";
  if (parsed.lock_file || parsed.part || rest == ".tmp" || rest == ".old" || rest == ".descriptor")
    return parsed;
  return std::nullopt;
}

}  // namespace tfhub::cache
