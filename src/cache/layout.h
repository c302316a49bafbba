// The names in a cache directory (docs/cache_format.md): made here, read back here, and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cache/place.h"
#include "tfhub/result.h"

namespace tfhub::cache {

// Everything that belongs to one handle. M is `model()`.
struct EntryPaths {
  std::string directory;
  std::string key;  // sha1hex(handle)
  Owners owners = Owners::kAnybody;

  std::string model() const { return at(""); }
  std::string descriptor() const { return at(".descriptor.txt"); }
  std::string lock() const { return at(".lock"); }

  // Private to the holder of the lock with this token; nothing is ever read through these names by anybody
  // else.
  std::string staging(std::string_view token) const { return at(token, ".tmp"); }  // being filled
  std::string aside(std::string_view token) const { return at(token, ".old"); }    // being removed
  std::string part(std::string_view token) const { return at(token, ".part"); }    // a download's bytes
  std::string new_descriptor(std::string_view token) const { return at(token, ".descriptor"); }
  std::string new_lock(std::string_view token) const { return at(token, ".lock"); }  // on its way to lock()
  std::string stale_lock(std::string_view token) const { return at(token, ".stale"); }  // on its way out

 private:
  std::string at(std::string_view suffix) const;
  std::string at(std::string_view token, std::string_view suffix) const;
};

// kUsage for a handle that no descriptor could hold.
Result<EntryPaths> entry_paths(const std::string& directory, const std::string& handle,
                               Owners owners = Owners::kAnybody);

bool is_key(std::string_view text);    // 40 lower-case hex digits
bool is_token(std::string_view text);  // 32 lower-case hex digits

// A token that says "made by tfhub": Python's uuid4().hex, which tensorflow_hub uses, always has a '4' as its
// 13th digit (RFC 9562, version), ours an 'f', which no version has.
std::string new_token();
bool is_our_token(std::string_view token);

struct ParsedName {
  enum class Role { kModel, kDescriptor, kLock, kPrivate };
  Role role;
  std::string key;
  std::string token;       // of a private name
  bool lock_file = false;  // a private name that is a lock file on its way in or out
  bool part = false;       // a private name that outlives its process: the next one may go on with it
};
// Nothing: not a name of ours or of tensorflow_hub's, so never touched.
std::optional<ParsedName> parse_name(std::string_view name);

}  // namespace tfhub::cache
