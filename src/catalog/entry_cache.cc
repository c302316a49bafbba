#include "catalog/entry_cache.h"

namespace tfhub::catalog {

std::optional<CachedEntry> EntryCache::find(const std::string& url_path) {
  const std::lock_guard guard(mutex_);
  const auto found = by_url_.find(url_path);
  if (found == by_url_.end()) return std::nullopt;
  items_.splice(items_.begin(), items_, found->second);
  return found->second->entry;
}

void EntryCache::add(const std::string& url_path, CachedEntry entry) {
  const size_t weight = 1 + (entry ? entry->files.size() : 0);
  const std::lock_guard guard(mutex_);
  missing_.erase(url_path);
  if (by_url_.contains(url_path)) return;  // another thread read it too; an entry has only one content
  items_.push_front({url_path, std::move(entry), weight});
  by_url_[url_path] = items_.begin();
  weight_ += weight;
  while (weight_ > kMaxWeight && items_.size() > 1) {
    weight_ -= items_.back().weight;
    by_url_.erase(items_.back().url_path);
    items_.pop_back();
  }
}

bool EntryCache::known_missing(const std::string& url_path) {
  const std::lock_guard guard(mutex_);
  const auto found = missing_.find(url_path);
  if (found == missing_.end()) return false;
  if (now_() - found->second < kMissingFor) return true;
  missing_.erase(found);
  return false;
}

uint64_t EntryCache::epoch() {
  const std::lock_guard guard(mutex_);
  return epoch_;
}

void EntryCache::forget_missing() {
  const std::lock_guard guard(mutex_);
  missing_.clear();
  ++epoch_;
}

void EntryCache::add_missing(const std::string& url_path, uint64_t epoch) {
  const std::lock_guard guard(mutex_);
  if (epoch != epoch_) return;
  // They are old within a quarter of a second: when somebody asks for that many, all may go.
  if (missing_.size() >= kMaxMissing) missing_.clear();
  missing_[url_path] = now_();
}

}  // namespace tfhub::catalog
