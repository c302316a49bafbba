// One object of a disk cache on its way from the bucket to the disk: one thread brings it, any number read
// along, each from where it likes and as fast as it likes. They read from the file; nothing is kept in
// memory.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "os/fd.h"
#include "store/object_store.h"

namespace tfhub::store {

class DiskCacheFill {
 public:
  DiskCacheFill() = default;
  // All of it is there.
  DiskCacheFill(os::UniqueFd file, uint64_t size);

  // For the one that brings it, in this order.
  void begin(os::UniqueFd file, uint64_t size);
  void arrived(uint64_t bytes);       // so many, in all
  void end(const Result<void>& how);  // no more will come

  // For those who read along. Waits until it has begun: the object's size. Nothing: it does not come this
  // way, ask the bucket. An error: the bucket's.
  Result<std::optional<uint64_t>> size();
  uint64_t arrived() const;
  bool ended() const;
  // Waits until there is something from `offset` on. 0: no more will come this way, or for so long nothing
  // came that the bucket itself is to be asked.
  Result<size_t> read(uint64_t offset, MutableBytes into);
  // What has arrived from `offset` on goes to `socket`, at most `most` bytes, without waiting. Nothing:
  // nothing has.
  std::optional<Moved> move_to(int socket, uint64_t offset, uint64_t most) const;
  // The same into memory. 0: nothing has.
  size_t read_here(uint64_t offset, MutableBytes into) const;
  // From now on each arrival and the end are counted in `event` (eventfd(2)), until it is taken away.
  void tell(int event);
  void tell_no_more(int event);

 private:
  void changed();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> events_;
  os::UniqueFd file_;  // set once, before the first byte
  uint64_t size_ = 0, arrived_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

// `length` bytes from `offset` on, which lie inside the object; what does not come by the fill comes from the
// bucket itself.
std::unique_ptr<ByteSource> read_along(std::shared_ptr<DiskCacheFill> fill, uint64_t offset, uint64_t length,
                                       std::shared_ptr<ObjectStore> bucket, std::string key);

}  // namespace tfhub::store
