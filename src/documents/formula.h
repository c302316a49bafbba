// Formulas in Markdown: $e^{i\pi}$ and $$…$$. Markdown would take their underscores and backslashes apart, so
// cmark is given them as an inline of its own. Code spans and code blocks are not looked into.
#pragma once

#include <cmark-gfm-extension_api.h>

#include <string_view>

namespace tfhub::documents {

// Whether what stands between two dollar signs is a formula: prices ("$5 and $6"), shell variables
// ("$HOME:$PATH") and prompts are none. `after`: the character behind the closing sign; 0: none.
bool is_formula(std::string_view text, char after);

// The syntax extension, made once and never freed, as cmark's own are.
cmark_syntax_extension* formula_extension();

}  // namespace tfhub::documents
