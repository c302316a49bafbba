#include "catalog/long_work.h"

namespace tfhub::catalog {

Result<void> Meter::add(uint64_t bytes) {
  {
    const std::lock_guard guard(mutex_);
    done_ += bytes;
    if (work_.progress != nullptr) work_.progress->update(what_, done_, total_);
  }
  return work_.check();
}

}  // namespace tfhub::catalog
