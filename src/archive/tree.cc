// list_tree: what a directory holds, under the rules that unpacking will apply.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "archive/entry_policy.h"
#include "archive/pack.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// What a link stands for: a regular file, which lies inside the directory too unless the user has said that
// his links may leave it.
Result<TreeEntry> follow(const std::string& root, const std::string& path, Links links) {
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
  if (links == Links::kInside && (inside.empty() || *inside.begin() == ".."))
    return fail(Code::kUsage,
                "'{}' is a symbolic link that leaves the directory; publish with --dereference if the files "
                "that such "
                "links lead to are the model's",
                printable(path));
  TFHUB_ASSIGN(const auto info, os::stat(real.string()));
  if (!info || info->type != os::FileInfo::Type::kFile)
    return fail(Code::kCorrupt, "'{}' is a symbolic link to something that is not a regular file",
                printable(path));
  return TreeEntry{path, real.string(), false, info->size};
}

// What the machine that a directory lay on puts beside what is in it. macOS: resource forks in AppleDouble
// form (RFC 1740) and the Finder's notes. Kubernetes, in a mounted ConfigMap: "..data", a link to the folder
// of the moment, which the links that it shows as files lead through.
bool is_of_the_machine(std::string_view path, bool config_map) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  if (name == ".DS_Store" || name.starts_with("._")) return true;
  return config_map && path.starts_with("..");
}

Result<TreeEntry> entry_of(const std::string& root, const os::WalkEntry& found, Links links) {
  switch (found.info.type) {
    case os::FileInfo::Type::kFile:
      return TreeEntry{found.path, os::join(root, found.path), false, found.info.size};
    case os::FileInfo::Type::kDirectory:
      return TreeEntry{found.path, os::join(root, found.path), true, 0};
    case os::FileInfo::Type::kSymlink:
      return follow(root, found.path, links);
    case os::FileInfo::Type::kOther:
      break;
  }
  return fail(Code::kCorrupt,
              "'{}' is a device, a FIFO or a socket; a model holds only regular files and directories",
              printable(found.path));
}

Result<std::vector<TreeEntry>> list(const std::string& root, const Limits& limits, Links links) {
  TFHUB_ASSIGN(const auto found, os::walk(root));
  const auto data = os::stat(os::join(root, "..data"), /*follow=*/false);
  const bool config_map = data && *data && (*data)->type == os::FileInfo::Type::kSymlink;
  EntryPolicy policy(limits);
  policy.names_may_fold([&](const std::string& one, const std::string& other) {
    warn(
        "{}: '{}' and '{}' differ only in case or Unicode form; where a file system takes them for one, the "
        "model "
        "cannot be unpacked",
        root, printable(one), printable(other));
    return true;  // this one does not
  });
  TFHUB_TRY(policy.directory(""));  // the archive's './'
  std::vector<TreeEntry> entries;
  entries.reserve(found.size());
  std::vector<std::string> left_out;
  for (const os::WalkEntry& each : found) {
    if (is_of_the_machine(each.path, config_map)) {
      if (!each.path.starts_with("..")) left_out.push_back(each.path);
      continue;
    }
    TFHUB_TRY(check_path(each.path));
    TFHUB_ASSIGN(TreeEntry entry, entry_of(root, each, links));
    TFHUB_TRY(entry.directory ? policy.directory(entry.path) : policy.file(entry.path, entry.size));
    entries.push_back(std::move(entry));
  }
  TFHUB_TRY(policy.finish());
  if (!left_out.empty())
    warn("{}: {} of macOS {} left out ('{}')", root,
         left_out.size() == 1 ? "a file" : fmt::format("{} files", left_out.size()),
         left_out.size() == 1 ? "is" : "are", printable(left_out.front()));
  return entries;
}

}  // namespace

Result<std::vector<TreeEntry>> list_tree(const std::string& directory, const Limits& limits, Links links) {
  auto entries = list(directory, limits, links);
  if (!entries && (entries.error().code() == Code::kCorrupt || entries.error().code() == Code::kUsage))
    return fail(entries.error().code(), "{}: {}", directory, entries.error().message());
  return entries;
}

}  // namespace tfhub::archive
