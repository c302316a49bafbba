#include "client/bucket_backend.h"

#include <vector>

#include "base/error.h"
#include "catalog/long_work.h"
#include "client/interruption.h"
#include "store/object_store.h"

namespace tfhub::client {
namespace {

constexpr size_t kUploadBlock = 256 << 10;

class StoreBackend final : public cache::BucketBackend {
 public:
  StoreBackend(std::shared_ptr<store::ObjectStore> store, Progress* progress)
      : store_(std::move(store)), work_{progress, check_interrupted} {}

  std::string url() const override { return store_->url(); }

  Result<std::optional<std::string>> read(const std::string& name) override {
    return store::read_small(*store_, name, kLargestRead);
  }
  Result<std::optional<cache::BucketObject>> look(const std::string& name) override {
    TFHUB_ASSIGN(const auto info, store_->head(name));
    if (!info) return std::nullopt;
    return cache::BucketObject{name, info->size, info->modified};
  }
  Result<std::unique_ptr<ByteSource>> open(const std::string& name) override { return store_->get(name); }

  Result<std::vector<cache::BucketObject>> list(const std::string& prefix) override {
    TFHUB_ASSIGN(auto listing, store_->list(prefix, /*recursive=*/true));
    std::vector<cache::BucketObject> objects;
    objects.reserve(listing.objects.size());
    for (store::ObjectInfo& info : listing.objects)
      objects.push_back({std::move(info.key), info.size, info.modified});
    return objects;
  }

  Result<void> write(const std::string& name, ByteSource& content) override {
    TFHUB_ASSIGN(const auto writer, store_->put(name));
    std::vector<std::byte> block(kUploadBlock);
    while (true) {
      TFHUB_ASSIGN(const size_t n, content.read(block));
      if (n == 0) return writer->commit();
      TFHUB_TRY(writer->write(Bytes(block).first(n)));
      TFHUB_TRY(uploaded_.add(n));
    }
  }
  Result<bool> write_if_absent(const std::string& name, const std::string& content) override {
    return store_->put_if_absent(name, as_bytes(content));
  }
  Result<void> remove(const std::vector<std::string>& names) override {
    return store::remove_all(*store_, names);
  }

 private:
  // A descriptor: 100,000 files, the most that an archive may have, with long names.
  static constexpr size_t kLargestRead = 256 << 20;

  std::shared_ptr<store::ObjectStore> store_;
  const catalog::LongWork work_;
  catalog::Meter uploaded_{"uploading", std::nullopt, work_};
};

}  // namespace

Result<std::unique_ptr<cache::BucketBackend>> open_bucket_backend(const std::string& url,
                                                                  Progress* progress) {
  TFHUB_ASSIGN(auto store, store::open_store(url, /*create=*/false));
  return std::make_unique<StoreBackend>(std::move(store), progress);
}

}  // namespace tfhub::client
