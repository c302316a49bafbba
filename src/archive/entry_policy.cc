#include "archive/entry_policy.h"

#include "base/error.h"
#include "base/settings.h"
#include "base/text.h"

namespace tfhub::archive {

Result<void> EntryPolicy::count_entry() {
  if (++entries_ <= limits_.entries) return {};
  return fail(Code::kCorrupt,
              "it has more than {} entries, the most that {} allows; raise it if you trust the publisher",
              limits_.entries, settings::kMaxModelFiles.environment);
}

Result<void> EntryPolicy::directory(const std::string& path) {
  TFHUB_TRY(count_entry());
  if (!path.empty()) return paths_.add(path, true);
  if (root_seen_) return fail(Code::kCorrupt, "the name './' is there twice");
  root_seen_ = true;
  return {};
}

Result<void> EntryPolicy::file(const std::string& path, uint64_t size) {
  TFHUB_TRY(count_entry());
  TFHUB_TRY(paths_.add(path, false));
  TFHUB_TRY(count_bytes(path, size));
  ++files_;
  return {};
}

Result<void> EntryPolicy::copy(const std::string& path, uint64_t size) {
  TFHUB_TRY(count_entry());
  return count_bytes(path, size);
}

Result<void> EntryPolicy::count_bytes(const std::string& path, uint64_t size) {
  if (size > limits_.total_bytes - bytes_)
    return fail(
        Code::kCorrupt,
        "its files come to more than {} ('{}' claims {}), the most that {} allows; raise it if you trust the "
        "publisher",
        human_size(limits_.total_bytes), printable(path), human_size(size),
        settings::kMaxModelSize.environment);
  // Not the archive's fault, so not kCorrupt: the same answer as to a write that found the disk full.
  if (size > free_bytes_ - bytes_)
    return fail(Code::kUnexpected,
                "the disk is too full: '{}' needs {}, and of the {} that were free where {} is, {} are used "
                "up by the "
                "files before it; free some space and try again",
                printable(path), human_size(size), human_size(free_bytes_), disk_, human_size(bytes_));
  bytes_ += size;
  return {};
}

Result<void> EntryPolicy::finish() const {
  if (files_ == 0) return fail(Code::kCorrupt, "there is not a single file in it");
  return {};
}

}  // namespace tfhub::archive
