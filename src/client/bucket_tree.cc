#include "client/bucket_tree.h"

#include <algorithm>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "base/text.h"
#include "catalog/long_work.h"
#include "client/interruption.h"
#include "os/file.h"

namespace tfhub::client {
namespace {

constexpr unsigned kReadsAtOnce = 8;
constexpr size_t kReadBlock = 256 << 10;

Result<void> copy(ByteSource& from, int to, const std::string& path, catalog::Meter& meter) {
  std::vector<std::byte> block(kReadBlock);
  while (true) {
    TFHUB_ASSIGN(const size_t n, from.read(block));
    if (n == 0) return {};
    TFHUB_TRY(os::write_all(to, Bytes(block).first(n), path));
    TFHUB_TRY(meter.add(n));
  }
}

}  // namespace

Result<BucketTree> BucketTree::open(const std::string& url) {
  TFHUB_ASSIGN(auto store, store::open_store(url, /*create=*/false));
  TFHUB_ASSIGN(auto listing, store->list({}, /*recursive=*/true));
  // What stands for a directory is no file of the model.
  std::erase_if(listing.objects, [](const store::ObjectInfo& object) { return object.key.ends_with('/'); });
  if (!listing.objects.empty()) return BucketTree(url, std::move(store), std::move(listing.objects));

  TFHUB_ASSIGN(store, store::open_store(os::parent(url), /*create=*/false));
  TFHUB_ASSIGN(const auto file, store->head(os::base_name(url)));
  if (file) return BucketTree(url, std::move(store), {*file});
  return fail(Code::kNotFound, "there is nothing at {}", printable(url));
}

Result<std::optional<savedmodel::Blob>> BucketTree::open(const std::string& path, uint64_t limit) const {
  const auto object = std::find_if(objects_.begin(), objects_.end(),
                                   [&](const store::ObjectInfo& candidate) { return candidate.key == path; });
  if (object == objects_.end()) return std::nullopt;
  if (object->size > limit)
    return fail(Code::kCorrupt, "{} of {} has {} bytes, too many to be read", printable(path), url_,
                object->size);
  TFHUB_ASSIGN(auto text, store::read_small(*store_, path, object->size));
  if (!text) return std::nullopt;
  auto owner = std::make_shared<const std::string>(std::move(*text));
  return savedmodel::Blob{as_bytes(*owner), owner};
}

Result<std::vector<std::string>> BucketTree::list() const {
  std::vector<std::string> paths;
  for (const store::ObjectInfo& object : objects_) paths.push_back(object.key);
  return paths;
}

Result<void> BucketTree::copy_to(os::StagingDirectory& staging, Progress* progress) const {
  uint64_t total = 0;
  for (const store::ObjectInfo& object : objects_) total += object.size;
  const catalog::LongWork work{progress, check_interrupted};
  catalog::Meter meter("copying", total, work);
  std::mutex making;
  return in_parallel(objects_.size(), kReadsAtOnce, [&](size_t i) -> Result<void> {
    const std::string& path = objects_[i].key;
    TFHUB_ASSIGN(const auto source, store_->get(path));
    std::unique_lock guard(making);
    if (path.find('/') != std::string::npos) TFHUB_TRY(staging.make_directory(os::parent(path)));
    TFHUB_ASSIGN(const os::UniqueFd file, staging.create_file(path));
    guard.unlock();
    return copy(*source, file.get(), path, meter);
  });
}

}  // namespace tfhub::client
