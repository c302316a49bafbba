#include "archive/pack.h"

#include <algorithm>
#include <exception>
#include <new>

#include "archive/parallel_gzip.h"
#include "archive/tar_format.h"
#include "archive/tar_writer.h"
#include "base/error.h"
#include "os/file.h"

namespace tfhub::archive {
namespace {

class Packer {
 public:
  Packer(const std::vector<TreeEntry>& entries, ByteSink& sink, const PackOptions& options)
      : entries_(entries), options_(options), gzip_(sink, options.threads) {
    for (const TreeEntry& entry : entries) total_ += entry.size;
  }

  Result<Packed> run() {
    TFHUB_TRY(gzip_.write(as_bytes(tar_header("", true, 0))));
    for (const TreeEntry& entry : entries_) {
      TFHUB_TRY(gzip_.write(as_bytes(tar_header(entry.path, entry.directory, entry.size))));
      if (!entry.directory) TFHUB_TRY(pack_file(entry));
    }
    TFHUB_TRY(gzip_.write(as_bytes(tar_end())));
    TFHUB_ASSIGN(const auto summary, gzip_.finish());
    packed_.archive_size = summary.size;
    packed_.archive_sha256 = summary.sha256;
    std::sort(packed_.files.begin(), packed_.files.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
    return std::move(packed_);
  }

 private:
  Result<void> pack_file(const TreeEntry& entry) {
    FileObserver* const observer = options_.observer;
    TFHUB_ASSIGN(auto source, os::FileSource::open(entry.source));
    if (observer != nullptr) TFHUB_TRY(observer->begin(entry));
    for (uint64_t left = entry.size; left > 0;) {
      // Straight into the chunk that will be deflated, and digested there.
      TFHUB_ASSIGN(MutableBytes room, gzip_.room());
      room = room.first(static_cast<size_t>(std::min<uint64_t>({room.size(), left, kPiece})));
      TFHUB_ASSIGN(const size_t n, source.read(room));
      if (n == 0) return changed(entry, "shorter");
      const Bytes piece = room.first(n);
      digest_.update(piece);
      if (observer != nullptr) TFHUB_TRY(observer->data(piece));
      gzip_.advance(n);
      left -= n;
      done_ += n;
      if (options_.progress != nullptr) options_.progress->update("packing", done_, total_);
    }
    std::byte more;
    TFHUB_ASSIGN(const size_t extra, source.read(MutableBytes(&more, 1)));
    if (extra != 0) return changed(entry, "longer");
    TFHUB_TRY(gzip_.write(as_bytes(std::string(tar_padding(entry.size), '\0'))));
    packed_.files.push_back({entry.path, entry.size, digest_.finish()});
    if (observer != nullptr) TFHUB_TRY(observer->end(packed_.files.back()));
    return {};
  }

  static tl::unexpected<Error> changed(const TreeEntry& entry, std::string_view how) {
    return fail(Code::kUnexpected,
                "{} became {} while it was being packed; publish again when nothing writes to it",
                entry.source, how);
  }

  static constexpr size_t kPiece = 256 << 10;  // read, digested and copied while in a core's L2 cache

  const std::vector<TreeEntry>& entries_;
  const PackOptions& options_;
  ParallelGzip gzip_;
  Packed packed_;
  Sha256 digest_;
  uint64_t done_ = 0;
  uint64_t total_ = 0;
};

}  // namespace

Result<Packed> pack(const std::vector<TreeEntry>& entries, ByteSink& sink, const PackOptions& options) {
  try {
    return Packer(entries, sink, options).run();
  } catch (const std::bad_alloc&) {
    return fail(Code::kUnexpected, "there is not enough memory to pack");
  } catch (const std::exception& e) {
    return fail(Code::kUnexpected, "cannot pack: {}", e.what());
  }
}

}  // namespace tfhub::archive
