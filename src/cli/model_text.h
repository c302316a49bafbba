// A model's description laid out for people: what it is, what it takes and gives, what it weighs, what to
// mind.
#pragma once

#include <string>

#include "savedmodel/description.h"

namespace tfhub::cli {

// Ends with a newline. Of tensors and operations the largest and most used; unknown dimensions are "?".
std::string model_text(const savedmodel::Description& description);

}  // namespace tfhub::cli
