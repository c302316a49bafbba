// Tensors as .npy files. Source: numpy.org, "numpy.lib.format" (versions 1.0, 2.0 and 3.0). Pure functions.
#pragma once

#include <string>

#include "base/byte_stream.h"
#include "tfhub/result.h"
#include "tfhub/tensor.h"

namespace tfhub::tensorflow {

// Little-endian and big-endian numbers, bools, text (U, as UTF-8) and bytes (S); Fortran order is turned into
// C order. kCorrupt: no .npy file, damaged, or one of Python objects or of a type that no tensor has.
Result<Tensor> read_npy(Bytes file);

// Strings become bytes (S) of the longest one's length. kUsage: the type is unknown to NumPy (bfloat16 ...),
// or a string ends in a zero byte, which NumPy would drop.
Result<std::string> write_npy(const Tensor& tensor);

}  // namespace tfhub::tensorflow
