#include <lzma.h>

#include <new>

#include "archive/decompressor.h"
#include "base/error.h"
#include "base/text.h"

namespace tfhub::archive {
namespace {

// The dictionary is the decoder's memory: 64 MiB for `xz -9`, up to 1.5 GiB for those who ask by hand. It is
// touched only as far as the data goes, so a hostile claim costs address space, not memory.
constexpr uint64_t kMemoryLimit = uint64_t{1600} << 20;

class XzDecompressor final : public Decompressor {
 public:
  XzDecompressor() {
    if (lzma_stream_decoder(&stream_, kMemoryLimit, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  }
  ~XzDecompressor() override { lzma_end(&stream_); }

  Result<void> run(Bytes& in, MutableBytes& out) override { return code(in, out, LZMA_RUN); }

  Result<void> finish() override {
    // With LZMA_CONCATENATED only LZMA_FINISH tells whether the last stream is whole.
    Bytes in;
    std::byte spare;
    MutableBytes out(&spare, 1);
    TFHUB_TRY(code(in, out, LZMA_FINISH));
    if (!ended_ || out.empty()) return cut_stream("xz");
    return {};
  }

 private:
  Result<void> code(Bytes& in, MutableBytes& out, lzma_action action) {
    while (!ended_ && !out.empty() && (!in.empty() || action == LZMA_FINISH || pending_)) {
      stream_.next_in = reinterpret_cast<const uint8_t*>(in.data());
      stream_.avail_in = in.size();
      stream_.next_out = reinterpret_cast<uint8_t*>(out.data());
      stream_.avail_out = out.size();
      const lzma_ret result = lzma_code(&stream_, action);
      in = in.subspan(in.size() - stream_.avail_in);
      out = out.subspan(out.size() - stream_.avail_out);
      pending_ = out.empty();
      switch (result) {
        case LZMA_OK:
          break;
        case LZMA_STREAM_END:
          ended_ = true;
          break;
        case LZMA_BUF_ERROR:
          if (action == LZMA_FINISH) return cut_stream("xz");
          return {};
        case LZMA_MEM_ERROR:
          throw std::bad_alloc();
        case LZMA_MEMLIMIT_ERROR:
          return fail(Code::kCorrupt,
                      "its xz dictionary needs {} of memory, more than the {} that are ever given to one",
                      human_size(lzma_memusage(&stream_)), human_size(kMemoryLimit));
        case LZMA_FORMAT_ERROR:
          if (stream_.total_out > 0)
            return fail(Code::kCorrupt,
                        "there is something after the end of the xz data; only zeros may follow it");
          return damaged_stream("xz", "it has no xz header");
        default:
          return damaged_stream("xz", "a checksum is wrong or the data cannot be decoded");
      }
    }
    return {};
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
  bool pending_ = false;  // the last call filled its room
};

}  // namespace

std::unique_ptr<Decompressor> make_xz_decompressor() {
  return std::make_unique<XzDecompressor>();
}

}  // namespace tfhub::archive
