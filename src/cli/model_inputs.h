// The words behind --inputs as tensors.
#pragma once

#include <string>
#include <vector>

#include "tfhub/saved_model.h"

namespace tfhub::cli {

// Each word is "name=file.npy" or "name=JSON"; JSON takes the type that the signature wants. kUsage: neither
// of them, or given twice; else what reading the file brings. What the signature wants is not looked at
// further.
Result<Tensors> read_inputs(const std::vector<std::string>& words, const std::string& signature,
                            const SignatureInfo& wanted);

}  // namespace tfhub::cli
