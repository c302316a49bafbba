// Things that are dear to make and are asked for again, kept by key. What was not used for the longest time
// goes first when they become too many or too large together. Thread-safe.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tfhub::server {

template <typename Value>
class Kept {
 public:
  using Pointer = std::shared_ptr<const Value>;

  // `most`: how many; `most_bytes`: of all of them, as put() is told.
  Kept(size_t most, size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  // Null: it is not there.
  Pointer find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return found->second->value;
  }

  // Gives back what is kept under `key` now. Two threads may make one thing at once: the first stays. What is
  // larger than all together may be is given back, and not kept.
  Pointer put(std::string key, Value value, size_t bytes) {
    auto made = std::make_shared<const Value>(std::move(value));
    bytes += key.size();
    if (bytes > most_bytes_) return made;
    const std::lock_guard lock(mutex_);
    if (const auto other = by_key_.find(key); other != by_key_.end()) return other->second->value;
    by_use_.push_front({std::move(key), made, bytes});
    by_key_.emplace(by_use_.front().key, by_use_.begin());
    bytes_ += bytes;
    while (by_use_.size() > most_ || bytes_ > most_bytes_) {
      bytes_ -= by_use_.back().bytes;
      by_key_.erase(by_use_.back().key);
      by_use_.pop_back();
    }
    return made;
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return by_use_.size();
  }
  size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Item {
    std::string key;
    Pointer value;
    size_t bytes;
  };

  const size_t most_, most_bytes_;
  mutable std::mutex mutex_;
  std::list<Item> by_use_;  // most recently used first
  std::unordered_map<std::string_view, typename std::list<Item>::iterator> by_key_;  // keys live in by_use_
  size_t bytes_ = 0;
};

}  // namespace tfhub::server
