#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace tfhub::cli {
namespace {

// Columns line up by characters, not bytes.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void append_row(std::string& out, const std::vector<Column>& columns, const std::vector<size_t>& widths,
                const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - width_of(cells[i]), ' ');
    line += columns[i].right ? padding + cells[i] : cells[i] + padding;
    line += "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const nlohmann::ordered_json& value) {
  // A path may be any bytes; JSON may not. It may hold C1 control characters as they are, but on a terminal
  // some begin commands: U+0080 to U+009F, in UTF-8 c2 80 to c2 9f, are escaped.
  const std::string text = value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string harmless;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (text[i] == '\xc2' && next < 0xa0) {
      harmless += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      harmless += text[i];
    }
  }
  print(harmless + "\n");
}

Result<void> flush_stdout() {
  const bool failed = std::ferror(stdout) != 0;
  if (std::fflush(stdout) == 0 && !failed) return {};
  return fail_system(errno, "cannot write to the standard output");
}

std::string counted(size_t n, std::string_view thing) {
  return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

bool colour_on_stderr() {
  const char* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb" && ::isatty(STDERR_FILENO) == 1;
}

void print_error(const Error& error, bool verbose) {
  const bool colour = colour_on_stderr();
  std::string text = fmt::format("tfhub: {}error:{} {}\n", colour ? "\033[1;31m" : "",
                                 colour ? "\033[0m" : "", error.message());
  if (verbose)
    for (const std::string& cause : error.chain()) text += fmt::format("  because: {}\n", cause);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string wrapped(std::string_view text, size_t width, size_t indent) {
  const std::string line_end = "\n" + std::string(indent, ' ');
  std::string out;
  size_t column = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const size_t needed = width_of(word);
    if (column > 0 && column + 1 + needed > width) {
      out += line_end;
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += needed;
    if (end < text.size() && text[end] == '\n') {
      out += line_end;
      column = 0;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = width_of(columns[i].title);
    for (const auto& row : rows) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
    titles.push_back(columns[i].title);
  }
  std::string out;
  append_row(out, columns, widths, titles);
  for (const auto& row : rows) append_row(out, columns, widths, row);
  return out;
}

}  // namespace tfhub::cli
