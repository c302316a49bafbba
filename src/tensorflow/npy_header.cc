#include "tensorflow/npy_header.h"

#include <fmt/ranges.h>

#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::tensorflow {
namespace {

// Reads what NumPy writes with repr(): strings without escapes, True and False, a tuple of numbers.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<NpyHeader> parse() {
    NpyHeader header;
    unsigned seen = 0;
    TFHUB_TRY(expect('{'));
    while (!take('}')) {
      TFHUB_ASSIGN(const std::string_view key, quoted());
      TFHUB_TRY(expect(':'));
      if (key == "descr") {
        TFHUB_ASSIGN(header.descr, quoted());
      } else if (key == "fortran_order") {
        TFHUB_ASSIGN(header.fortran_order, boolean());
      } else if (key == "shape") {
        TFHUB_ASSIGN(header.shape, tuple());
      } else {
        return fail(Code::kCorrupt, "its header has an entry '{}', which NumPy does not write",
                    printable(key));
      }
      ++seen;
      if (!take(',')) {
        TFHUB_TRY(expect('}'));
        break;
      }
    }
    skip_space();
    if (seen != 3 || !rest_.empty()) return fail(Code::kCorrupt, "its header is not that of one array");
    return header;
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  bool take(char wanted) {
    skip_space();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<void> expect(char wanted) {
    if (take(wanted)) return {};
    return fail(Code::kCorrupt,
                "its header is cut short or holds something else than one plain array (at '{}')",
                printable(rest_, 40));
  }

  Result<std::string> quoted() {
    skip_space();
    const char quote = rest_.starts_with('"') ? '"' : '\'';
    TFHUB_TRY(expect(quote));
    const size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return fail(Code::kCorrupt, "its header is cut short");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  Result<bool> boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return value;
      }
    return fail(Code::kCorrupt, "its header does not say in which order the elements are");
  }

  Result<std::vector<int64_t>> tuple() {
    std::vector<int64_t> numbers;
    TFHUB_TRY(expect('('));
    while (!take(')')) {
      skip_space();
      int64_t number = -1;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
      if (error != std::errc() || number < 0)
        return fail(Code::kCorrupt, "its header has a shape that is none (at '{}')", printable(rest_, 40));
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      numbers.push_back(number);
      if (!take(',')) {
        TFHUB_TRY(expect(')'));
        break;
      }
    }
    return numbers;
  }

  std::string_view rest_;
};

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text) {
  return Parser(text).parse();
}

std::string to_text(const NpyHeader& header) {
  // A tuple of one is written (3,).
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': ({}{}), }}\n", header.descr,
                     header.fortran_order ? "True" : "False", fmt::join(header.shape, ", "),
                     header.shape.size() == 1 ? "," : "");
}

}  // namespace tfhub::tensorflow
