// What lookups have found: entries that exist for good (they never change; the least recently used go when
// there are too many), and URLs without an entry for a quarter of a second. Thread-safe; holds no lock while
// anything is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "catalog/catalog.h"

namespace tfhub::catalog {

// Null: the URL is a model's.
using CachedEntry = RecordPointer;

class EntryCache {
 public:
  static constexpr auto kMissingFor = std::chrono::milliseconds(250);

  explicit EntryCache(Now now) : now_(std::move(now)) {}

  std::optional<CachedEntry> find(const std::string& url_path);
  void add(const std::string& url_path, CachedEntry entry);

  bool known_missing(const std::string& url_path);
  // `epoch`, as it was before the store was asked: what was not there before forget_missing() may be there
  // now.
  uint64_t epoch();
  void add_missing(const std::string& url_path, uint64_t epoch);
  // Something was published: two answers of one hub must not disagree about it.
  void forget_missing();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kMaxMissing = 20'000;
  // A record weighs one and one more for each of its files: about 150 bytes each.
  static constexpr size_t kMaxWeight = 400'000;

  struct Item {
    std::string url_path;
    CachedEntry entry;
    size_t weight;
  };

  const Now now_;
  std::mutex mutex_;
  std::list<Item> items_;  // the most recently used first
  std::unordered_map<std::string, std::list<Item>::iterator> by_url_;
  size_t weight_ = 0;
  std::unordered_map<std::string, Clock::time_point> missing_;
  uint64_t epoch_ = 0;
};

}  // namespace tfhub::catalog
