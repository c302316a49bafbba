// list_tree: what a directory holds, under the rules that unpacking will apply.
#include <filesystem>
#include <system_error>

#include "archive/entry_policy.h"
#include "archive/pack.h"
#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// What a link inside the directory stands for: a regular file that lies inside it too.
Result<TreeEntry> follow(const std::string& root, const std::string& path) {
  const std::string link = os::join(root, path);
  std::error_code error;
  const std::filesystem::path real_root = std::filesystem::canonical(root, error);
  if (error) return fail_system(error.value(), "cannot find " + root);
  const std::filesystem::path real = std::filesystem::canonical(link, error);
  if (error)
    return fail(Code::kCorrupt,
                "'{}' is a symbolic link that leads nowhere; remove it or put the file in its place",
                printable(path));
  const std::filesystem::path inside = real.lexically_relative(real_root);
  if (inside.empty() || *inside.begin() == "..")
    return fail(Code::kCorrupt,
                "'{}' is a symbolic link that leaves the directory; put the file itself in its place",
                printable(path));
  TFHUB_ASSIGN(const auto info, os::stat(real.string()));
  if (!info || info->type != os::FileInfo::Type::kFile)
    return fail(Code::kCorrupt, "'{}' is a symbolic link to something that is not a regular file",
                printable(path));
  return TreeEntry{path, real.string(), false, info->size};
}

Result<TreeEntry> entry_of(const std::string& root, const os::WalkEntry& found) {
  switch (found.info.type) {
    case os::FileInfo::Type::kFile:
      return TreeEntry{found.path, os::join(root, found.path), false, found.info.size};
    case os::FileInfo::Type::kDirectory:
      return TreeEntry{found.path, os::join(root, found.path), true, 0};
    case os::FileInfo::Type::kSymlink:
      return follow(root, found.path);
    case os::FileInfo::Type::kOther:
      break;
  }
  return fail(Code::kCorrupt,
              "'{}' is a device, a FIFO or a socket; a model holds only regular files and directories",
              printable(found.path));
}

Result<std::vector<TreeEntry>> list(const std::string& root, const Limits& limits) {
  TFHUB_ASSIGN(const auto found, os::walk(root));
  EntryPolicy policy(limits);
  TFHUB_TRY(policy.directory(""));  // the archive's './'
  std::vector<TreeEntry> entries;
  entries.reserve(found.size());
  for (const os::WalkEntry& each : found) {
    TFHUB_TRY(check_path(each.path));
    TFHUB_ASSIGN(TreeEntry entry, entry_of(root, each));
    TFHUB_TRY(entry.directory ? policy.directory(entry.path) : policy.file(entry.path, entry.size));
    entries.push_back(std::move(entry));
  }
  TFHUB_TRY(policy.finish());
  return entries;
}

}  // namespace

Result<std::vector<TreeEntry>> list_tree(const std::string& directory, const Limits& limits) {
  auto entries = list(directory, limits);
  if (!entries && entries.error().code() == Code::kCorrupt)
    return fail(Code::kCorrupt, "{}: {}", directory, entries.error().message());
  return entries;
}

}  // namespace tfhub::archive
