// A bucket in memory, shared by any number of caches, and what the tests of a cache in one share.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cache/bucket/bucket_cache.h"
#include "cache/cache_testing.h"

namespace tfhub::cache {

// As tensorflow_hub makes them (layout.h).
inline const std::string kTheirToken = "0123456789ab4def0123456789abcdef";

// The objects, and what is done to them.
struct MemoryBucket {
  struct Object {
    std::string content;
    std::chrono::system_clock::time_point modified;
  };
  std::mutex mutex;
  std::map<std::string, Object> objects;
  std::atomic<int> requests{0};
  // Called before a write, without the mutex; an error is the write's.
  std::function<Result<void>(const std::string& name)> before_write;
  // Called before one object is looked at, without the mutex.
  std::function<void(const std::string& name)> before_look;

  void set(const std::string& name, std::string content) {
    const std::lock_guard guard(mutex);
    objects[name] = {std::move(content), std::chrono::system_clock::now()};
  }
  void age(const std::string& name, std::chrono::seconds by) {
    const std::lock_guard guard(mutex);
    objects.at(name).modified -= by;
  }
  std::string get(const std::string& name) {
    const std::lock_guard guard(mutex);
    return objects.at(name).content;
  }
  bool has(const std::string& name) {
    const std::lock_guard guard(mutex);
    return objects.contains(name);
  }
  std::vector<std::string> names() {
    const std::lock_guard guard(mutex);
    std::vector<std::string> all;
    for (const auto& [name, object] : objects) all.push_back(name);
    return all;
  }
};

class MemoryBackend final : public BucketBackend {
 public:
  explicit MemoryBackend(MemoryBucket& bucket) : bucket_(bucket) {}

  std::string url() const override { return "gs://memory/cache"; }
  Result<std::optional<std::string>> read(const std::string& name) override {
    const std::lock_guard guard(asked());
    const auto found = bucket_.objects.find(name);
    if (found == bucket_.objects.end()) return std::nullopt;
    return found->second.content;
  }
  Result<std::optional<BucketObject>> look(const std::string& name) override {
    if (bucket_.before_look) bucket_.before_look(name);
    const std::lock_guard guard(asked());
    const auto found = bucket_.objects.find(name);
    if (found == bucket_.objects.end()) return std::nullopt;
    return BucketObject{name, found->second.content.size(), found->second.modified};
  }
  Result<std::unique_ptr<ByteSource>> open(const std::string& name) override {
    TFHUB_ASSIGN(auto content, read(name));
    if (!content) return fail(Code::kNotFound, "there is no {}", name);
    return std::make_unique<Text>(std::move(*content));
  }
  Result<std::vector<BucketObject>> list(const std::string& prefix) override {
    const std::lock_guard guard(asked());
    std::vector<BucketObject> found;
    for (const auto& [name, object] : bucket_.objects)
      if (name.starts_with(prefix)) found.push_back({name, object.content.size(), object.modified});
    return found;
  }
  Result<void> write(const std::string& name, ByteSource& content) override {
    if (bucket_.before_write) TFHUB_TRY(bucket_.before_write(name));
    std::string text;
    std::array<std::byte, 4096> block;
    while (true) {
      TFHUB_ASSIGN(const size_t n, content.read(block));
      if (n == 0) break;
      text += as_text(Bytes(block).first(n));
    }
    ++bucket_.requests;
    bucket_.set(name, std::move(text));
    return {};
  }
  Result<bool> write_if_absent(const std::string& name, const std::string& content) override {
    if (bucket_.before_write) TFHUB_TRY(bucket_.before_write(name));
    const std::lock_guard guard(asked());
    return bucket_.objects.try_emplace(name, MemoryBucket::Object{content, std::chrono::system_clock::now()})
        .second;
  }
  Result<void> remove(const std::vector<std::string>& names) override {
    const std::lock_guard guard(asked());
    for (const std::string& name : names) bucket_.objects.erase(name);
    return {};
  }

 private:
  struct Text final : ByteSource {
    explicit Text(std::string content) : text(std::move(content)) {}
    Result<size_t> read(MutableBytes buffer) override { return rest.read(buffer); }
    const std::string text;
    MemorySource rest{as_bytes(text)};
  };
  std::mutex& asked() {
    ++bucket_.requests;
    return bucket_.mutex;
  }

  MemoryBucket& bucket_;
};

class BucketCacheTest : public ::testing::Test {
 protected:
  BucketCache another_cache() { return BucketCache(std::make_unique<MemoryBackend>(bucket_)); }
  static std::string m(const std::string& handle) { return protocol::cache_key(handle); }
  std::string url(const std::string& handle) const { return "gs://memory/cache/" + m(handle); }

  void put(const std::string& handle, const Files& files = model_files()) {
    const auto path = cache_.get_or_fill(handle, fill_with(files));
    ASSERT_TRUE(path) << path.error().message();
  }
  // As tensorflow_hub leaves it.
  void put_foreign(const std::string& handle, const Files& files = model_files()) {
    for (const auto& [path, text] : files) bucket_.set(m(handle) + "/" + path, text);
    bucket_.set(m(handle) + ".descriptor.txt", foreign_descriptor(handle));
  }
  // One that is held by `owner`: "<host>.<pid>.<token>".
  void put_lock(const std::string& handle, const std::string& owner) {
    bucket_.set(m(handle) + ".lock", owner);
  }

  MemoryBucket bucket_;
  BucketCache cache_{std::make_unique<MemoryBackend>(bucket_)};
  const std::string handle_ = "https://hub.example.org/acme/mul/1";
};

}  // namespace tfhub::cache
