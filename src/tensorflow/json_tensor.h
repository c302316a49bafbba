// Tensors as people type and programs read them: nested lists of JSON. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "tfhub/result.h"
#include "tfhub/tensor.h"

namespace tfhub::tensorflow {

// The text of a number, a text, true or false, or of lists of them, all of one length a level. `dtype` is
// what they become. kUsage: no JSON, lists of different lengths, or a value that is none of that type.
Result<Tensor> tensor_of_json(std::string_view text, std::string_view dtype);

// The values in nested lists. Numbers that are none (NaN, infinities) are null. kUsage: a type that has no
// numbers in JSON (complex64, bfloat16 ...).
Result<nlohmann::ordered_json> json_of(const Tensor& tensor);

}  // namespace tfhub::tensorflow
