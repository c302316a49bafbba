// What a signature wants, said before TensorFlow says it less clearly.
#pragma once

#include <string>

#include "tfhub/saved_model.h"

namespace tfhub::tensorflow {

// kUsage: an input is missing, unknown, or of another dtype or shape than `wanted`; the sentence names it and
// what is wanted.
Result<void> check_inputs(const std::string& signature, const std::map<std::string, TensorInfo>& wanted,
                          const Tensors& given);

std::string text_of(const TensorInfo& info);  // "float32 (?, 2)"

// The one called `name`. kUsage: there is none; the sentence lists those that are there.
Result<const SignatureInfo*> find_signature(const std::map<std::string, SignatureInfo>& signatures,
                                            const std::string& name);

}  // namespace tfhub::tensorflow
