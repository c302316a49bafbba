#include "archive/second_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interruption.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

constexpr size_t kCopyBlock = 256 << 10;

Manifest::iterator find(Manifest& files, const std::string& path) {
  return std::find_if(files.begin(), files.end(), [&](const FileEntry& each) { return each.path == path; });
}

}  // namespace

std::string SecondNames::put_aside(const std::string& path) {
  // No member's name has a backslash (member_name.h).
  copies_.push_back({path, fmt::format("\\copy-{}", copies_.size())});
  return copies_.back().other;
}

Result<uint64_t> SecondNames::link(const std::string& path, const std::string& to) {
  const auto found = sizes_.find(to);
  if (found == sizes_.end())
    return fail(
        Code::kCorrupt,
        "'{}' is a hard link to '{}', which is no file before it; pack it with `tar --hard-dereference`",
        printable(path), printable(to));
  const uint64_t size = found->second;
  sizes_.emplace(path, size);
  links_.push_back({path, to});
  return size;
}

Result<void> SecondNames::settle(Manifest& files) {
  TFHUB_TRY(compare_copies(files));
  for (const Pair& each : links_) {
    const auto from = find(files, each.other);
    if (from == files.end()) return fail(Code::kUnexpected, "{} is not there to be copied", each.other);
    TFHUB_ASSIGN(FileEntry made, copy(*from, each.path));
    files.push_back(std::move(made));
  }
  if (!links_.empty())
    std::sort(files.begin(), files.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return {};
}

Result<void> SecondNames::compare_copies(Manifest& files) {
  for (const Pair& each : copies_) {
    const auto first = find(files, each.path), second = find(files, each.other);
    if (first == files.end() || second == files.end() || first->size != second->size ||
        first->sha256 != second->sha256)
      return fail(Code::kCorrupt, "the name '{}' is there twice, with other bytes the second time",
                  printable(each.path));
    TFHUB_TRY(os::remove_tree(os::join(target_.path(), each.other)));
    files.erase(second);
  }
  return {};
}

Result<FileEntry> SecondNames::copy(const FileEntry& from, const std::string& path) {
  if (path.find('/') != std::string::npos) TFHUB_TRY(target_.make_directory(os::parent(path)));
  TFHUB_ASSIGN(os::UniqueFd source, os::open_read_beneath(target_.path(), from.path));
  TFHUB_ASSIGN(auto bytes, os::FileSource::open(std::move(source), from.path, 0, std::nullopt));
  TFHUB_ASSIGN(const os::UniqueFd made, target_.create_file(path));
  std::vector<std::byte> block(kCopyBlock);
  while (true) {
    TFHUB_TRY(check_interrupted());
    TFHUB_ASSIGN(const size_t size, bytes.read(block));
    if (size == 0) break;
    TFHUB_TRY(os::write_all(made.get(), Bytes(block).first(size), path));
  }
  return FileEntry{path, from.size, from.sha256};
}

}  // namespace tfhub::archive
