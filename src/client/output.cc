#include "client/output.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "client/bucket_tree.h"
#include "client/interruption.h"
#include "os/file.h"
#include "os/syscalls.h"
#include "protocol/url.h"

namespace tfhub::client {
namespace {

constexpr size_t kCopyBuffer = 1 << 20;

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return ::realpath(path.c_str(), buffer) != nullptr ? std::string(buffer) : path;
}

Error in_the_way(const std::string& output) {
  return Error(Code::kUsage,
               fmt::format("{} exists and is not empty; give another path, or --force to replace it",
                           printable(output)));
}

std::string neighbour(const std::string& output) {
  return os::join(os::parent(output),
                  fmt::format(".{}.{}.tmp", os::base_name(output).substr(0, 180), random_token()));
}

// What is at `output` and what is at `staged` change places; afterwards the old thing is at `staged`.
Result<void> exchange(const std::string& staged, const std::string& output) {
  if (os::syscalls().renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, output.c_str(), RENAME_EXCHANGE) == 0)
    return {};
  if (errno != EINVAL && errno != ENOSYS)
    return fail_system(errno, fmt::format("cannot replace {}", printable(output)));
  // A file system that cannot exchange names: aside, in, and back if that fails.
  const std::string aside = neighbour(output);
  TFHUB_TRY(os::rename(output, aside));
  if (auto placed = os::rename(staged, output); !placed) {
    (void)os::rename(aside, output);
    return placed;
  }
  return os::rename(aside, staged);
}

Result<void> replace(const std::string& staged, const std::string& output) {
  TFHUB_TRY(exchange(staged, output));
  TFHUB_TRY(os::sync_path(os::parent(output)));
  return os::remove_tree(staged);
}

Result<void> copy_file(const std::string& from, const std::string& name, os::StagingDirectory& staging,
                       uint64_t& done, uint64_t total, Progress* progress) {
  TFHUB_ASSIGN(auto source, os::FileSource::open(os::join(from, name)));
  TFHUB_ASSIGN(const os::UniqueFd fd, staging.create_file(name));
  const std::string target = os::join(staging.path(), name);
  std::vector<std::byte> buffer(kCopyBuffer);
  for (;;) {
    TFHUB_TRY(check_interrupted());
    TFHUB_ASSIGN(const size_t size, source.read(buffer));
    if (size == 0) return {};
    TFHUB_TRY(os::write_all(fd.get(), Bytes(buffer).first(size), target));
    done += size;
    if (progress != nullptr) progress->update("copying", done, total);
  }
}

}  // namespace

Result<std::string> check_output(const std::string& path, bool force) {
  TFHUB_ASSIGN(const auto info, os::stat(path));
  if (!info) return std::string(without_trailing_slashes(path));  // "/" is always there
  bool empty = info->type == os::FileInfo::Type::kFile && info->size == 0;
  if (info->type == os::FileInfo::Type::kDirectory) {
    TFHUB_ASSIGN(const auto names, os::list_directory(path));
    empty = names.empty();
  }
  if (!empty && !force) return fail(in_the_way(path));
  return real_path(path);
}

Result<os::StagingDirectory> stage_beside(const std::string& output) {
  TFHUB_TRY(os::make_directories(os::parent(output)));
  return os::StagingDirectory::create(neighbour(output));
}

Result<void> copy_tree(const std::string& from, os::StagingDirectory& staging, Progress* progress) {
  if (protocol::is_bucket_url(from)) {
    TFHUB_ASSIGN(const BucketTree tree, BucketTree::open(from));
    return tree.copy_to(staging, progress);
  }
  TFHUB_ASSIGN(const auto entries, os::walk(from));
  uint64_t total = 0, done = 0;
  for (const os::WalkEntry& entry : entries)
    if (entry.info.type == os::FileInfo::Type::kFile) total += entry.info.size;
  for (const os::WalkEntry& entry : entries) {
    if (entry.info.type == os::FileInfo::Type::kDirectory) {
      TFHUB_TRY(staging.make_directory(entry.path));
    } else if (entry.info.type == os::FileInfo::Type::kFile) {
      TFHUB_TRY(copy_file(from, entry.path, staging, done, total, progress));
    } else {
      return fail(Code::kCorrupt,
                  "{}/{} is neither a file nor a directory, so it belongs to no model; `tfhub cache rm` "
                  "the entry and fetch it again",
                  printable(from), printable(entry.path));
    }
  }
  return {};
}

Result<void> place_directory(os::StagingDirectory& staging, const std::string& output, bool force) {
  TFHUB_ASSIGN(const auto there, os::stat(output, /*follow=*/false));
  const bool replaceable = there && (force || there->type == os::FileInfo::Type::kFile);
  if (!replaceable || there->type == os::FileInfo::Type::kDirectory) {
    TFHUB_ASSIGN(const bool placed, staging.commit(output));
    if (placed) return {};
    if (!force) return fail(in_the_way(output));
  }
  TFHUB_TRY(staging.sync());
  TFHUB_TRY(replace(staging.path(), output));
  staging.release();
  return {};
}

Result<void> place_file(os::StagingDirectory& staging, const std::string& name, const std::string& output,
                        bool force) {
  TFHUB_TRY(staging.sync());
  const std::string staged = os::join(staging.path(), name);
  TFHUB_ASSIGN(const auto there, os::stat(output, /*follow=*/false));
  if (there && !force) {
    TFHUB_TRY(check_output(output, false));  // somebody may have put something there meanwhile
  }
  if (there) return replace(staged, output);
  TFHUB_ASSIGN(const bool placed, os::rename_no_replace(staged, output));
  if (!placed) return fail(in_the_way(output));
  return os::sync_path(os::parent(output));
}

}  // namespace tfhub::client
