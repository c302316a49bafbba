// The bytes of a download, kept in a file while they arrive, so that the next process can go on where this
// one was interrupted. Only of large files whose host names what a Range can be compared by. Keeping must
// never make a download fail: where the file cannot be written, nothing is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_stream.h"
#include "os/process.h"
#include "transfer/http.h"

namespace tfhub::client {

class KeptPart {
 public:
  // `path`: where it lies, or will. Empty: nothing is kept.
  explicit KeptPart(std::string path) : path_(std::move(path)) {}
  ~KeptPart();  // what is too small to be worth it goes
  KeptPart(const KeptPart&) = delete;
  KeptPart& operator=(const KeptPart&) = delete;

  // What an earlier process left at `path`. nullopt: nothing that could be relied on.
  std::optional<transfer::HeldPart> held();
  // The download whose bytes record() will be given from its first one on, the held ones among them.
  void begin(const transfer::Download& download);
  void record(Bytes bytes);
  // These bytes led nowhere: the next download starts anew.
  void discard();

 private:
  void start_file(const transfer::Download& download);

  std::string path_;
  std::optional<os::FileLock> file_;  // locked while it is written; not open: nothing is recorded
  uint64_t total_ = 0;                // bytes of the whole download
  uint64_t position_ = 0;             // of the next byte that record() is given
  uint64_t size_ = 0;                 // bytes in the file
};

// A download whose bytes are kept on their way.
class KeepingSource final : public ByteSource {
 public:
  KeepingSource(ByteSource& source, KeptPart& part) : source_(source), part_(part) {}
  Result<size_t> read(MutableBytes buffer) override;

 private:
  ByteSource& source_;
  KeptPart& part_;
};

}  // namespace tfhub::client
