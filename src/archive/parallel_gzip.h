// gzip on several cores: the stream is cut into chunks of a fixed size, each deflated on its own by a worker,
// and put together in order as one gzip member. The bytes do not depend on the number of workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "archive/deflate_chunk.h"
#include "base/byte_stream.h"
#include "base/digest.h"

namespace tfhub::archive {

class ParallelGzip {
 public:
  struct Summary {
    uint64_t size = 0;
    Sha256Digest sha256;
  };

  // `threads` workers (0: one a core). All calls, and all writes to `sink`, come from the caller's thread.
  ParallelGzip(ByteSink& sink, unsigned threads);
  ~ParallelGzip();
  ParallelGzip(const ParallelGzip&) = delete;
  ParallelGzip& operator=(const ParallelGzip&) = delete;

  // Where the next bytes of the stream go, never empty; put some there and say how many.
  Result<MutableBytes> room();
  void advance(size_t size);
  Result<void> write(Bytes bytes);
  // The rest, and the trailer.
  Result<Summary> finish();

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> in;
    std::unique_ptr<std::byte[]> out;
    size_t in_size = 0;
    size_t out_size = 0;
    bool in_work = false;
    bool done = false;
  };

  static void deflate(Chunk& chunk, ChunkDeflater& deflater);
  void work(const std::stop_token& stop, ChunkDeflater deflater);
  void submit();
  Result<void> collect(Chunk& chunk);  // waits for it and writes it out
  Result<void> put(Bytes bytes);

  ByteSink& sink_;
  std::vector<Chunk> chunks_;  // used round and round
  size_t current_ = 0;
  uint32_t crc_ = 0;
  uint64_t stream_size_ = 0;
  Sha256 digest_;
  uint64_t written_ = 0;

  std::mutex mutex_;  // over jobs_ and every Chunk's `done`
  std::condition_variable_any job_there_;
  std::condition_variable chunk_done_;
  std::deque<Chunk*> jobs_;
  std::vector<std::jthread> workers_;  // last: stopped and joined first
};

}  // namespace tfhub::archive
