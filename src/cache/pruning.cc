#include "cache/pruning.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace tfhub::cache {

Result<Pruned> Pruning::run() {
  // Left-overs first: a dead process's lock would keep its entry from being removed.
  TFHUB_TRY(remove_leftovers());
  TFHUB_TRY(remove_entries());
  return std::move(result_);
}

void Pruning::report(const std::string& handle, const std::string& path, std::string why, uint64_t size) {
  result_.removed.push_back({handle, path, std::move(why), size});
  result_.freed += size;
}

Result<void> Pruning::remove_entries() {
  TFHUB_ASSIGN(const auto all, cache_.list());
  std::vector<const Entry*> models;
  for (const Entry& entry : all) {
    if (entry.state == State::kBroken) {
      TFHUB_ASSIGN(const bool removed, take_out_where_allowed(entry));
      const char* const why =
          entry.alias_of.empty() ? "broken" : "an alias of a model that is gone or broken";
      if (removed) report(entry.handle, entry.path, why, entry.size);
    }
    if (!entry.alias_of.empty()) aliases_[entry.alias_of].push_back(&entry);
    const bool usable = entry.state == State::kComplete || entry.state == State::kForeign;
    if (usable && entry.alias_of.empty()) models.push_back(&entry);
  }
  // Longest unused first.
  std::sort(models.begin(), models.end(), [](const Entry* a, const Entry* b) { return a->used < b->used; });
  uint64_t total = 0;
  for (const Entry* entry : models) total += entry->size;
  const auto now = std::chrono::system_clock::now();
  for (const Entry* entry : models) {
    const bool too_old = options_.older_than && now - entry->used > *options_.older_than;
    const bool too_much = options_.max_size && total > *options_.max_size;
    if (!too_old && !too_much) continue;
    TFHUB_ASSIGN(const bool removed, remove_unused(*entry, too_old));
    if (removed) total -= entry->size;
  }
  return {};
}

// What a colleague alone may remove is told, and no reason to keep the rest.
Result<bool> Pruning::take_out_where_allowed(const Entry& entry) {
  auto removed = take_out(entry);
  if (removed || removed.error().code() != Code::kNotAllowed) return removed;
  warn("{} stays: {}", entry.handle.empty() ? entry.path : entry.handle, removed.error().message());
  return false;
}

// The aliases of the model go together with it.
Result<bool> Pruning::remove_unused(const Entry& entry, bool too_old) {
  TFHUB_ASSIGN(const bool removed, take_out_where_allowed(entry));
  if (!removed) return false;
  report(entry.handle, entry.path, too_old ? "not used for so long" : "least recently used", entry.size);
  if (entry.handle.empty()) return true;
  for (const Entry* alias : aliases_[entry.handle])
    if (alias->state != State::kBroken) report(alias->handle, alias->path, "its model is removed", 0);
  return true;
}

}  // namespace tfhub::cache
