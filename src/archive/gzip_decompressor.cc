// gzip (RFC 1952) on top of ISA-L's inflate. The wrapper is read here: ISA-L's own reader loses a header's
// flags when the header lies across two buffers, and keeps bytes that belong to the next member.
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "archive/decompressor.h"
#include "base/error.h"

namespace tfhub::archive {
namespace {

enum Flag : unsigned { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0 };
enum class Field {
  kFixed,
  kExtraSize,
  kExtra,
  kName,
  kComment,
  kHeaderCrc,
  kDeflate,
  kTrailer,
  kBetween,
  kPadding
};

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() { begin_member(); }

  Result<void> run(Bytes& in, MutableBytes& out) override {
    while (true) {
      if (field_ == Field::kDeflate) {
        TFHUB_TRY(inflate(in, out));
        if (field_ == Field::kDeflate) return {};  // needs input or room
      }
      // The bytes that inflate read beyond its data come first.
      Bytes ahead(ahead_.data() + ahead_used_, ahead_size_ - ahead_used_);
      if (!ahead.empty()) {
        const size_t before = ahead.size();
        TFHUB_TRY(wrapper(ahead));
        ahead_used_ += before - ahead.size();
      } else if (!in.empty()) {
        TFHUB_TRY(wrapper(in));
      } else {
        return {};
      }
    }
  }

  Result<void> finish() override {
    if (field_ == Field::kBetween || field_ == Field::kPadding) return {};
    return cut_stream("gzip");
  }

 private:
  void begin_member() {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR;  // computes the checksum; the trailer is ours to read
    field_ = Field::kFixed;
    header_crc_ = 0xffffffff;
    collected_ = 0;
  }

