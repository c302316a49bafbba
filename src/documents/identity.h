// The first line of a document: "# Module google/x/1".
#pragma once

#include <string_view>

#include "documents/document.h"

namespace tfhub::documents {

// Sets kind, name, version and url_path. kCorrupt: what is wrong with the line, without its number.
Result<void> parse_identity(std::string_view line, Document& document);

}  // namespace tfhub::documents
