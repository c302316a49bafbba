// The thread that keeps the catalogue fresh: a look at the store four times a second (a bucket: once), so
// that what is published while the server runs is visible within a second or two.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/hub.h"

namespace tfhub::server {

class Refresher {
 public:
  // Has looked once when it returns if the store is a directory; a bucket's list may take seconds, so the hub
  // serves versions before, and is ready (/readyz) when it has the list. A store that does not answer is no
  // error here: the hub serves what it knows, and /readyz says so.
  explicit Refresher(Hub& hub);
  ~Refresher();
  // false: the system allows no thread for it.
  bool runs() const { return thread_.joinable(); }

 private:
  Result<void> look();
  void refresh();
  void index();

  Hub& hub_;
  bool complained_ = false, index_complained_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tfhub::server
