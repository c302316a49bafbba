#include "store/directory_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/error.h"
#include "os/file.h"
#include "os/syscalls.h"
#include "store/key.h"
#include "store/temporary_area.h"
#include "store/unsynced.h"

namespace tfhub::store {
namespace {

// remove() takes empty directories away, perhaps between another's mkdir and its rename: that one tries
// again.
constexpr int kAttempts = 50;

class DirectoryStore final : public ObjectStore, public LocalObjects {
 public:
  explicit DirectoryStore(std::string root) : root_(std::move(root)), temporary_(root_) {}

  Result<std::unique_ptr<ObjectWriter>> put(const std::string& key) override;
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override;
  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override;
  Result<std::optional<ObjectInfo>> head(const std::string& key) override;
  Result<Listing> list(const std::string& prefix, bool recursive) override;
  Result<void> remove(const std::string& key) override;
  Result<void> sync() override;
  std::string url() const override { return root_; }

  Result<os::UniqueFd> open(const std::string& key) override;
  Result<bool> move(const std::string& from, const std::string& to) override;
  Result<void> remove_tree(const std::string& prefix) override;
  Result<std::vector<LeftOver>> remove_left_overs(bool dry_run) override { return temporary_.sweep(dry_run); }

  // Puts the finished file at its key, in place of what is there.
  Result<void> place(TemporaryObject& object, const std::string& key);

 private:
  std::string path_of(const std::string& key) const { return os::join(root_, key); }
  // Calls `attempt`; as long as it finds no directory at `key`'s parent, makes it and calls again.
  template <typename Attempt>
  auto with_parent_of(const std::string& key, Attempt attempt) const -> decltype(attempt());
  // The names of `key` and of every directory above it, down from the root, last.
  Result<void> sync_directories_of(const std::string& key) const;
  Result<void> sync_objects(const std::set<std::string>& keys) const;
  Result<void> list_into(const std::string& prefix, bool recursive, Listing& listing) const;
  // Directories above `key` that hold nothing any more go too: in a bucket there are none either.
  void remove_empty_parents(const std::string& key) const;

  const std::string root_;
  TemporaryArea temporary_;
  Unsynced unsynced_;
  std::mutex sync_mutex_;
};

class DirectoryWriter final : public ObjectWriter {
 public:
  DirectoryWriter(DirectoryStore& store, std::string key, TemporaryObject object)
      : store_(store), key_(std::move(key)), object_(std::move(object)) {}
  Result<void> write(Bytes bytes) override { return object_.write(bytes); }
  Result<void> commit() override { return store_.place(object_, key_); }

