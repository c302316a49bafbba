#include "store/disk_cache.h"

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/blocking_pool.h"
#include "base/error.h"
#include "base/log.h"
#include "store/disk_cache_directory.h"
#include "store/disk_cache_fill.h"

namespace tfhub::store {
namespace {

constexpr size_t kFillsAtOnce = 8;
constexpr size_t kBlock = 256 << 10;
// Who begins so far behind what has arrived is better served by the bucket than by waiting.
constexpr uint64_t kFarAhead = 8 << 20;

class DiskCache final : public ObjectStore, public BucketObjects, public CachedObjects {
 public:
  DiskCache(std::shared_ptr<ObjectStore> store, BucketObjects& bucket,
            std::unique_ptr<DiskCacheDirectory> directory, std::function<bool(std::string_view)> keeps)
      : store_(std::move(store)),
        bucket_(bucket),
        directory_(std::move(directory)),
        keeps_(std::move(keeps)) {}
  ~DiskCache() override { stopping_ = true; }

  Result<std::unique_ptr<ByteSource>> get(const std::string& key,
                                          std::optional<protocol::ByteRange> range) override;
  Result<std::optional<ObjectInfo>> head(const std::string& key) override;
  Result<void> remove(const std::string& key) override { return remove_all({key}); }
  Result<void> remove_all(const std::vector<std::string>& keys) override;
  std::optional<os::UniqueFd> open_kept(const std::string& key) override;
  DiskCacheCounts counts() const override;

  Result<std::unique_ptr<ObjectWriter>> put(const std::string& key) override { return store_->put(key); }
  Result<bool> put_if_absent(const std::string& key, Bytes bytes) override {
    return store_->put_if_absent(key, bytes);
  }
  Result<Listing> list(const std::string& prefix, bool recursive) override {
    return store_->list(prefix, recursive);
  }
  Result<void> sync() override { return store_->sync(); }
  std::string url() const override { return store_->url(); }
  Result<void> copy(const std::string& from, const std::string& to, uint64_t size) override {
    return bucket_.copy(from, to, size);
  }
  Result<std::string> signed_url(const std::string& key, std::chrono::seconds valid) override {
    return bucket_.signed_url(key, valid);
  }

 private:
  using FillPointer = std::shared_ptr<DiskCacheFill>;

  // One directory may have served several stores, one after the other.
  std::string name_of(const std::string& key) const {
    return DiskCacheDirectory::name_of(store_->url() + "/" + key);
  }
  // Nothing: as many as there may be at once are under way.
  FillPointer find_or_begin(const std::string& key);
  // Brings the object. An error is the bucket's; where the disk is in the way, the fill ends without one.
  Result<void> fetch(const std::string& key, const std::string& name, DiskCacheFill& fill);
  Result<void> complain(const Error& disk);

