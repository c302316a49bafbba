#include "archive/extract.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "archive/block.h"
#include "archive/decompressor.h"
#include "archive/detect.h"
#include "archive/file_filler.h"
#include "archive/file_maker.h"
#include "archive/pipe.h"
#include "archive/tar_reader.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/threads.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

// 512 KiB is what transfer hands over at once; the unpacked blocks stay in a core's L2 cache until they are,
// one block behind, hashed and written.
constexpr size_t kBlock = 512 << 10;
constexpr size_t kPackedBlocks = 4;
constexpr size_t kUnpackedBlocks = 6;
constexpr size_t kBatches = 4;

std::vector<Block> blocks(size_t count) {
  std::vector<Block> made;
  for (size_t i = 0; i < count; ++i) made.emplace_back(kBlock);
  return made;
}

Block* acquire_empty(Pipe<Block>& pipe) {
  Block* const block = pipe.acquire();
  if (block != nullptr) block->size = 0;
  return block;
}

class Extraction {
 public:
  Extraction(ByteSource& source, os::StagingDirectory& target, const ExtractOptions& options,
             uint64_t free_bytes)
      : source_(source),
        options_(options),
        maker_(target, EntryPolicy(options.limits, free_bytes, target.path()), batches_),
        tar_(maker_) {}

  Result<Extracted> run();

 private:
  // Runs one stage; whatever stops it stops all the others.
  template <typename Stage>
  void guarded(Stage stage);
  void stop(Error error);
  Error named(Error error) const;

  Result<void> fill(Block& block);  // up to its capacity; less only at the end
  Result<void> read_source(Block* first);
  Result<void> decompress();
  Result<void> check_expansion(uint64_t in, uint64_t out) const;
  Result<void> make_files();
  Result<void> fill_files();

  ByteSource& source_;
  const ExtractOptions& options_;
  Pipe<Block> packed_{blocks(kPackedBlocks)};
  Pipe<Block> unpacked_{blocks(kUnpackedBlocks)};
  Pipe<Batch> batches_{std::vector<Batch>(kBatches)};
  std::unique_ptr<Decompressor> decompressor_;
  FileMaker maker_;
  FileFiller filler_;
  TarReader tar_;
  Extracted result_;
  std::mutex mutex_;
  std::optional<Error> error_;  // the first one
};

Result<Extracted> Extraction::run() {
  Block* const first = acquire_empty(packed_);
  TFHUB_TRY(fill(*first));
  auto compression = detect(first->bytes());
  if (!compression) return fail(named(std::move(compression).error()));
  result_.compression = *compression;
  decompressor_ = make_decompressor(*compression);
  {
    // Joined at the end of this block; a thread that cannot start must not leave the others waiting.
    Joining inflater(try_thread([this] { guarded([this] { return decompress(); }); }));
    Joining maker(try_thread([this] { guarded([this] { return make_files(); }); }));
    Joining filler(try_thread([this] { guarded([this] { return fill_files(); }); }));
    if (inflater && maker && filler) {
      guarded([this, first] { return read_source(first); });
    } else {
      stop(no_thread_error());
    }
  }
  if (error_) return fail(std::move(*error_));
  result_.files = filler_.finish();
  if (auto settled = maker_.settle(result_.files); !settled) return fail(named(std::move(settled).error()));
  return std::move(result_);
}

template <typename Stage>
void Extraction::guarded(Stage stage) {
  try {
    Result<void> done = stage();
    if (!done) stop(std::move(done).error());
  } catch (const std::bad_alloc&) {
    stop(Error(Code::kUnexpected, fmt::format("there is not enough memory to unpack {}", options_.name)));
  } catch (const std::exception& e) {
    stop(Error(Code::kUnexpected, fmt::format("cannot unpack {}: {}", options_.name, e.what())));
  }
}

void Extraction::stop(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  packed_.cancel();
  unpacked_.cancel();
  batches_.cancel();
}

// The stages do not know what the archive is called; what is wrong with it is told with its name.
Error Extraction::named(Error error) const {
  if (error.code() != Code::kCorrupt) return error;
  return Error(Code::kCorrupt, fmt::format("{}: {}", options_.name, error.message()));
}

Result<void> Extraction::fill(Block& block) {
  while (!block.room().empty() && !packed_.cancelled()) {
    TFHUB_ASSIGN(const size_t n, source_.read(block.room()));
    if (n == 0) break;
    block.size += n;
    result_.archive_bytes += n;
    if (options_.progress != nullptr)
      options_.progress->update(options_.activity, result_.archive_bytes, options_.archive_size);
  }
  return {};
}

