// HTML cut into tags and text as the HTML standard's tokenizer cuts it (13.2.5), whatever it is made of.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfhub::documents {

struct HtmlToken {
  enum class Type { kText, kStart, kEnd } type = Type::kText;
  std::string_view text;  // of kText: as written, references undecoded
  std::string name;       // of tags: lower case
  // Of kStart: names in lower case, values decoded; the first of two equal names counts, as in browsers.
  std::vector<std::pair<std::string, std::string>> attributes;
  bool self_closing = false;

  std::string_view attribute(std::string_view wanted) const;  // empty: none
};

class HtmlTokenizer {
 public:
  explicit HtmlTokenizer(std::string_view html) : rest_(html) {}

  // Comments, doctypes, CDATA sections and processing instructions are passed over. false: the end.
  bool next(HtmlToken& token);
  // Passes over everything up to and with the end of the element whose start tag came last: raw text (of
  // script, style, …) up to the first end tag of that name, anything else with nested elements of that name.
  // Without an end tag, everything: so browsers read it.
  void skip_raw(std::string_view name);
  void skip_nested(std::string_view name);

 private:
  bool take_markup(HtmlToken& token);
  void skip_comment();
  void skip_past(std::string_view end);
  void take_tag(HtmlToken& token);
  void take_attribute(HtmlToken& token);

  std::string_view rest_;
};

}  // namespace tfhub::documents
