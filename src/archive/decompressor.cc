#include "archive/decompressor.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace tfhub::archive {
namespace {

class PlainDecompressor final : public Decompressor {
 public:
  Result<void> run(Bytes& in, MutableBytes& out) override {
    const size_t n = std::min(in.size(), out.size());
    if (n != 0) std::memcpy(out.data(), in.data(), n);
    in = in.subspan(n);
    out = out.subspan(n);
    return {};
  }
  Result<void> finish() override { return {}; }
};

}  // namespace

std::unique_ptr<Decompressor> make_plain_decompressor() {
  return std::make_unique<PlainDecompressor>();
}

std::unique_ptr<Decompressor> make_decompressor(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return make_gzip_decompressor();
    case Compression::kBzip2:
      return make_bzip2_decompressor();
    case Compression::kXz:
      return make_xz_decompressor();
    case Compression::kNone:
      break;
  }
  return make_plain_decompressor();
}

tl::unexpected<Error> damaged_stream(std::string_view format, std::string_view what) {
  return fail(Code::kCorrupt,
              "the {} data is damaged: {}; fetch it again, or ask its publisher for a sound one", format,
              what);
}

tl::unexpected<Error> cut_stream(std::string_view format) {
  return fail(Code::kCorrupt, "the {} data breaks off before its end; fetch it again", format);
}

bool skip_zeros(Bytes& in) {
  const auto end = std::find_if(in.begin(), in.end(), [](std::byte b) { return b != std::byte{0}; });
  in = in.subspan(static_cast<size_t>(end - in.begin()));
  return in.empty();
}

}  // namespace tfhub::archive
