#include "archive/parallel_gzip.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace tfhub::archive {
namespace {

// Part of the format of what we pack: another size gives other bytes. A chunk starts without history, which
// costs float weights nothing and text about 1 %.
constexpr size_t kChunk = 1 << 20;
// More would only wait for the one thread that reads and digests; and memory stays under 48 MiB.
constexpr unsigned kMostWorkers = 8;

unsigned worker_count(unsigned threads) {
  return std::clamp(threads == 0 ? std::thread::hardware_concurrency() : threads, 1u, kMostWorkers);
}

// RFC 1952: deflate, no flags, no time, no hint, "unknown" as the operating system: the same everywhere.
constexpr std::array<unsigned char, 10> kHeader{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};

}  // namespace

ParallelGzip::ParallelGzip(ByteSink& sink, unsigned threads) : sink_(sink) {
  const unsigned workers = worker_count(threads);
  chunks_.resize(2 * workers + 1);
  for (Chunk& chunk : chunks_) {
    chunk.in = std::make_unique_for_overwrite<std::byte[]>(kChunk);
    chunk.out = std::make_unique_for_overwrite<std::byte[]>(ChunkDeflater::bound(kChunk));
  }
  for (unsigned i = 0; i < workers; ++i) {
    try {
      workers_.emplace_back([this, deflater = ChunkDeflater()](const std::stop_token& stop) mutable {
        work(stop, std::move(deflater));
      });
    } catch (const std::system_error&) {
      break;  // the system allows no more; with none at all, who writes deflates
    }
  }
}

ParallelGzip::~ParallelGzip() = default;

void ParallelGzip::deflate(Chunk& chunk, ChunkDeflater& deflater) {
  chunk.out_size = deflater.deflate(Bytes(chunk.in.get(), chunk.in_size),
                                    MutableBytes(chunk.out.get(), ChunkDeflater::bound(kChunk)));
}

void ParallelGzip::work(const std::stop_token& stop, ChunkDeflater deflater) {
  std::unique_lock lock(mutex_);
  while (job_there_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
    Chunk& chunk = *jobs_.front();
    jobs_.pop_front();
    lock.unlock();
    deflate(chunk, deflater);
    lock.lock();
    chunk.done = true;
    chunk_done_.notify_one();
  }
}

Result<MutableBytes> ParallelGzip::room() {
  if (chunks_[current_].in_size == kChunk) submit();
  Chunk& chunk = chunks_[current_];
  if (chunk.in_work) TFHUB_TRY(collect(chunk));
  return MutableBytes(chunk.in.get() + chunk.in_size, kChunk - chunk.in_size);
}

void ParallelGzip::advance(size_t size) {
  chunks_[current_].in_size += size;
}

Result<void> ParallelGzip::write(Bytes bytes) {
  while (!bytes.empty()) {
    TFHUB_ASSIGN(const MutableBytes to, room());
    const size_t n = std::min(to.size(), bytes.size());
    std::memcpy(to.data(), bytes.data(), n);
    advance(n);
    bytes = bytes.subspan(n);
  }
  return {};
}

void ParallelGzip::submit() {
  Chunk& chunk = chunks_[current_];
  crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(chunk.in.get()), chunk.in_size);
  stream_size_ += chunk.in_size;
  chunk.in_work = true;
  if (workers_.empty()) {
    ChunkDeflater deflater;
    deflate(chunk, deflater);
    chunk.done = true;
  } else {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(&chunk);
  }
  job_there_.notify_one();
  current_ = (current_ + 1) % chunks_.size();
}

Result<void> ParallelGzip::collect(Chunk& chunk) {
  {
    std::unique_lock lock(mutex_);
    chunk_done_.wait(lock, [&chunk] { return chunk.done; });
  }
  TFHUB_TRY(put(Bytes(chunk.out.get(), chunk.out_size)));
  chunk.in_size = 0;
  chunk.in_work = chunk.done = false;
  return {};
}

Result<void> ParallelGzip::put(Bytes bytes) {
  if (written_ == 0) {
    const Bytes header = std::as_bytes(std::span(kHeader));
    digest_.update(header);
    TFHUB_TRY(sink_.write(header));
    written_ = header.size();
  }
  digest_.update(bytes);
  written_ += bytes.size();
  return sink_.write(bytes);
}

Result<ParallelGzip::Summary> ParallelGzip::finish() {
  if (chunks_[current_].in_size != 0 && !chunks_[current_].in_work) submit();
  for (size_t i = 0; i < chunks_.size(); ++i) {  // the oldest comes right after the newest
    Chunk& chunk = chunks_[(current_ + i) % chunks_.size()];
    if (chunk.in_work) TFHUB_TRY(collect(chunk));
  }
  std::array<unsigned char, 10> end{3, 0};  // an empty last block; then checksum and size, little-endian
  for (size_t i = 0; i < 4; ++i) {
    end[2 + i] = static_cast<unsigned char>(crc_ >> (8 * i));
    end[6 + i] = static_cast<unsigned char>(stream_size_ >> (8 * i));
  }
  TFHUB_TRY(put(std::as_bytes(std::span(end))));
  return Summary{written_, digest_.finish()};
}

}  // namespace tfhub::archive
