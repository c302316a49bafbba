#include "store/disk_cache_fill.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace tfhub::store {
namespace {

class ReadAlong final : public ByteSource {
 public:
  ReadAlong(std::shared_ptr<DiskCacheFill> fill, uint64_t offset, uint64_t length,
            std::shared_ptr<ObjectStore> bucket, std::string key)
      : fill_(std::move(fill)),
        bucket_(std::move(bucket)),
        key_(std::move(key)),
        offset_(offset),
        left_(length) {}

  Result<size_t> read(MutableBytes buffer) override {
    if (left_ == 0) return 0;
    const MutableBytes wanted = buffer.first(std::min<uint64_t>(buffer.size(), left_));
    TFHUB_ASSIGN(const size_t got, rest_ ? rest_->read(wanted) : read_along_or_change(wanted));
    offset_ += got;
    left_ -= got;
    return got;
  }

 private:
  // Whatever ended the fill, a disk or the bucket, the bucket is asked once more.
  Result<size_t> read_along_or_change(MutableBytes into) {
    if (auto got = fill_->read(offset_, into); got && *got > 0) return got;
    TFHUB_ASSIGN(rest_, bucket_->get(key_, protocol::ByteRange{offset_, offset_ + left_ - 1}));
    fill_.reset();
    return rest_->read(into);
  }

  std::shared_ptr<DiskCacheFill> fill_;
  std::shared_ptr<ObjectStore> bucket_;
  std::string key_;
  uint64_t offset_, left_;
  std::unique_ptr<ByteSource> rest_;  // from the bucket
};

}  // namespace

DiskCacheFill::DiskCacheFill(os::UniqueFd file, uint64_t size)
    : file_(std::move(file)), size_(size), arrived_(size), ended_(true) {}

void DiskCacheFill::begin(os::UniqueFd file, uint64_t size) {
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
  size_ = size;
  changed_.notify_all();
}

void DiskCacheFill::arrived(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  arrived_ = bytes;
  changed_.notify_all();
}

void DiskCacheFill::end(const Result<void>& how) {
  const std::lock_guard lock(mutex_);
  if (!how) error_ = how.error();
  ended_ = true;
  changed_.notify_all();
}

Result<std::optional<uint64_t>> DiskCacheFill::size() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return file_ || ended_; });
  if (file_) return size_;
  if (error_) return fail(*error_);
  return std::nullopt;
}

uint64_t DiskCacheFill::arrived() const {
  const std::lock_guard lock(mutex_);
  return arrived_;
}

Result<size_t> DiskCacheFill::read(uint64_t offset, MutableBytes into) {
  uint64_t there = 0;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ > offset || ended_; });
    there = arrived_ > offset ? arrived_ - offset : 0;
  }
  const size_t wanted = std::min<uint64_t>(into.size(), there);
  while (wanted > 0) {
    const ssize_t got = ::pread(file_.get(), into.data(), wanted, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return fail_system(errno, "cannot read what the disk cache has received");
  }
  return 0;
}

std::unique_ptr<ByteSource> read_along(std::shared_ptr<DiskCacheFill> fill, uint64_t offset, uint64_t length,
                                       std::shared_ptr<ObjectStore> bucket, std::string key) {
  return std::make_unique<ReadAlong>(std::move(fill), offset, length, std::move(bucket), std::move(key));
}

}  // namespace tfhub::store
