// Files and directories by path: reading, creating, moving, making durable, removing. All errors are
// system_error()s that name the path.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_stream.h"
#include "os/fd.h"

namespace tfhub::os {

struct FileInfo {
  enum class Type { kFile, kDirectory, kSymlink, kOther };
  Type type = Type::kOther;
  uint64_t size = 0;
  std::chrono::system_clock::time_point modified;
  uint64_t inode = 0;
  uint64_t device = 0;
};

// What lies at `path`, the link itself if it is one (follow: what it points to). Nothing there: nullopt.
Result<std::optional<FileInfo>> stat(const std::string& path, bool follow = true);
// Whether there is something at `path`, or where the link there leads. An error (no permission, a disk or a
// network that fails) is not a no: who takes it for one makes again what is there, or calls it lost.
Result<bool> exists(const std::string& path);

// A regular file or a directory, to be read; never waits. kCorrupt: it is something else. A name in a
// directory that others may write can be anything, a FIFO or a device too.
Result<UniqueFd> open_read(const std::string& path);
// The same below the directory `root`, crossing no link on the way from there and following none at the end:
// for trees that others made, where a link may lead to any file of whoever reads. kCorrupt: there is one.
Result<UniqueFd> open_read_beneath(const std::string& root, const std::string& relative);
// What lies there, the link itself if it is one; behind a link nothing does.
Result<std::optional<FileInfo>> stat_beneath(const std::string& root, const std::string& relative);
// The whole of a small regular file. kCorrupt: it is larger than `limit`, or no file.
Result<std::string> read_file(const std::string& path, uint64_t limit = 64 << 20);
// The same of what is open already, and of whatever the user of the command named himself: a pipe of his
// shell's
// (`<(…)`) or a device is waited for.
Result<std::string> read_all(int fd, const std::string& path, uint64_t limit);
Result<std::string> read_input(const std::string& path, uint64_t limit);
Result<void> write_all(int fd, Bytes bytes, const std::string& path_for_errors);
// Asks the kernel to begin writing these bytes of the file to disk, without waiting: the sync at the end is
// short.
void start_writeback(int fd, uint64_t offset, uint64_t length);

// The directory and every missing parent, with this mode less the umask: a group that shares a place sets its
// umask, and its directories the setgid bit.
Result<void> make_directories(const std::string& path, unsigned mode = 0777);
// Names in a directory, sorted, without "." and "..". A missing directory is kNotFound.
Result<std::vector<std::string>> list_directory(const std::string& path);

struct WalkEntry {
  std::string path;  // relative to the root, '/' between segments
  FileInfo info;     // of the entry itself: links are not followed
};
// Everything below `root`, parents before children, each directory's names sorted byte-wise: the same order
// on every file system.
Result<std::vector<WalkEntry>> walk(const std::string& root);

// Removes what is at `path`, with all below it, following no link. Nothing there is fine.
Result<void> remove_tree(const std::string& path);
// Whether this user may remove all that is in the directory `path`; kNotAllowed, which names the first
// directory where he may not. For what is not to be torn apart halfway.
Result<void> check_removable(const std::string& path);

// rename(2); replaces a file, or an empty directory by a directory.
Result<void> rename(const std::string& from, const std::string& to);
// The same of what may not be movable as a whole: false where it is a directory of an image's lower layer, or
// where one of both is a mount point.
Result<bool> rename_where_movable(const std::string& from, const std::string& to);
// false: something is at `to` already and stays. On a file system that has neither RENAME_NOREPLACE nor hard
// links, a neighbour `to`.claim is made for a moment; who died with it there delays the others ten seconds.
Result<bool> rename_no_replace(const std::string& from, const std::string& to);
// What is at both names changes places. false: this file system cannot do that, or not with these.
Result<bool> exchange(const std::string& one, const std::string& other);

// Makes a file, or the names in a directory, survive a power cut.
Result<void> sync_path(const std::string& path);
// Every file of the file system that holds `path`: one call instead of thousands of sync_path.
Result<void> sync_file_system(const std::string& path);

// A small file written whole or not at all: temporary neighbour, fsync, rename (or link, which never
// replaces), fsync of the directory.
Result<void> write_file_atomically(const std::string& path, Bytes bytes);
// false: the file exists already and stays as it is.
Result<bool> write_file_if_absent(const std::string& path, Bytes bytes);
// The symlink at `path` points to `target` from one moment to the next.
Result<void> replace_symlink(const std::string& target, const std::string& path);

// Free bytes for this user on the file system that holds `path` (or its nearest existing parent).
Result<uint64_t> free_space(const std::string& path);
// Bytes of all regular files below `path`; what disappears meanwhile counts nothing.
uint64_t tree_size(const std::string& path);

std::string join(std::string_view directory, std::string_view name);
std::string parent(std::string_view path);
std::string base_name(std::string_view path);
// $TMPDIR, else /tmp (as Python's tempfile.gettempdir looks: TMPDIR, TEMP, TMP, /tmp, /var/tmp, /usr/tmp).
std::string temporary_directory();

// Reads a file front to back.
class FileSource final : public ByteSource {
 public:
  static Result<FileSource> open(const std::string& path, uint64_t offset = 0,
                                 std::optional<uint64_t> length = std::nullopt);
  // Of a file that is open already; `path` is for errors.
  static Result<FileSource> open(UniqueFd fd, const std::string& path, uint64_t offset,
                                 std::optional<uint64_t> length);
  Result<size_t> read(MutableBytes buffer) override;

 private:
  FileSource(UniqueFd fd, std::string path, uint64_t left)
      : fd_(std::move(fd)), path_(std::move(path)), left_(left) {}
  UniqueFd fd_;
  std::string path_;
  uint64_t left_;
};

}  // namespace tfhub::os
