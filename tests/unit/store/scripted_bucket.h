// A bucket in memory that counts what it is asked, and whose objects come as far as a test lets them. Reads
// of a part are never held up: what is tested is who reads the whole.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/memory_store.h"
#include "store/object_store.h"

namespace tfhub::testing {

class ScriptedBucket final : public store::ObjectStore, public store::BucketObjects {
 public:
  explicit ScriptedBucket(std::string url = "mem://bucket/models") : url_(std::move(url)) {}

  std::atomic<int> heads{0}, wholes{0}, parts{0}, removals{0};
  std::atomic<bool> away{false};

  // Reads of a whole object wait when they have got so many bytes.
  void hold_at(uint64_t bytes) { set(Stop::kWait, bytes); }
  // They fail there, or end as if that were all.
  void fail_at(uint64_t bytes) { set(Stop::kFail, bytes); }
  void end_at(uint64_t bytes) { set(Stop::kEnd, bytes); }
  void let_all_through() { set(Stop::kWait, UINT64_MAX); }

  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override {
    ++(range ? parts : wholes);
    TFHUB_TRY(answer());
    TFHUB_ASSIGN(auto source, objects_.get(key, range));
    if (range) return source;
    return std::make_unique<Source>(*this, std::move(source));
  }
  Result<std::optional<store::ObjectInfo>> head(const std::string& key) override {
    ++heads;
    TFHUB_TRY(answer());
    return objects_.head(key);
  }
  Result<std::unique_ptr<store::ObjectWriter>> put(const std::string& key) override {
    return objects_.put(key);
  }
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    return objects_.put_if_absent(key, bytes);
  }
  Result<store::Listing> list(const std::string& prefix, bool recursive) override {
    return objects_.list(prefix, recursive);
  }
  Result<void> remove(const std::string& key) override { return remove_all({key}); }
  std::string url() const override { return url_; }

  Result<void> copy(const std::string& from, const std::string& to, uint64_t /*size*/) override {
    TFHUB_ASSIGN(const auto bytes, store::read_small(objects_, from));
    if (!bytes) return fail(Code::kNotFound, "there is no object {}", from);
    return store::put_small(objects_, to, as_bytes(*bytes));
  }
  Result<void> remove_all(const std::vector<std::string>& keys) override {
    ++removals;
    for (const std::string& key : keys) TFHUB_TRY(objects_.remove(key));
    return {};
  }
  Result<std::string> signed_url(const std::string& key, std::chrono::seconds) override {
    return "https://bucket.test/" + key + "?Signature=x";
  }

 private:
  enum class Stop { kWait, kFail, kEnd };

  class Source final : public ByteSource {
   public:
    Source(ScriptedBucket& bucket, std::unique_ptr<ByteSource> from)
        : bucket_(bucket), from_(std::move(from)) {}
    Result<size_t> read(MutableBytes buffer) override {
      TFHUB_ASSIGN(const uint64_t may, bucket_.may_read(passed_));
      TFHUB_ASSIGN(const size_t got, from_->read(buffer.first(std::min<uint64_t>(buffer.size(), may))));
      passed_ += got;
      return got;
    }

   private:
    ScriptedBucket& bucket_;
    std::unique_ptr<ByteSource> from_;
    uint64_t passed_ = 0;
  };

  void set(Stop stop, uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    stop_ = stop;
    limit_ = bytes;
    changed_.notify_all();
  }
  Result<uint64_t> may_read(uint64_t passed) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return passed < limit_ || stop_ != Stop::kWait; });
    if (passed >= limit_ && stop_ == Stop::kFail) return fail(Code::kNetwork, "the bucket went away");
    return limit_ - std::min(passed, limit_);
  }
  Result<void> answer() const {
    return away ? fail(Code::kNetwork, "the bucket does not answer") : Result<void>();
  }

  const std::string url_;
  MemoryStore objects_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Stop stop_ = Stop::kWait;
  uint64_t limit_ = UINT64_MAX;
};

}  // namespace tfhub::testing
