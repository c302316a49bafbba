// What can be said of one document by itself. Pure.
#pragma once

#include <functional>
#include <string>

#include "documents/document.h"
#include "documents/vocabulary.h"

namespace tfhub::documents {

// line, rule, message
using Report = std::function<void(int, std::string_view, std::string)>;

// The rules description, required-key, unknown-key, unknown-value and bad-url of check.h. A key without a
// vocabulary may have any value.
void check_document(const Document& document, const Vocabularies& vocabularies, const Report& report);

}  // namespace tfhub::documents