Result<void> Extraction::read_source(Block* block) {
  while (true) {
    const bool last = block->size < block->capacity;
    if (block->size != 0) packed_.publish(block);
    if (last) break;
    block = acquire_empty(packed_);
    if (block == nullptr) return {};
    TFHUB_TRY(fill(*block));
  }
  packed_.finish();
  return {};
}

Result<void> Extraction::check_expansion(uint64_t in, uint64_t out) const {
  const Limits& limits = options_.limits;
  // Streams without end that unpack to nothing, or to nothing that is a file: empty members, padding,
  // headers.
  constexpr uint64_t kSlack = 16 << 20;
  if (in > out + out / 16 + kSlack)
    return fail(Code::kCorrupt, "it unpacks to next to nothing ({} out of {} so far); fetch it again",
                human_size(out), human_size(in));
  constexpr uint64_t kMostOfAnEntry = 4 << 10;  // its header, extended ones, its padding
  if (out / kMostOfAnEntry > limits.total_bytes / kMostOfAnEntry + limits.entries + kSlack / kMostOfAnEntry)
    return fail(Code::kCorrupt,
                "it has no end: {} have come out of it, more than {} and {} files can have; raise {} if you "
                "trust the "
                "publisher",
                human_size(out), human_size(limits.total_bytes), limits.entries,
                settings::kMaxModelSize.environment);
  if (out <= limits.expansion_from || out / limits.expansion <= in) return {};
  return fail(Code::kCorrupt,
              "it unpacks to more than {} times its size ({} out of {} so far), the most that {} allows; "
              "raise it if you "
              "trust the publisher",
              limits.expansion, human_size(out), human_size(in), settings::kMaxExpansion.environment);
}

Result<void> Extraction::decompress() {
  uint64_t in = 0, out = 0;
  Block* target = acquire_empty(unpacked_);
  if (target == nullptr) return {};
  const auto step = [&](Bytes& bytes) -> Result<bool> {  // true: call again, there may be more
    const size_t in_before = bytes.size(), out_before = target->room().size();
    MutableBytes room = target->room();
    auto done = decompressor_->run(bytes, room);
    if (!done) return fail(named(std::move(done).error()));
    in += in_before - bytes.size();
    out += out_before - room.size();
    target->size += out_before - room.size();
    if (auto fine = check_expansion(in, out); !fine) return fail(named(std::move(fine).error()));
    if (!room.empty()) {
      if (!bytes.empty())
        return fail(named(Error(Code::kCorrupt, "its decoder cannot go on")));  // never loop on it
      return false;
    }
    unpacked_.publish(target);
    target = acquire_empty(unpacked_);
    return target != nullptr;
  };
  while (Block* const block = packed_.take()) {
    Bytes bytes = block->bytes();
    bool filled = true;
    while (filled || !bytes.empty()) {
      TFHUB_ASSIGN(filled, step(bytes));
      if (target == nullptr) return {};
    }
    packed_.release(block);
  }
  if (packed_.cancelled()) return {};
  if (auto whole = decompressor_->finish(); !whole) return fail(named(std::move(whole).error()));
  if (target->size != 0) unpacked_.publish(target);
  unpacked_.finish();
  return {};
}

Result<void> Extraction::make_files() {
  while (Block* const block = unpacked_.take()) {
    if (auto pushed = tar_.push(block->bytes()); !pushed) return fail(named(std::move(pushed).error()));
    TFHUB_TRY(maker_.end_block(block));
  }
  if (unpacked_.cancelled()) return {};
  if (auto ended = tar_.finish(); !ended) return fail(named(std::move(ended).error()));
  if (auto allowed = maker_.finish(); !allowed) return fail(named(std::move(allowed).error()));
  batches_.finish();
  return {};
}

Result<void> Extraction::fill_files() {
  while (Batch* const batch = batches_.take()) {
    TFHUB_TRY(filler_.fill(*batch));
    Block* const emptied = std::exchange(batch->emptied, nullptr);
    batch->pieces.clear();
    batches_.release(batch);
    if (emptied != nullptr) unpacked_.release(emptied);
  }
  return {};
}

}  // namespace

Result<Extracted> extract(ByteSource& source, os::StagingDirectory& target, const ExtractOptions& options) {
  try {
    TFHUB_ASSIGN(const uint64_t free_bytes, os::free_space(target.path()));
    return Extraction(source, target, options, free_bytes).run();
  } catch (const std::bad_alloc&) {
    return fail(Code::kUnexpected, "there is not enough memory to unpack {}", options.name);
  } catch (const std::exception& e) {
    return fail(Code::kUnexpected, "cannot unpack {}: {}", options.name, e.what());
  }
}

}  // namespace tfhub::archive
