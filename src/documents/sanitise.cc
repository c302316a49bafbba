#include "documents/sanitise.h"

#include "documents/html_attributes.h"
#include "documents/html_elements.h"
#include "documents/html_entities.h"
#include "documents/html_tokenizer.h"
#include "documents/html_writer.h"
#include "documents/safe_url.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

class Sanitiser {
 public:
  explicit Sanitiser(const SanitiseOptions& options) : options_(options) {}

  std::string run(std::string_view html) {
    HtmlTokenizer tokenizer(html);
    for (HtmlToken token; tokenizer.next(token);) {
      switch (token.type) {
        case HtmlToken::Type::kText:
          text(token.text);
          break;
        case HtmlToken::Type::kStart:
          start(tokenizer, token);
          break;
        case HtmlToken::Type::kEnd:
          if (const HtmlElement* element = find_element(token.name)) writer_.close(*element);
          break;
      }
    }
    return writer_.finish(options_.page);
  }

 private:
  void start(HtmlTokenizer& tokenizer, const HtmlToken& token) {
    switch (foreign(token.name)) {
      case Foreign::kRaw:
        return tokenizer.skip_raw(token.name);
      case Foreign::kNested:
        if (!token.self_closing) tokenizer.skip_nested(token.name);
        return;
      case Foreign::kNo:
        break;
    }
    const HtmlElement* element = find_element(token.name);
    if (element == nullptr) return;
    if (const auto attributes = safe_attributes(*element, token, options_)) {
      writer_.open(*element, *attributes);
    } else if (element->name == "img") {
      plain(escaped(token.attribute("alt")));
    }
  }

  void text(std::string_view html) {
    const bool linking =
        options_.page && !writer_.inside("a") && !writer_.inside("code") && !writer_.inside("pre");
    while (linking) {
      const size_t begin = find_bare_url(html, 0);
      if (begin == std::string_view::npos) break;
      const std::string_view url = html.substr(begin, bare_url_length(html.substr(begin)));
      plain(html.substr(0, begin));
      link(url);
      html.remove_prefix(begin + url.size());
    }
    plain(html);
  }

  void link(std::string_view url) {
    const HtmlElement& a = *find_element("a");
    const std::string attributes = link_attributes(decode_entities(url), options_);
    if (!attributes.empty()) writer_.open(a, attributes);
    plain(url);
    if (!attributes.empty()) writer_.close(a);
  }

  void plain(std::string_view html) {
    if (html.empty()) return;
    std::string safe;
    append_text(safe, html);
    writer_.text(safe, decode_entities(html));
  }

  const SanitiseOptions& options_;
  HtmlWriter writer_;
};

}  // namespace

std::string sanitise(std::string_view html, const SanitiseOptions& options) {
  return Sanitiser(options).run(valid_utf8(html));
}

}  // namespace tfhub::documents
