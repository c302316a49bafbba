// Markdown without its marks.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::documents {

// The words of one paragraph, on one line: "trained on [news](https://…) in `fp32`" gives "trained on news in
// fp32".
std::string inline_text(std::string_view markdown);

}  // namespace tfhub::documents
