#include "store/disk_cache_fill.h"

#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tfhub::store {
namespace {

// Nothing came for so long: whoever reads along asks the bucket himself. Its own limits are longer.
constexpr std::chrono::seconds kPatience{20};
constexpr size_t kHere = 128 << 10;

// No thread waits for what a slow bucket brings: a client's connection waits for the event, and the kernel
// moves what has arrived from the file to the socket.
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
    passed(got);
    return got;
  }

  std::optional<Moved> move_to(int socket, uint64_t most) override {
    if (left_ == 0) return std::nullopt;
    most = std::min(most, left_);
    const auto moved = rest_ ? rest_->move_to(socket, most) : fill_->move_to(socket, offset_, most);
    if (moved) passed(moved->bytes);
    return moved;
  }

  Bytes here() override {
    if (rest_) return rest_->here();
    const size_t wanted = std::min<uint64_t>(kHere, left_);
    if (here_.empty()) {
      here_.resize(wanted);
      here_.resize(fill_->read_here(offset_, here_));
    }
    return here_;
  }
  void take(size_t size) override {
    if (rest_) {
      rest_->take(size);
    } else {
      here_.erase(here_.begin(), here_.begin() + static_cast<ptrdiff_t>(size));
    }
    offset_ += size;
    left_ -= size;
  }

  std::optional<Arrival> arrival() override {
    if (rest_) return rest_->arrival();
    if (!event_) {
      event_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      if (!event_) return std::nullopt;
      fill_->tell(event_.get());
    }
    // Emptied first and looked after it: what arrives in between is counted again.
    uint64_t count = 0;
    (void)!::read(event_.get(), &count, sizeof count);
    if (fill_->arrived() > offset_) {
      count = 1;
      (void)!::write(event_.get(), &count, sizeof count);
    } else if (fill_->ended()) {
      return std::nullopt;
    }
    return Arrival{event_.get(), kPatience};
  }

  ~ReadAlong() override { forget_fill(); }

 private:
  void passed(uint64_t bytes) {
    here_.clear();
    offset_ += bytes;
    left_ -= bytes;
  }
  void forget_fill() {
    if (fill_ && event_) fill_->tell_no_more(event_.get());
    fill_.reset();
  }

  // Whatever ended the fill, a disk or the bucket, the bucket is asked once more.
  Result<size_t> read_along_or_change(MutableBytes into) {
    if (auto got = fill_->read(offset_, into); got && *got > 0) return got;
    TFHUB_ASSIGN(rest_, bucket_->get(key_, protocol::ByteRange{offset_, offset_ + left_ - 1}));
    forget_fill();
    return rest_->read(into);
  }

  std::shared_ptr<DiskCacheFill> fill_;
  std::shared_ptr<ObjectStore> bucket_;
  std::string key_;
  uint64_t offset_, left_;
  std::vector<std::byte> here_;       // read for who cannot have it moved, from offset_ on
  std::unique_ptr<ByteSource> rest_;  // from the bucket
  os::UniqueFd event_;
};

}  // namespace

DiskCacheFill::DiskCacheFill(os::UniqueFd file, uint64_t size)
    : file_(std::move(file)), size_(size), arrived_(size), ended_(true) {}

void DiskCacheFill::begin(os::UniqueFd file, uint64_t size) {
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
  size_ = size;
  changed();
}

void DiskCacheFill::changed() {
  changed_.notify_all();
  constexpr uint64_t kOne = 1;
  for (const int event : events_) (void)!::write(event, &kOne, sizeof kOne);
}

void DiskCacheFill::tell(int event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
}

void DiskCacheFill::tell_no_more(int event) {
  const std::lock_guard lock(mutex_);
  std::erase(events_, event);
}

std::optional<Moved> DiskCacheFill::move_to(int socket, uint64_t offset, uint64_t most) const {
  const uint64_t there = arrived();
  if (there <= offset) return std::nullopt;
  auto position = static_cast<off_t>(offset);
  while (true) {
    const ssize_t sent = ::sendfile(socket, file_.get(), &position, std::min(most, there - offset));
    if (sent > 0) return Moved{Moved::What::kMoved, static_cast<size_t>(sent)};
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return Moved{Moved::What::kFull};
    // The file was cut behind our back, or cannot be sent from: read() finds out.
    if (sent == 0 || errno == EINVAL || errno == ENOSYS || errno == EIO) return std::nullopt;
    return Moved{Moved::What::kFailed};
  }
}

size_t DiskCacheFill::read_here(uint64_t offset, MutableBytes into) const {
  const uint64_t there = arrived();
  if (there <= offset) return 0;
  const size_t wanted = std::min<uint64_t>(into.size(), there - offset);
  const ssize_t got = ::pread(file_.get(), into.data(), wanted, static_cast<off_t>(offset));
  return got > 0 ? static_cast<size_t>(got) : 0;
}

bool DiskCacheFill::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

void DiskCacheFill::arrived(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  arrived_ = bytes;
  changed();
}

void DiskCacheFill::end(const Result<void>& how) {
  const std::lock_guard lock(mutex_);
  if (!how) error_ = how.error();
  ended_ = true;
  changed();
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
    changed_.wait_for(lock, kPatience, [&] { return arrived_ > offset || ended_; });
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
