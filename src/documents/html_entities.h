// Character references of HTML, in both directions.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::documents {

// Numeric references and the named ones that matter in URLs and titles. Whatever else begins with '&' stays
// text; that is safe because nothing decoded is ever written without being escaped again.
std::string decode_entities(std::string_view text);

// For text and for attribute values in double quotes.
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

// For text that may already hold references: they stay; '<', '>', '"' and other '&' are escaped.
void append_text(std::string& out, std::string_view text);

}  // namespace tfhub::documents
