// What a directory store has committed since its last sync: the keys while they are few, then only that they
// are many.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace tfhub::store {

class Unsynced {
 public:
  void add(const std::string& key) {
    const std::lock_guard guard(mutex_);
    if (many_) return;
    keys_.insert(key);
    if (keys_.size() > kManyObjects) {
      many_ = true;
      keys_.clear();
    }
  }
  struct Taken {
    bool many = false;
    std::set<std::string> keys;
  };
  Taken take() {
    const std::lock_guard guard(mutex_);
    return {std::exchange(many_, false), std::exchange(keys_, {})};
  }
  void put_back(const Taken& taken) {
    const std::lock_guard guard(mutex_);
    many_ = many_ || taken.many;
    keys_.insert(taken.keys.begin(), taken.keys.end());
  }

 private:
  // Beyond so many objects one syncfs is cheaper than a sync of each; below, it would wait for other
  // programs' bytes.
  static constexpr size_t kManyObjects = 64;
  std::mutex mutex_;
  bool many_ = false;
  std::set<std::string> keys_;
};

}  // namespace tfhub::store
