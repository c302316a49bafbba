// Stores in memory that behave as a bucket does: no directories, nothing to move, a listing by prefix. They
// show that what stands on a store needs nothing that only a directory has.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/key.h"
#include "store/object_store.h"

namespace tfhub::testing {

// Can do nothing but what every store can.
class MemoryStore : public store::ObjectStore {
  using Time = std::chrono::system_clock::time_point;
  struct Object {
    std::string bytes;
    Time modified;
  };

 public:
  Result<std::unique_ptr<store::ObjectWriter>> put(const std::string& key) override {
    TFHUB_TRY(store::check_key(key));
    return std::make_unique<Writer>(*this, key);
  }

  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    TFHUB_TRY(store::check_key(key));
    if (before_put_if_absent) before_put_if_absent(key);
    const std::lock_guard guard(mutex_);
    const bool created = objects_.try_emplace(key, Object{std::string(as_text(bytes)), now()}).second;
    if (created) written_.insert(key);
    return created;
  }

  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override {
    TFHUB_TRY(store::check_key(key));
    const std::lock_guard guard(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return fail(Code::kNotFound, "there is no object {} in {}", key, url());
    std::string bytes = found->second.bytes;
    if (range) {
      if (range->first > range->last || range->last >= bytes.size()) {
        return fail(Code::kUsage, "the range does not lie in {}", key);
      }
      bytes = bytes.substr(range->first, range->length());
    }
    return std::make_unique<Reader>(std::move(bytes));
  }

  Result<std::optional<store::ObjectInfo>> head(const std::string& key) override {
    TFHUB_TRY(store::check_key(key));
    const std::lock_guard guard(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return std::nullopt;
    return store::ObjectInfo{key, found->second.bytes.size(), found->second.modified};
  }

  Result<store::Listing> list(const std::string& prefix, bool recursive) override {
    TFHUB_TRY(store::check_prefix(prefix));
    const std::lock_guard guard(mutex_);
    store::Listing listing;
    for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix);
         ++it) {
      const size_t slash = it->first.find('/', prefix.size());
      if (recursive || slash == std::string::npos) {
        listing.objects.push_back({it->first, it->second.bytes.size(), it->second.modified});
      } else if (std::string deeper = it->first.substr(0, slash + 1);
                 listing.prefixes.empty() || listing.prefixes.back() != deeper) {
        listing.prefixes.push_back(std::move(deeper));
      }
    }
    return listing;
  }

  Result<void> remove(const std::string& key) override {
    TFHUB_TRY(store::check_key(key));
    const std::lock_guard guard(mutex_);
    objects_.erase(key);
    return {};
  }

  std::string url() const override { return "mem://test"; }

  // Every key that was ever written: a loser must not be among those who wrote a final one.
  std::set<std::string> written() const {
    const std::lock_guard guard(mutex_);
    return written_;
  }
  // Makes everything `age` older.
  void grow_old(std::chrono::hours age) {
    const std::lock_guard guard(mutex_);
    for (auto& [key, object] : objects_) object.modified -= age;
  }
  // Somebody else's act at the worst moment.
  std::function<void(const std::string& key)> before_put_if_absent;

 private:
  static Time now() { return std::chrono::system_clock::now(); }

  class Writer final : public store::ObjectWriter {
   public:
    Writer(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}
    Result<void> write(Bytes bytes) override {
      bytes_.append(as_text(bytes));
      return {};
    }
    Result<void> commit() override {
      const std::lock_guard guard(store_.mutex_);
      store_.objects_[key_] = Object{bytes_, now()};
      store_.written_.insert(key_);
      return {};
    }

   private:
    MemoryStore& store_;
    std::string key_, bytes_;
  };

  class Reader final : public ByteSource {
   public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)), source_(as_bytes(bytes_)) {}
    Result<size_t> read(MutableBytes buffer) override { return source_.read(buffer); }

   private:
    std::string bytes_;
    MemorySource source_;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Object> objects_;
  std::set<std::string> written_;
};

// Can do what only a bucket can, besides.
class MemoryBucket : public MemoryStore, public store::BucketObjects {
 public:
  Result<void> copy(const std::string& from, const std::string& to, uint64_t size) override {
    if (before_copy) TFHUB_TRY(before_copy(to));
    TFHUB_ASSIGN(const auto bytes, store::read_small(*this, from));
    if (!bytes) return fail(Code::kNotFound, "there is no object {} in {}", from, url());
    if (bytes->size() != size)
      return fail(Code::kUsage, "{} has not the {} bytes that it is said to have", from, size);
    return store::put_small(*this, to, as_bytes(*bytes));
  }
  Result<void> remove_all(const std::vector<std::string>& keys) override {
    for (const std::string& key : keys) TFHUB_TRY(remove(key));
    return {};
  }
  Result<std::string> signed_url(const std::string& key, std::chrono::seconds /*valid*/) override {
    return "https://bucket.test/" + key + "?Signature=x";
  }

  // Called on the thread that copies, before anything of `to` is written; an error is the copy's.
  std::function<Result<void>(const std::string& to)> before_copy;
};

}  // namespace tfhub::testing
