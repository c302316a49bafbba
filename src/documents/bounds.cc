#include "documents/bounds.h"

#include <algorithm>

#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr size_t kMaxColumns = 64;
constexpr size_t kMaxMarks = 12;
constexpr size_t kMaxPipes = 500;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The length of the quote or list mark that `text` begins with; 0: none.
size_t mark_length(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '>') return 1;
  size_t end = 0;
  if (text[0] == '-' || text[0] == '*' || text[0] == '+') {
    end = 1;
  } else {
    while (end < text.size() && end < 9 && is_digit(text[end])) ++end;
    if (end == 0 || end == text.size() || (text[end] != '.' && text[end] != ')')) return 0;
    ++end;
  }
  return end == text.size() || is_blank(text[end]) ? end : 0;
}

// "* * * * *": a rule, no lists.
bool is_rule(std::string_view line) {
  const size_t first = line.find_first_of("-*");
  return first != std::string_view::npos &&
         line.find_first_not_of(std::string(" \t") + line[first]) == std::string_view::npos;
}

void append_pipes(std::string& out, std::string_view text) {
  if (static_cast<size_t>(std::count(text.begin(), text.end(), '|')) <= kMaxPipes) {
    out += text;
    return;
  }
  size_t pipes = 0;
  for (const char c : text) {
    if (c == '|' && ++pipes > kMaxPipes) {
      out += "&#124;";
    } else {
      out += c;
    }
  }
}

void append_line(std::string& out, std::string_view line) {
  size_t columns = 0, marks = 0;
  while (!line.empty()) {
    if (is_blank(line.front())) {
      columns += line.front() == '\t' ? 4 : 1;
      if (columns <= kMaxColumns) out += line.front();
      line.remove_prefix(1);
      continue;
    }
    const size_t mark = mark_length(line);
    if (mark == 0) break;
    if (++marks > kMaxMarks) {
      if (is_rule(line)) break;
      out.append(line.substr(0, mark - 1)).append("\\");  // "\>", "1\."
      line.remove_prefix(mark - 1);
      break;
    }
    out += line.substr(0, mark);
    line.remove_prefix(mark);
  }
  append_pipes(out, line);
}

}  // namespace

std::string with_bounds(std::string_view markdown) {
  std::string out;
  out.reserve(markdown.size() + 64);
  while (!markdown.empty()) {
    const size_t end = std::min(markdown.find('\n'), markdown.size());
    append_line(out, markdown.substr(0, end));
    markdown.remove_prefix(end);
    if (!markdown.empty()) {
      out += '\n';
      markdown.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace tfhub::documents
