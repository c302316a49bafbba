#include "cache/publish.h"

#include <fcntl.h>

#include <optional>
#include <utility>

#include "base/error.h"
#include "cache/entry.h"
#include "cache/remove.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::cache {
namespace {

// Only by lock-less rivals (a file system without kernel locks and a stolen lock file) is a second attempt
// needed.
constexpr int kPublishAttempts = 4;

// A broken M, out of the way. Unless discard() says that it is not missed, it is put back, if it could be
// moved as a whole.
class MovedAside {
 public:
  static Result<MovedAside> move(std::string model, std::string aside) {
    TFHUB_ASSIGN(const bool moved, take_out_of_sight(model, aside));
    return MovedAside(std::move(model), moved ? std::move(aside) : std::string());
  }
  ~MovedAside() {
    if (aside_.empty()) return;
    const auto back = os::rename_no_replace(aside_, model_);
    if (!back || !*back) (void)os::remove_tree(aside_);
  }
  MovedAside(MovedAside&& other) noexcept
      : model_(std::move(other.model_)), aside_(std::exchange(other.aside_, {})) {}
  MovedAside& operator=(MovedAside&&) = delete;

  // A reader that has one of its files open keeps that. What cannot be removed is left to prune.
  void discard() { (void)os::remove_tree(std::exchange(aside_, {})); }

 private:
  MovedAside(std::string model, std::string aside) : model_(std::move(model)), aside_(std::move(aside)) {}
  std::string model_, aside_;
};

}  // namespace

Result<void> write_descriptor(const EntryPaths& paths, std::string_view token, const std::string& text) {
  TFHUB_ASSIGN(auto file, os::StagingFile::create(paths.new_descriptor(token), mode_of(paths.owners) & 0666));
  TFHUB_TRY(file.write(as_bytes(text)));
  return file.commit(paths.descriptor());
}

// Everything is on the disk before any of it gets its name. Then the descriptor comes first and M second, as
// with tensorflow_hub: M never stands there without the record that it is judged by, and a crash in between
// leaves a descriptor without M, which is no entry for anybody. A broken M goes before both, so that the new
// record is never held against the old files; the moment without M is two renames long.
Result<bool> publish(const EntryPaths& paths, std::string_view token, os::StagingDirectory& staging,
                     const std::string& descriptor) {
  for (int attempt = 1; attempt <= kPublishAttempts; ++attempt) {
    TFHUB_ASSIGN(const auto there, read_entry(paths));
    if (there && there->usable()) return false;
    TFHUB_ASSIGN(auto record,
                 os::StagingFile::create(paths.new_descriptor(token), mode_of(paths.owners) & 0666));
    TFHUB_TRY(record.write(as_bytes(descriptor)));
    // In this order: one syncfs, where there are many files, has written the record too.
    TFHUB_TRY(staging.sync());
    TFHUB_TRY(record.sync());
    std::optional<MovedAside> old;
    if (there && there->name.kind != ModelName::Kind::kNothing) {
      TFHUB_ASSIGN(auto moved, MovedAside::move(paths.model(), paths.aside(token)));
      old.emplace(std::move(moved));
    }
    Result<bool> committed =
        record.place(paths.descriptor()).and_then([&] { return staging.place(paths.model()); });
    // Nothing new is left. A broken M keeps the new descriptor: without one it might pass for a model of
    // tensorflow_hub's.
    if (!committed && !old && !os::exists(paths.model()).value_or(true))
      os::syscalls().unlinkat(AT_FDCWD, paths.descriptor().c_str(), 0);
    TFHUB_TRY(committed);
    if (old) old->discard();
    if (!*committed) continue;
    TFHUB_TRY(os::sync_path(paths.directory));
    return true;
  }
  return fail(Code::kUnexpected, "{} is being written by another process that ignores its lock",
              paths.model());
}

}  // namespace tfhub::cache
