#include "archive/member_name.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::archive {
namespace {

tl::unexpected<Error> refuse(std::string_view path, std::string_view why) {
  return fail(Code::kCorrupt, "the name '{}' {}", printable(path), why);
}

Result<void> check_segment(std::string_view path, std::string_view segment) {
  if (segment.empty()) return refuse(path, "has an empty part");
  if (segment == "..") return refuse(path, "contains '..'; a model's files stay inside its directory");
  if (segment == ".") return refuse(path, "contains a '.' part");
  if (segment.size() > kMaxNameBytes)
    return refuse(path, "has a part longer than 255 bytes, which no file system takes");
  return {};
}

Result<void> check_characters(std::string_view path) {
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(path.data());
  for (size_t i = 0; i < path.size();) {
    utf8proc_int32_t code = bytes[i];
    utf8proc_ssize_t used = 1;
    if (code >= 0x80)
      used = utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(path.size() - i), &code);
    if (used <= 0) return refuse(path, "is not valid UTF-8");
    // C0, DEL and C1: they can drive a terminal, and some file systems refuse them.
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return refuse(path, "contains a control character");
    if (code == '\\') return refuse(path, "contains a backslash, which separates directories on Windows");
    i += static_cast<size_t>(used);
  }
  return {};
}

struct Free {
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

// Two paths that fold to the same are one file on a file system that ignores case or normalises Unicode.
std::string fold(std::string_view path) {
  const bool ascii =
      std::all_of(path.begin(), path.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii) return lower_ascii(path);
  utf8proc_uint8_t* folded = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(path.data()),
                                             static_cast<utf8proc_ssize_t>(path.size()), &folded, options);
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(folded);
  if (size < 0) throw std::bad_alloc();  // the path is valid UTF-8: nothing else can go wrong
  return std::string(reinterpret_cast<const char*>(folded), static_cast<size_t>(size));
}

}  // namespace

Result<void> check_path(std::string_view path) {
  if (path.empty()) return fail(Code::kCorrupt, "there is an empty name");
  if (path.front() == '/') return refuse(path, "is absolute; a model's files stay inside its directory");
  if (path.size() > kMaxPathBytes) return refuse(path, fmt::format("is longer than {} bytes", kMaxPathBytes));
  TFHUB_TRY(check_characters(path));
  size_t depth = 0;
  for (std::string_view rest = path;; ++depth) {
    const size_t slash = rest.find('/');
    TFHUB_TRY(check_segment(path, rest.substr(0, slash)));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (depth + 1 > kMaxPathDepth)
    return refuse(path, fmt::format("lies more than {} directories deep", kMaxPathDepth));
  return {};
}

Result<std::string> member_path(std::string_view name, bool directory) {
  if (directory && (name == "." || name == "./")) return std::string();
  if (name.starts_with("./")) name.remove_prefix(2);
  if (directory && name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  TFHUB_TRY(check_path(name));
  return std::string(name);
}

Result<void> PathSet::add(const std::string& path, bool directory) {
  const size_t slash = path.rfind('/');
  const std::string_view up(path.data(), slash == std::string::npos ? 0 : slash);
  if (!up.empty() && up != last_parent_) {
    for (size_t end = up.find('/'); end != std::string_view::npos; end = up.find('/', end + 1))
      TFHUB_TRY(add_one(up.substr(0, end), true, false));
    TFHUB_TRY(add_one(up, true, false));
    last_parent_ = up;
  }
  return add_one(path, directory, true);
}

Result<void> PathSet::add_one(std::string_view path, bool directory, bool listed) {
  const auto [found, fresh] = nodes_.try_emplace(fold(path));
  Node& node = found->second;
  if (fresh) {
    if (found->first != path) node.spelling = path;
    node.directory = directory;
    node.listed = listed;
    return {};
  }
  const std::string& spelling = node.spelling.empty() ? found->first : node.spelling;
  if (spelling == path) return add_to(node, path, directory, listed);
  const std::string own(path);
  if (const auto other = others_.find(own); other != others_.end())
    return add_to(other->second, path, directory, listed);
  if (!tells_apart_ || !tells_apart_(own, spelling))
    return refuse(path,
                  fmt::format("and the name '{}' differ only in case or Unicode form, and are one file on "
                              "this file system and many others",
                              printable(spelling)));
  others_.emplace(own, Node{.spelling = {}, .directory = directory, .listed = listed});
  return {};
}

Result<void> PathSet::add_to(Node& node, std::string_view path, bool directory, bool listed) {
  if (node.directory != directory) return refuse(path, "is a file and a directory at once");
  if (listed && node.listed) return refuse(path, "is there twice");
  node.listed = node.listed || listed;
  return {};
}

}  // namespace tfhub::archive
