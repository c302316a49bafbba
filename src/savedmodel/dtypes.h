// TensorFlow's types by number, enum name and name, and what an element of one takes. Source:
// tensorflow/core/framework/types.proto; the names are those of tf.DType.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::savedmodel {

// 1 -> "float32", 101 -> "float32_ref" (a TF1 variable); an unknown number -> "type 77".
std::string dtype_name(uint64_t number);
// "DT_FLOAT" -> "float32"; anything else comes back as it is.
std::string dtype_name(std::string_view enum_name);

// "float32" -> 1; nothing for what is no type's name.
std::optional<int> dtype_number(std::string_view name);

// Bytes of one element in a checkpoint; nothing where that differs from element to element or is not known.
std::optional<uint64_t> dtype_size(std::string_view name);
// Whether its elements count as parameters: numbers, not strings or handles.
bool is_number(std::string_view name);

// How many elements a shape of known dimensions has. kCorrupt: a negative dimension, or more than 2^63.
Result<uint64_t> element_count(const std::vector<int64_t>& shape);

}  // namespace tfhub::savedmodel
