#include "client/output.h"

#include <fcntl.h>

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

std::string staging_name(const std::string& output) {
  return fmt::format(".{}.{}.tmp", os::base_name(output).substr(0, 180), random_token());
}

std::string neighbour(const std::string& output) {
  return os::join(os::parent(output), staging_name(output));
}

// `done(bytes)` hears of each piece.
template <typename Done>
Result<void> copy_bytes(os::FileSource& source, int to, const std::string& path, Done&& done) {
  std::vector<std::byte> buffer(kCopyBuffer);
  for (;;) {
    TFHUB_TRY(check_interrupted());
    TFHUB_ASSIGN(const size_t size, source.read(buffer));
    if (size == 0) return {};
    TFHUB_TRY(os::write_all(to, Bytes(buffer).first(size), path));
    done(size);
  }
}

bool is_within(const std::string& path, const std::string& directory) {
  return os::parent(path) == directory;
}

// `output` keeps its place and gets new content: it is a volume or a file that is mounted there, a directory
// of an image's lower layer, or lies where this user may make nothing. Not in one step: who looks meanwhile
// may see a part.
Result<void> replace_content(const std::string& staged, const std::string& output) {
  TFHUB_ASSIGN(const auto info, os::stat(staged));
  if (info && info->type == os::FileInfo::Type::kFile) {
    TFHUB_ASSIGN(auto source, os::FileSource::open(staged));
    const os::UniqueFd fd(
        os::syscalls().openat(AT_FDCWD, output.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0));
    if (!fd) return fail_system(errno, fmt::format("cannot write {}", printable(output)));
    TFHUB_TRY(copy_bytes(source, fd.get(), output, [](uint64_t) {}));
    return os::sync_path(output);
  }
  TFHUB_TRY(os::check_removable(output));
  TFHUB_ASSIGN(const auto old_names, os::list_directory(output));
  for (const std::string& name : old_names)
    if (std::string old = os::join(output, name); old != staged) TFHUB_TRY(os::remove_tree(old));
  TFHUB_ASSIGN(const auto new_names, os::list_directory(staged));
  for (const std::string& name : new_names)
    TFHUB_TRY(os::rename(os::join(staged, name), os::join(output, name)));
  return os::sync_path(output);
}

// The same, where the staged tree lies on another file system than `output`, or on another mount of it.
Result<void> replace_content_by_copy(const std::string& staged, const std::string& output) {
  TFHUB_ASSIGN(const auto info, os::stat(staged));
  if (!info || info->type == os::FileInfo::Type::kFile) return replace_content(staged, output);
  TFHUB_ASSIGN(auto inside, os::StagingDirectory::create(os::join(output, staging_name(output))));
  TFHUB_TRY(copy_tree(staged, inside, nullptr));
  TFHUB_TRY(inside.sync());
  return replace_content(inside.path(), output);
}

// Aside, in, and back if that fails: for a file system that cannot exchange two names. false: what is at
// `output` cannot be moved.
Result<bool> exchange_in_steps(const std::string& staged, const std::string& output) {
  const std::string aside = neighbour(output);
  TFHUB_ASSIGN(const bool moved, os::rename_where_movable(output, aside));
  if (!moved) return false;
  if (const auto placed = os::rename(staged, output); !placed) {
    (void)os::rename(aside, output);
    return fail(placed.error());
  }
  TFHUB_TRY(os::rename(aside, staged));
  return true;
}

// What is staged takes the place of what is at `output`, which is removed.
Result<void> replace(const std::string& staged, const std::string& output) {
  if (is_within(staged, output)) return replace_content(staged, output);
  const auto exchanged = os::exchange(staged, output).and_then([&](bool done) -> Result<bool> {
    return done ? Result<bool>(true) : exchange_in_steps(staged, output);
  });
  const bool immovable = exchanged ? !*exchanged : exchanged.error().code() == Code::kNotAllowed;
  if (immovable) return replace_content_by_copy(staged, output);
  if (!exchanged) return fail(exchanged.error());
  TFHUB_TRY(os::sync_path(os::parent(output)));
  return os::remove_tree(staged);
}

Result<void> copy_file(const std::string& from, const std::string& name, os::StagingDirectory& staging,
                       uint64_t& done, uint64_t total, Progress* progress) {
  TFHUB_ASSIGN(auto source, os::FileSource::open(os::join(from, name)));
  TFHUB_ASSIGN(const os::UniqueFd fd, staging.create_file(name));
  return copy_bytes(source, fd.get(), os::join(staging.path(), name), [&](uint64_t size) {
    done += size;
    if (progress != nullptr) progress->update("copying", done, total);
  });
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
  TFHUB_ASSIGN(const auto there, os::stat(output));
  const bool is_directory = there && there->type == os::FileInfo::Type::kDirectory;
  if (is_directory) {
    TFHUB_ASSIGN(const auto parent, os::stat(os::parent(output)));
    // A mounted volume: from the disk around it nothing can be moved there.
    if (parent && parent->device != there->device)
      return os::StagingDirectory::create(os::join(output, staging_name(output)));
  }
  auto beside = os::StagingDirectory::create(neighbour(output));
  if (beside || beside.error().code() != Code::kNotAllowed || !there) return beside;
  // Somebody else's directory, in which a place was made for this user.
  if (is_directory) return os::StagingDirectory::create(os::join(output, staging_name(output)));
  return os::StagingDirectory::create(os::join(os::temporary_directory(), staging_name(output)), 0700);
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

namespace {

// Since check_output() somebody may have put something there.
Result<void> check_that_nothing_is_in_the_way(const std::string& output, const std::string& staged) {
  TFHUB_ASSIGN(const auto info, os::stat(output));
  if (!info || info->type == os::FileInfo::Type::kDirectory) {
    TFHUB_ASSIGN(const auto names, os::list_directory(output));
    for (const std::string& name : names)
      if (os::join(output, name) != staged) return fail(in_the_way(output));
    return {};
  }
  return info->size == 0 ? Result<void>() : fail(in_the_way(output));
}

}  // namespace

Result<void> place_directory(os::StagingDirectory& staging, const std::string& output, bool force) {
  TFHUB_ASSIGN(const auto there, os::stat(output, /*follow=*/false));
  TFHUB_TRY(staging.sync());
  const bool is_directory = there && there->type == os::FileInfo::Type::kDirectory;
  if (!there || (is_directory && !is_within(staging.path(), output))) {
    const auto placed = staging.place(output);
    if (placed && *placed) return os::sync_path(os::parent(output));
    if (!placed && !there) return fail(placed.error());
  }
  if (!force) TFHUB_TRY(check_that_nothing_is_in_the_way(output, staging.path()));
  return replace(staging.path(), output);
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
