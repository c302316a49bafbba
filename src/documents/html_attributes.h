// The attributes that an allowed element may have: the second half of the allow-list.
#pragma once

#include <optional>
#include <string>

#include "documents/html_elements.h"
#include "documents/html_tokenizer.h"
#include "documents/sanitise.h"

namespace tfhub::documents {

// As they are written after the element's name, each with a space before it. Nothing: the element is useless
// without one that was refused (a link without a target, an image without a source).
std::optional<std::string> safe_attributes(const HtmlElement& element, const HtmlToken& token,
                                           const SanitiseOptions& options);

// ' href="…"', with rel where it leads to another host; empty where `target` is refused.
std::string link_attributes(std::string_view target, const SanitiseOptions& options);

}  // namespace tfhub::documents