  const std::shared_ptr<ObjectStore> store_;
  BucketObjects& bucket_;  // the same
  const std::unique_ptr<DiskCacheDirectory> directory_;
  const std::function<bool(std::string_view)> keeps_;
  std::mutex mutex_;
  std::unordered_map<std::string, FillPointer> fills_;  // by name
  std::atomic<uint64_t> hits_{0}, misses_{0};
  std::atomic<bool> complained_{false}, stopping_{false};
  BlockingPool pool_{kFillsAtOnce};  // last: its threads use all of the above
};

Result<std::unique_ptr<ByteSource>> DiskCache::get(const std::string& key,
                                                   std::optional<protocol::ByteRange> range) {
  if (!keeps_(key)) return store_->get(key, range);
  auto fill = find_or_begin(key);
  if (!fill) return store_->get(key, range);
  TFHUB_ASSIGN(const auto size, fill->size());
  if (!size) return store_->get(key, range);
  if (!range) return read_along(std::move(fill), 0, *size, store_, key);
  const bool inside = range->first <= range->last && range->last < *size;
  if (!inside || range->first > fill->arrived() + kFarAhead) return store_->get(key, range);
  return read_along(std::move(fill), range->first, range->length(), store_, key);
}

DiskCache::FillPointer DiskCache::find_or_begin(const std::string& key) {
  const std::string name = name_of(key);
  // Both looks under one lock: a fill that ends is found by its file before it is forgotten here.
  const std::lock_guard lock(mutex_);
  if (auto whole = directory_->open(name)) {
    ++hits_;
    return std::make_shared<DiskCacheFill>(std::move(whole->file), whole->size);
  }
  ++misses_;
  if (const auto found = fills_.find(name); found != fills_.end()) return found->second;
  // Nobody waits for a place: with all of them taken, who asks is served by the bucket itself.
  if (fills_.size() >= kFillsAtOnce) return nullptr;
  auto fill = std::make_shared<DiskCacheFill>();
  fills_.emplace(name, fill);
  pool_.submit([this, key, name, fill] {
    const auto done = fetch(key, name, *fill);
    if (!done) debug("{} is not kept: {}", key, done.error().message());
    {
      const std::lock_guard guard(mutex_);
      fills_.erase(name);
    }
    fill->end(done);
  });
  return fill;
}

Result<void> DiskCache::fetch(const std::string& key, const std::string& name, DiskCacheFill& fill) {
  TFHUB_ASSIGN(const auto info, store_->head(key));
  if (!info) return {};  // whoever asked hears it from the bucket
  const auto file = directory_->create(name, info->size);
  if (!file) return complain(file.error());
  if (*file == nullptr) return {};
  auto reading = (*file)->open();
  if (!reading) return complain(reading.error());
  TFHUB_ASSIGN(const auto source, store_->get(key));
  fill.begin(std::move(*reading), info->size);

  std::vector<std::byte> buffer(kBlock);
  uint64_t arrived = 0;
  while (!stopping_) {
    TFHUB_ASSIGN(const size_t n, source->read(buffer));
    if (n == 0) break;
    if (n > info->size - arrived) {
      return fail(Code::kCorrupt, "{} in {} has more than its {} bytes", key, url(), info->size);
    }
    if (const auto written = (*file)->write(Bytes(buffer).first(n)); !written)
      return complain(written.error());
    fill.arrived(arrived += n);
  }
  if (arrived != info->size) {
    return fail(Code::kNetwork, "{} in {} ended after {} of its {} bytes", key, url(), arrived, info->size);
  }
  if (const auto kept = (*file)->keep(); !kept) return complain(kept.error());
  complained_ = false;
  return {};
}

// Once for each time that it begins.
Result<void> DiskCache::complain(const Error& disk) {
  if (!complained_.exchange(true))
    warn("models come from the bucket instead of the disk cache {}: {}", directory_->path(), disk.message());
  return {};
}

Result<std::optional<ObjectInfo>> DiskCache::head(const std::string& key) {
  if (keeps_(key)) {
    // Without its time: of what never changes nobody asks it.
    if (const auto size = directory_->size(name_of(key))) return ObjectInfo{key, *size, {}};
  }
  return store_->head(key);
}

Result<void> DiskCache::remove_all(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) directory_->remove(name_of(key));
  return bucket_.remove_all(keys);
}

std::optional<os::UniqueFd> DiskCache::open_kept(const std::string& key) {
  if (!keeps_(key)) return std::nullopt;
  auto whole = directory_->open(name_of(key));
  if (!whole) return std::nullopt;
  ++hits_;
  return std::move(whole->file);
}

DiskCacheCounts DiskCache::counts() const {
  return {
      .hits = hits_, .misses = misses_, .evictions = directory_->evictions(), .bytes = directory_->bytes()};
}

}  // namespace

Result<std::shared_ptr<ObjectStore>> open_disk_cache(std::shared_ptr<ObjectStore> bucket,
                                                     DiskCacheOptions options) {
  auto* const objects = dynamic_cast<BucketObjects*>(bucket.get());
  if (objects == nullptr) {
    return fail(Code::kUsage, "a disk cache is for a store in a bucket; {} is a directory, which needs none",
                bucket->url());
  }
  TFHUB_ASSIGN(auto directory, DiskCacheDirectory::open(options.directory, options.size));
  return std::make_shared<DiskCache>(std::move(bucket), *objects, std::move(directory),
                                     std::move(options.keeps));
}

}  // namespace tfhub::store
