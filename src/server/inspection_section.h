// What is inside a model, as a part of its page: signatures, weights, operations.
#pragma once

#include <string>
#include <string_view>

#include "savedmodel/description.h"

namespace tfhub::server {

std::string inspection_section(const savedmodel::Description& description);
std::string unreadable_section(std::string_view why);

}  // namespace tfhub::server
