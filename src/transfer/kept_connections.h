// Connections to one server that stand and have nothing to do. From any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "transfer/raw_connection.h"

namespace tfhub::transfer {

class KeptConnections {
 public:
  std::unique_ptr<RawConnection> take();  // none: nothing
  void keep(std::unique_ptr<RawConnection> connection);

 private:
  struct Kept {
    std::unique_ptr<RawConnection> connection;
    Clock::time_point since;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the newest last
};

}  // namespace tfhub::transfer
