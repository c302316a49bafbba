// parse(): the lines before the first heading, then the body as it is.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "documents/document.h"
#include "documents/identity.h"
#include "documents/inline_text.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr std::string_view kZeroWidthNonJoiner = "\xE2\x80\x8C";
constexpr std::string_view kIcon = "[![Icon URL]]";

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "## Overview", and "##Overview", which some wrote.
bool is_heading(std::string_view line) {
  const size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  return hashes >= 1 && hashes <= 6 &&
         (hashes >= 2 || hashes == line.size() || line[hashes] == ' ' || line[hashes] == '\t');
}

bool is_key(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; });
}

// Reads the lines between the identity and the body.
class Header {
 public:
  Header(std::vector<std::string_view> lines, Document& document)
      : lines_(std::move(lines)), document_(document) {}

  void read(size_t first) {
    size_t i = first;
    while (i < lines_.size() && !is_heading(lines_[i])) i = take(i);
    set_body(std::min(body_, i));
    document_.description = inline_text(description_);
  }

 private:
  // What line `i` begins; the line after it.
  size_t take(size_t i) {
    const std::string_view line = trim(lines_[i]);
    if (line.empty()) {
      described_ = described_ || !description_.empty();
      return i + 1;
    }
    if (line.starts_with("<!--")) return take_comments(i);
    if (line.starts_with(kIcon)) {
      take_icon(i, line.substr(kIcon.size()));
      return i + 1;
    }
    if (described_) {
      body_ = std::min(body_, i);  // text out of place: shown rather than lost
      return i + 1;
    }
    if (!description_.empty()) description_ += '\n';
    description_ += line;
    return i + 1;
  }

  // Comments, one after the other, each over one or more lines.
  size_t take_comments(size_t i) {
    described_ = described_ || !description_.empty();
    const size_t first = i;
    std::string_view rest = trim(lines_[i]);
    while (rest.starts_with("<!--")) {
      rest.remove_prefix(4);
      std::string text;
      size_t end;
      size_t line = i;
      while ((end = rest.find("-->")) == std::string_view::npos) {
        text += std::string(rest) + " ";
        // Never closed: this line is all there is of it.
        if (++line == lines_.size() || trim(lines_[line]).starts_with("<!--")) return first + 1;
        rest = lines_[line];
      }
      text += rest.substr(0, end);
      add_metadata(trim(text), i);
      i = line;
      rest = trim(rest.substr(end + 3));
    }
    return i + 1;
  }

  void add_metadata(std::string_view text, size_t line) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view key = trim(text.substr(0, colon)), value = trim(text.substr(colon + 1));
    // "https://…" is a link that somebody hid, not a key.
    if (!is_key(key) || text.substr(colon + 1).starts_with("//")) return;
    document_.metadata.emplace_back(key, value);
    document_.metadata_lines.push_back(static_cast<int>(line) + 1);
  }

  void take_icon(size_t line, std::string_view rest) {
    described_ = described_ || !description_.empty();
    const size_t open = rest.find('('), close = rest.rfind(')');
    if (open != std::string_view::npos && close != std::string_view::npos && open < close &&
        document_.icon_url.empty())
      document_.icon_url = trim(rest.substr(open + 1, close - open - 1));
    lines_[line] = {};
  }

  void set_body(size_t from) {
    while (from < lines_.size() && trim(lines_[from]).empty()) ++from;
    if (from >= lines_.size()) return;
    document_.body_line = static_cast<int>(from) + 1;
    for (size_t i = from; i < lines_.size(); ++i) document_.body.append(lines_[i]).append("\n");
  }

  std::vector<std::string_view> lines_;
  Document& document_;
  std::string description_;
  bool described_ = false;
  size_t body_ = SIZE_MAX;
};

}  // namespace

Result<Document> parse(std::string_view text) {
  if (text.size() > kMaxDocument)
    return fail(Code::kCorrupt, "line 1: the document has {}; at most {} are read", human_size(text.size()),
                human_size(kMaxDocument));
  const std::string clean = without(valid_utf8(normal_lines(text)), "&zwnj;");
  std::vector<std::string_view> lines = split_lines(clean);
  size_t first = 0;
  while (first < lines.size() && trim(lines[first]).empty()) ++first;
  if (first == lines.size()) return fail(Code::kCorrupt, "line 1: the document is empty");

  Document document;
  // A literal U+200C is a letter of Persian and others: it goes only where names and keys stand.
  if (const auto named = parse_identity(without(lines[first], kZeroWidthNonJoiner), document); !named)
    return fail(Code::kCorrupt, "line {}: {}", first + 1, named.error().message());
  Header(std::move(lines), document).read(first + 1);
  for (auto& [key, value] : document.metadata) value = without(value, kZeroWidthNonJoiner);
  return document;
}

}  // namespace tfhub::documents
