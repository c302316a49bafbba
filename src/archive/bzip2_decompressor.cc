#include <bzlib.h>

#include <algorithm>
#include <new>

#include "archive/decompressor.h"
#include "base/error.h"

namespace tfhub::archive {
namespace {

class Bzip2Decompressor final : public Decompressor {
 public:
  ~Bzip2Decompressor() override { close(); }

  Result<void> run(Bytes& in, MutableBytes& out) override {
    while (!in.empty() || (open_ && !out.empty())) {
      if (padding_) {
        if (!skip_zeros(in)) return garbage();
        return {};
      }
      if (!open_) {  // several streams are one (bzip2(1), pbzip2)
        if (streams_ > 0 && in.front() == std::byte{0}) {
          padding_ = true;
          continue;
        }
        open();
      }
      if (out.empty()) return {};
      constexpr size_t kMost = 1 << 30;
      stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
      stream_.avail_in = static_cast<unsigned>(std::min(in.size(), kMost));
      stream_.next_out = reinterpret_cast<char*>(out.data());
      stream_.avail_out = static_cast<unsigned>(std::min(out.size(), kMost));
      const unsigned in_before = stream_.avail_in, out_before = stream_.avail_out;
      const int code = BZ2_bzDecompress(&stream_);
      in = in.subspan(in_before - stream_.avail_in);
      out = out.subspan(out_before - stream_.avail_out);
      if (code == BZ_MEM_ERROR) throw std::bad_alloc();
      if (code == BZ_DATA_ERROR_MAGIC && streams_ > 0) return garbage();
      if (code == BZ_STREAM_END) {
        close();
        ++streams_;
      } else if (code != BZ_OK) {
        return damaged_stream("bzip2", "a checksum is wrong or the data cannot be decoded");
      } else if (in_before == stream_.avail_in && out_before == stream_.avail_out) {
        return {};  // wants input
      }
    }
    return {};
  }

  Result<void> finish() override {
    if (open_ || streams_ == 0) return cut_stream("bzip2");
    return {};
  }

 private:
  void open() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    open_ = true;
  }
  void close() {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
  }
  static tl::unexpected<Error> garbage() {
    return fail(Code::kCorrupt,
                "there is something after the end of the bzip2 data; only zeros may follow it");
  }

  bz_stream stream_{};
  bool open_ = false;
  bool padding_ = false;
  unsigned streams_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> make_bzip2_decompressor() {
  return std::make_unique<Bzip2Decompressor>();
}

}  // namespace tfhub::archive
