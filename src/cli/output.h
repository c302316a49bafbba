// What a person sees: data on stdout, everything else on stderr, colours where a terminal wants them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::cli {

// Prints `text` to stdout. What could not be written is seen by flush_stdout().
void print(std::string_view text);
void print_json(const nlohmann::ordered_json& value);
// kUnexpected when stdout did not take everything (a full disk behind a redirection).
Result<void> flush_stdout();

// "tfhub: error: …" on stderr; verbose: what lies beneath, one line each.
void print_error(const Error& error, bool verbose);

// Whether stderr is a terminal that may be coloured (NO_COLOR, TERM=dumb).
bool colour_on_stderr();

// Columns as wide as their widest cell, two spaces between; numbers to the right.
struct Column {
  std::string title;
  bool right = false;
};
std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

// The width that help is written for: any terminal has as much.
inline constexpr size_t kHelpWidth = 80;
// The words of `text` in lines of at most `width` characters (a longer word has a line of its own), the lines
// after the first begun with `indent` spaces. Line ends in `text` stay.
std::string wrapped(std::string_view text, size_t width, size_t indent = 0);

// "1 model", "2 models".
std::string counted(size_t n, std::string_view thing);

}  // namespace tfhub::cli
