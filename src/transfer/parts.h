// Parts of files whose size and digest are known beforehand, over connections that are kept for the next
// part.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/byte_stream.h"
#include "protocol/http.h"
#include "transfer/http.h"
#include "transfer/tuning.h"

namespace tfhub::transfer {

class Exchange;

struct Part {
  std::string url;
  protocol::ByteRange range;
  uint64_t file_size = 0;  // of the whole, as its list says
  Sha256Digest file_sha256;
};

// Thread-safe: each part under way has a connection of its own.
class PartClient {
 public:
  explicit PartClient(HttpOptions options, const Tuning& tuning = Tuning());
  ~PartClient();

  // The answer's head has arrived. read() of the result gives exactly the range's bytes; one that is cut is
  // taken up where it was. kCorrupt where the host names another digest for the file, kNetwork where its
  // answer is another part than was asked for, else the errors of transfer::get(). Must not outlive this.
  Result<std::unique_ptr<ByteSource>> get(const Part& part);

 private:
  friend class PartDownload;
  Result<std::unique_ptr<Exchange>> connection();
  void keep(std::unique_ptr<Exchange> exchange);  // its answer was read to the end

  const HttpOptions options_;
  const Tuning tuning_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Exchange>> idle_;
};

}  // namespace tfhub::transfer
