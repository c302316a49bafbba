// Undoing one compression, a piece at a time: what gzip, bzip2, xz and plain archives have in common.
#pragma once

#include <memory>

#include "archive/extract.h"
#include "base/byte_stream.h"

namespace tfhub::archive {

class Decompressor {
 public:
  virtual ~Decompressor() = default;

  // Takes from the front of `in`, puts to the front of `out`, and moves both past what it used; comes back
  // when `in` is empty or `out` is full. After a full `out` there may be more to come even if `in` is empty:
  // call again. kCorrupt when the data is damaged, or when anything but zeros follows its end.
  virtual Result<void> run(Bytes& in, MutableBytes& out) = 0;

  // There is no more input, and run() has left `out` unfilled: kCorrupt unless the stream is complete.
  virtual Result<void> finish() = 0;
};

std::unique_ptr<Decompressor> make_gzip_decompressor();
std::unique_ptr<Decompressor> make_bzip2_decompressor();
std::unique_ptr<Decompressor> make_xz_decompressor();
std::unique_ptr<Decompressor> make_plain_decompressor();
std::unique_ptr<Decompressor> make_decompressor(Compression compression);

// How every one of them words its two complaints.
tl::unexpected<Error> damaged_stream(std::string_view format, std::string_view what);
tl::unexpected<Error> cut_stream(std::string_view format);

// Of what follows the last stream, zeros may be skipped (gzip(1) and tar(1) pad with them); true if all of it
// was.
bool skip_zeros(Bytes& in);

}  // namespace tfhub::archive
