// Which metadata each kind of document must and may have (tfhub.dev's rules). Pure.
#pragma once

#include <span>
#include <string_view>

#include "documents/document.h"

namespace tfhub::documents {

std::span<const std::string_view> required_keys(Kind kind);
std::span<const std::string_view> optional_keys(Kind kind);

}  // namespace tfhub::documents
