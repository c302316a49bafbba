// The header of a .npy file: a Python dictionary of three entries, written as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::tensorflow {

struct NpyHeader {
  std::string descr;  // "<f4": byte order, kind, bytes of an element (for U: characters)
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// kCorrupt: not such a dictionary.
Result<NpyHeader> parse_npy_header(std::string_view text);
// With its final newline, not padded.
std::string to_text(const NpyHeader& header);

}  // namespace tfhub::tensorflow