  Result<void> inflate(Bytes& in, MutableBytes& out) {
    // A member that begins inside ahead_ (a member shorter than 8 bytes of deflate data is common in no file,
    // but legal): what is left there is inflated first.
    const bool from_ahead = ahead_used_ < ahead_size_;
    Bytes source = from_ahead ? Bytes(ahead_.data() + ahead_used_, ahead_size_ - ahead_used_) : in;
    constexpr size_t kMost = 1 << 30;  // ISA-L counts in 32 bits
    state_.next_in = const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(source.data()));
    state_.avail_in = static_cast<uint32_t>(std::min(source.size(), kMost));
    state_.next_out = reinterpret_cast<uint8_t*>(out.data());
    state_.avail_out = static_cast<uint32_t>(std::min(out.size(), kMost));
    const uint32_t in_before = state_.avail_in, out_before = state_.avail_out;
    const int code = isal_inflate(&state_);
    const size_t used = in_before - state_.avail_in;
    if (from_ahead)
      ahead_used_ += used;
    else
      in = in.subspan(used);
    out = out.subspan(out_before - state_.avail_out);
    if (code != ISAL_DECOMP_OK) return damaged_stream("gzip", "it cannot be inflated");
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      take_back();
      field_ = Field::kTrailer;
      collected_ = 0;
    } else if (from_ahead && state_.avail_out != 0) {
      return inflate_rest(in, out);
    }
    return {};
  }
  // ahead_ is used up: go on with the real input.
  Result<void> inflate_rest(Bytes& in, MutableBytes& out) {
    return in.empty() ? Result<void>() : inflate(in, out);
  }

  // ISA-L reads up to eight bytes beyond the end of the deflate data into a bit buffer; they are the next
  // ones.
  void take_back() {
    uint64_t bits = state_.read_in >> (state_.read_in_length % 8);
    const size_t count = static_cast<size_t>(state_.read_in_length) / 8;
    std::array<std::byte, kAheadSize> again;
    size_t n = 0;
    for (; n < count; ++n, bits >>= 8) again[n] = static_cast<std::byte>(bits & 0xff);
    // What inflate had not yet taken from ahead_ comes after it.
    while (ahead_used_ < ahead_size_) again[n++] = ahead_[ahead_used_++];
    ahead_ = again;
    ahead_size_ = n;
    ahead_used_ = 0;
  }

  // Takes at least one byte of a header or trailer; `in` is not empty.
  Result<void> wrapper(Bytes& in) {
    switch (field_) {
      case Field::kFixed:
        if (!collect(in, 10)) return {};
        return fixed_header();
      case Field::kExtraSize:
        if (!collect(in, 2)) return {};
        skip_ = byte_at(0) | byte_at(1) << 8;
        field_ = Field::kExtra;
        if (skip_ == 0) after_extra();
        return {};
      case Field::kExtra: {
        const Bytes skipped = in.first(std::min<size_t>(skip_, in.size()));
        sum(skipped);
        in = in.subspan(skipped.size());
        skip_ -= static_cast<unsigned>(skipped.size());
        if (skip_ == 0) after_extra();
        return {};
      }
      case Field::kName:
      case Field::kComment: {
        const auto end = std::find(in.begin(), in.end(), std::byte{0});
        const bool found = end != in.end();
        const Bytes skipped = in.first(static_cast<size_t>(end - in.begin()) + (found ? 1 : 0));
        sum(skipped);
        in = in.subspan(skipped.size());
        if (found) field_ == Field::kName ? after_name() : after_comment();
        return {};
      }
      case Field::kHeaderCrc: {
        const uint32_t expected = ~header_crc_ & 0xffff;
        if (!collect(in, 2)) return {};
        if ((byte_at(0) | byte_at(1) << 8) != expected)
          return damaged_stream("gzip", "its header's checksum is wrong");
        field_ = Field::kDeflate;
        return {};
      }
      case Field::kTrailer:
        if (!collect(in, 8)) return {};
        return trailer();
      case Field::kBetween:
        if (in.front() == std::byte{0}) {
          field_ = Field::kPadding;
        } else {
          begin_member();
          after_first_member_ = true;
        }
        return {};
      case Field::kPadding:
        if (!skip_zeros(in)) return garbage();
        return {};
      case Field::kDeflate:
        break;
    }
    return {};
  }

  Result<void> fixed_header() {
    if (byte_at(0) != 0x1f || byte_at(1) != 0x8b)
      return after_first_member_ ? Result<void>(garbage()) : damaged_stream("gzip", "it has no gzip header");
    if (byte_at(2) != 8) return damaged_stream("gzip", "its method is not deflate");
    flags_ = byte_at(3);
    if ((flags_ & kReserved) != 0) return damaged_stream("gzip", "its header has unknown flags");
    if ((flags_ & kExtra) != 0)
      field_ = Field::kExtraSize;
    else
      after_extra();
    return {};
  }
  void after_extra() { (flags_ & kName) != 0 ? void(field_ = Field::kName) : after_name(); }
  void after_name() { (flags_ & kComment) != 0 ? void(field_ = Field::kComment) : after_comment(); }
  void after_comment() { field_ = (flags_ & kHeaderCrc) != 0 ? Field::kHeaderCrc : Field::kDeflate; }

  Result<void> trailer() {
    const uint32_t crc = word_at(0), size = word_at(4);
    if (crc != state_.crc) return damaged_stream("gzip", "its checksum is wrong");
    if (size != state_.total_out) return damaged_stream("gzip", "its size is not what its trailer says");
    field_ = Field::kBetween;
    return {};
  }

  static tl::unexpected<Error> garbage() {
    return fail(Code::kCorrupt,
                "there is something after the end of the gzip data; only zeros may follow it");
  }

  // Gathers a field of `size` bytes; true when it is whole.
  bool collect(Bytes& in, size_t size) {
    const size_t n = std::min(size - collected_, in.size());
    std::copy_n(in.begin(), n, field_bytes_.begin() + static_cast<std::ptrdiff_t>(collected_));
    if (field_ != Field::kHeaderCrc && field_ != Field::kTrailer) sum(in.first(n));
    in = in.subspan(n);
    collected_ += n;
    if (collected_ < size) return false;
    collected_ = 0;
    return true;
  }
  unsigned byte_at(size_t i) const { return std::to_integer<unsigned>(field_bytes_[i]); }
  uint32_t word_at(size_t i) const {
    return byte_at(i) | byte_at(i + 1) << 8 | byte_at(i + 2) << 16 | byte_at(i + 3) << 24;
  }

  // CRC-32 of the header, for the rare header that carries one; bit by bit will do.
  void sum(Bytes bytes) {
    for (const std::byte b : bytes) {
      header_crc_ ^= std::to_integer<uint32_t>(b);
      for (int bit = 0; bit < 8; ++bit)
        header_crc_ = header_crc_ >> 1 ^ ((header_crc_ & 1) != 0 ? 0xedb88320u : 0u);
    }
  }

  static constexpr size_t kAheadSize = 24;
  inflate_state state_;
  Field field_ = Field::kFixed;
  unsigned flags_ = 0;
  unsigned skip_ = 0;
  uint32_t header_crc_ = 0;
  bool after_first_member_ = false;
  std::array<std::byte, 10> field_bytes_{};
  size_t collected_ = 0;
  std::array<std::byte, kAheadSize> ahead_{};
  size_t ahead_size_ = 0;
  size_t ahead_used_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip_decompressor() {
  return std::make_unique<GzipDecompressor>();
}

}  // namespace tfhub::archive