 private:
  DirectoryStore& store_;
  std::string key_;
  TemporaryObject object_;
};

Error no_object(const std::string& key, const std::string& store) {
  return Error(Code::kNotFound, fmt::format("there is no object {} in {}", key, store));
}

template <typename Attempt>
auto DirectoryStore::with_parent_of(const std::string& key, Attempt attempt) const -> decltype(attempt()) {
  for (int left = kAttempts;; --left) {
    auto result = attempt();
    if (result || result.error().code() != Code::kNotFound || left == 0) return result;
    const auto made = os::make_directories(os::parent(path_of(key)));
    if (!made && made.error().code() != Code::kNotFound) return fail(made.error());
  }
}

Result<void> DirectoryStore::sync_directories_of(const std::string& key) const {
  // Always the whole chain: another process may have made one of them a moment ago and not have synced it
  // yet. A clean directory costs next to nothing.
  for (size_t slash = key.rfind('/'); slash != std::string::npos && slash > 0;
       slash = key.rfind('/', slash - 1)) {
    TFHUB_TRY(os::sync_path(path_of(key.substr(0, slash))));
  }
  return os::sync_path(root_);
}

Result<std::unique_ptr<ObjectWriter>> DirectoryStore::put(const std::string& key) {
  TFHUB_TRY(check_key(key));
  TFHUB_ASSIGN(auto object, temporary_.new_object());
  return std::make_unique<DirectoryWriter>(*this, key, std::move(object));
}

Result<void> DirectoryStore::place(TemporaryObject& object, const std::string& key) {
  TFHUB_TRY(with_parent_of(key, [&] { return os::rename(object.path(), path_of(key)); }));
  object.moved_away();
  unsynced_.add(key);
  return {};
}

Result<bool> DirectoryStore::put_if_absent(const std::string& key, Bytes bytes) {
  TFHUB_TRY(check_key(key));
  bool created = false;
  TFHUB_ASSIGN(const bool there, os::exists(path_of(key)));
  if (!there) {
    TFHUB_ASSIGN(auto object, temporary_.new_object());
    TFHUB_TRY(object.write(bytes));
    TFHUB_TRY(object.sync());
    const auto placed =
        with_parent_of(key, [&] { return os::rename_no_replace(object.path(), path_of(key)); });
    if (!placed) return fail(placed.error());
    created = *placed;
    if (created) object.moved_away();
  }
  // Also when it is another's: whoever hears "taken" may rely on what stands there, and that one may not be
  // done yet.
  TFHUB_TRY(sync_directories_of(key));
  return created;
}

Result<std::unique_ptr<ByteSource>> DirectoryStore::get(const std::string& key,
                                                        std::optional<protocol::ByteRange> range) {
  TFHUB_ASSIGN(const auto info, head(key));
  if (!info) return fail(no_object(key, root_));
  if (range && (range->first > range->last || range->last >= info->size)) {
    return fail(Code::kUsage, "bytes {} to {} do not lie in {}, which has {}", range->first, range->last, key,
                info->size);
  }
  TFHUB_ASSIGN(os::UniqueFd fd, open(key));
  auto source = range ? os::FileSource::open(std::move(fd), path_of(key), range->first, range->length())
                      : os::FileSource::open(std::move(fd), path_of(key), 0, std::nullopt);
  if (!source) return fail(std::move(source).error());
  return std::make_unique<os::FileSource>(std::move(*source));
}

Result<std::optional<ObjectInfo>> DirectoryStore::head(const std::string& key) {
  TFHUB_TRY(check_key(key));
  // A link is no object, wherever it leads: what it would show lies outside the store.
  TFHUB_ASSIGN(const auto info, os::stat_beneath(root_, key));
  if (!info || info->type != os::FileInfo::Type::kFile) return std::nullopt;
  return ObjectInfo{key, info->size, info->modified};
}

Result<Listing> DirectoryStore::list(const std::string& prefix, bool recursive) {
  TFHUB_TRY(check_prefix(prefix));
  Listing listing;
  TFHUB_TRY(list_into(prefix, recursive, listing));
  // A directory's own order is not the order of keys: "a/x" comes after "a-b", "a" before it.
  std::sort(listing.objects.begin(), listing.objects.end(),
            [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
  std::sort(listing.prefixes.begin(), listing.prefixes.end());
  return listing;
}

Result<void> DirectoryStore::list_into(const std::string& prefix, bool recursive, Listing& listing) const {
  if (!prefix.empty()) {
    TFHUB_ASSIGN(const auto info, os::stat_beneath(root_, prefix.substr(0, prefix.size() - 1)));
    if (!info || info->type != os::FileInfo::Type::kDirectory) return {};
  }
  const auto names = os::list_directory(path_of(prefix));
  if (!names) {
    // Not there when it was looked for: another may have made it since, so that a second look would not do.
    if (names.error().code() == Code::kNotFound) return {};
    const auto info = os::stat(path_of(prefix));  // not a directory is as good as not there
    if (info && (!*info || (*info)->type != os::FileInfo::Type::kDirectory)) return {};
    return fail(names.error());
  }
  for (const std::string& name : *names) {
    if (prefix.empty() && name == kTemporaryFolder) continue;
    const std::string key = prefix + name;
    TFHUB_ASSIGN(const auto info, os::stat(path_of(key), false));
    if (!info) continue;  // removed meanwhile
    if (info->type == os::FileInfo::Type::kFile) listing.objects.push_back({key, info->size, info->modified});
    if (info->type != os::FileInfo::Type::kDirectory) continue;
    if (recursive) {
      TFHUB_TRY(list_into(key + "/", true, listing));
    } else {
      listing.prefixes.push_back(key + "/");
    }
  }
  return {};
}

Result<void> DirectoryStore::remove(const std::string& key) {
  TFHUB_TRY(check_key(key));
  const std::string path = path_of(key);
  if (os::syscalls().unlinkat(AT_FDCWD, path.c_str(), 0) != 0) {
    const int error = errno;
    TFHUB_ASSIGN(const auto info, os::stat(path, false));
    if (info && info->type != os::FileInfo::Type::kDirectory)
      return fail_system(error, "cannot remove " + path);
    if (info) return {};  // a directory is no object
  }
  remove_empty_parents(key);
  return {};
}

void DirectoryStore::remove_empty_parents(const std::string& key) const {
  for (size_t slash = key.rfind('/'); slash != std::string::npos && slash > 0;
       slash = key.rfind('/', slash - 1)) {
    if (os::syscalls().unlinkat(AT_FDCWD, path_of(key.substr(0, slash)).c_str(), AT_REMOVEDIR) != 0) return;
  }
}

Result<void> DirectoryStore::sync() {
  // One at a time: who comes second may have objects in what the first is still syncing.
  const std::lock_guard guard(sync_mutex_);
  auto taken = unsynced_.take();
  auto synced = taken.many ? os::sync_file_system(root_) : sync_objects(taken.keys);
  if (!synced) unsynced_.put_back(taken);
  return synced;
}

Result<void> DirectoryStore::sync_objects(const std::set<std::string>& keys) const {
  // What was moved or removed meanwhile is not ours to keep.
  const auto sync = [](const std::string& path) -> Result<void> {
    auto synced = os::sync_path(path);
    return synced || synced.error().code() != Code::kNotFound ? synced : Result<void>();
  };
  // First all are on their way to the disk, then each is waited for: so the first wait takes the others
  // along, and a journal is written once instead of once a file.
  std::set<std::string> directories;
  for (const std::string& key : keys) {
    if (const auto fd = os::open_read(path_of(key))) os::start_writeback(fd->get(), 0, 0);
    for (size_t slash = key.rfind('/'); slash != std::string::npos && slash > 0;
         slash = key.rfind('/', slash - 1)) {
      if (!directories.insert(path_of(key.substr(0, slash))).second) break;
    }
  }
  for (const std::string& key : keys) TFHUB_TRY(sync(path_of(key)));
  for (const std::string& directory : directories) TFHUB_TRY(sync(directory));
  return keys.empty() ? Result<void>() : sync(root_);
}

Result<os::UniqueFd> DirectoryStore::open(const std::string& key) {
  TFHUB_TRY(check_key(key));
  auto fd = os::open_read_beneath(root_, key);
  if (!fd)
    return fd.error().code() == Code::kNotFound ? fail(no_object(key, root_)) : fail(std::move(fd).error());
  struct ::stat status {};
  if (::fstat(fd->get(), &status) != 0) return fail_system(errno, "cannot look at " + path_of(key));
  if (!S_ISREG(status.st_mode)) return fail(no_object(key, root_));
  return fd;
}

Result<bool> DirectoryStore::move(const std::string& from, const std::string& to) {
  TFHUB_TRY(check_key(from));
  TFHUB_TRY(check_key(to));
  TFHUB_ASSIGN(const bool there, os::exists(path_of(from)));
  if (!there) return fail(no_object(from, root_));
  const auto moved = with_parent_of(to, [&]() -> Result<bool> {
    // Without the source there is no use in making a directory for it.
    TFHUB_ASSIGN(const bool still_there, os::exists(path_of(from)));
    if (!still_there) return fail(Code::kUnexpected, "{} was taken away while it was moved to {}", from, to);
    return os::rename_no_replace(path_of(from), path_of(to));
  });
  if (!moved) {
    if (!os::exists(path_of(from)).value_or(true)) return fail(no_object(from, root_));
    return fail(moved.error());
  }
  if (*moved) {
    TFHUB_TRY(sync_directories_of(to));
    const auto left = os::sync_path(os::parent(path_of(from)));
    if (!left && left.error().code() != Code::kNotFound) return fail(left.error());
    remove_empty_parents(from);
  }
  return *moved;
}

Result<void> DirectoryStore::remove_tree(const std::string& prefix) {
  TFHUB_TRY(check_key(prefix));
  TFHUB_TRY(os::remove_tree(path_of(prefix)));
  remove_empty_parents(prefix);
  return {};
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_directory_store(const std::string& path, bool create) {
  std::error_code error;
  std::string root = std::filesystem::absolute(path, error).lexically_normal().string();
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  if (error) return fail_system(error.value(), "cannot find the directory " + path);
  TFHUB_ASSIGN(auto info, os::stat(root));
  if (!info && !create) {
    return fail(Code::kNotFound,
                "there is no store at {}; publish a model into it first, or name another with --store", root);
  }
  if (info && info->type != os::FileInfo::Type::kDirectory) {
    return fail(Code::kUsage, "{} is no store: it is not a directory", root);
  }
  if (!info) {
    TFHUB_TRY(os::make_directories(root));
    TFHUB_TRY(os::sync_path(os::parent(root)));
  }
  return std::make_shared<DirectoryStore>(root);
}

}  // namespace tfhub::store
