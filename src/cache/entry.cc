#include "cache/entry.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>

#include "base/error.h"
#include "os/file.h"
#include "protocol/handle.h"

namespace tfhub::cache {

Result<std::optional<EntryOnDisk>> read_entry(EntryPaths paths) {
  EntryOnDisk entry;
  entry.paths = std::move(paths);
  TFHUB_ASSIGN(entry.name, look_at_model(entry.paths.model()));
  TFHUB_ASSIGN(entry.descriptor, Descriptor::read(entry.paths.descriptor(), entry.paths.owners));
  if (entry.name.kind == ModelName::Kind::kNothing) {
    if (!entry.descriptor) return std::nullopt;
    return entry;
  }
  if (entry.is_alias()) {
    if (entry.paths.owners != Owners::kAnybody && !is_ours_at(entry.paths.model())) return entry;
    entry.target_paths = EntryPaths{entry.paths.directory, entry.name.target, entry.paths.owners};
    // One step only: an alias that points to an alias is not what set_alias makes.
    TFHUB_ASSIGN(const ModelName target, look_at_model(entry.target_paths.model()));
    if (target.kind != ModelName::Kind::kTree) return entry;
    TFHUB_ASSIGN(entry.target_descriptor,
                 Descriptor::read(entry.target_paths.descriptor(), entry.paths.owners));
  }
  const auto& descriptor = entry.tree_descriptor();
  TFHUB_ASSIGN(entry.state, judge_tree(entry.tree_paths().model(), descriptor ? &*descriptor : nullptr,
                                       entry.paths.owners));
  return entry;
}

void touch(const EntryPaths& paths, const std::optional<Descriptor>& descriptor) {
  if (!descriptor) return;
  // A time in the future (a clock that was wrong) would never grow old: it is set right as well.
  constexpr auto kHour = std::chrono::hours(1);
  const auto age = std::chrono::system_clock::now() - descriptor->written();
  if (age < kHour && age > -kHour) return;
  // Both times, and "now": that is what the kernel lets anyone do who may write the file, not only its owner.
  (void)::utimensat(AT_FDCWD, paths.descriptor().c_str(), nullptr, 0);
}

}  // namespace tfhub::cache
