#include "documents/check_document.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "documents/document_keys.h"
#include "protocol/url.h"

namespace tfhub::documents {
namespace {

bool is_one_of(std::string_view key, std::span<const std::string_view> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// http, https or gs, with a host.
std::optional<protocol::Url> web_url(std::string_view text) {
  auto url = protocol::Url::parse(text);
  const bool known = url && (url->scheme == "http" || url->scheme == "https" || url->scheme == "gs");
  if (!known || url->authority.empty() || text.find_first_of(" \t<>\"") != std::string_view::npos)
    return std::nullopt;
  return url;
}

class Checker {
 public:
  Checker(const Document& document, const Vocabularies& vocabularies, const Report& report)
      : document_(document), vocabularies_(vocabularies), report_(report) {}

  void run() {
    if (document_.description.empty())
      report_(1, "description",
              "there is no description under the first line; write what it is in a sentence");
    for (const std::string_view key : required_keys(document_.kind))
      if (document_.value(key).empty())
        report_(1, "required-key",
                fmt::format("a {} needs '{}'; add <!-- {}: … -->", to_string(document_.kind), key, key));
    for (size_t i = 0; i < document_.metadata.size(); ++i) {
      line_ = document_.metadata_lines[i];
      check_value(document_.metadata[i].first, document_.metadata[i].second);
    }
    if (!document_.icon_url.empty() && !web_url(document_.icon_url))
      report_(1, "bad-url", fmt::format("the icon '{}' is no URL", printable(document_.icon_url)));
  }

 private:
  void check_value(const std::string& key, const std::string& value) {
    if (!is_one_of(key, required_keys(document_.kind)) && !is_one_of(key, optional_keys(document_.kind))) {
      report_(line_, "unknown-key",
              fmt::format("a {} has no '{}'", to_string(document_.kind), printable(key)));
    } else if (value.empty()) {
      if (!is_one_of(key, required_keys(document_.kind)))
        report_(line_, "unknown-value", fmt::format("'{}' has no value", key));
    } else if (key == "fine-tunable") {
      check_choice(key, value, {"true", "false"});
    } else if (key == "format") {
      check_choice(key, value, {"hub", "saved_model", "saved_model_2"});
    } else if (key == "asset-path") {
      check_asset(value);
    } else if (key != "parent-model") {
      check_in_vocabulary(key, value);
    }
  }

  void check_choice(const std::string& key, const std::string& value,
                    std::initializer_list<std::string_view> choices) {
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
    std::string all;
    for (const std::string_view each : choices) all.append(all.empty() ? "" : ", ").append(each);
    report_(line_, "unknown-value",
            fmt::format("'{}' is no value of {}; write one of {}", printable(value), key, all));
  }

  // Where the model came from. "legacy", "internal" and "@…" are places that only tfhub.dev knew.
  void check_asset(const std::string& value) {
    if (value == "legacy" || value == "internal" || value.starts_with('@') || web_url(value)) return;
    report_(line_, "bad-url", fmt::format("asset-path '{}' is no URL", printable(value)));
  }

  void check_in_vocabulary(const std::string& key, const std::string& value) {
    const auto found = vocabularies_.by_key.find(key);
    const bool is_url = key == "colab" || key == "demo";
    if (is_url || (found != vocabularies_.by_key.end() && found->second.format == "url")) {
      check_url(key, value,
                found == vocabularies_.by_key.end() ? std::string() : found->second.required_domain);
    } else if (found != vocabularies_.by_key.end() && found->second.find(value) == nullptr) {
      report_(line_, "unknown-value",
              fmt::format("'{}' is not in the vocabulary of {}", printable(value), key));
    }
  }

  void check_url(const std::string& key, const std::string& value, const std::string& domain) {
    const auto url = web_url(value);
    if (!url) {
      report_(line_, "bad-url", fmt::format("{} '{}' is no URL", key, printable(value)));
    } else if (!domain.empty() && lower_ascii(url->authority) != domain) {
      report_(line_, "bad-url", fmt::format("{} '{}' is not on {}", key, printable(value), domain));
    }
  }

  const Document& document_;
  const Vocabularies& vocabularies_;
  const Report& report_;
  int line_ = 0;
};

}  // namespace

void check_document(const Document& document, const Vocabularies& vocabularies, const Report& report) {
  Checker(document, vocabularies, report).run();
}

}  // namespace tfhub::documents
