#include "documents/vocabulary.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::documents {
namespace {

constexpr size_t kMaxVocabulary = 1 << 20;

std::string scalar(const YAML::Node& node) {
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : std::string();
}

Term term_of(const YAML::Node& node) {
  Term term;
  term.id = scalar(node["id"]);
  term.display_name = scalar(node["display_name"]);
  if (term.display_name.empty()) term.display_name = term.id;
  term.url = scalar(node["url"]);
  if (term.url.empty()) term.url = scalar(node["url_template"]);
  const YAML::Node domains = node["domains"];
  if (domains.IsDefined() && domains.IsSequence())
    for (const YAML::Node& domain : domains) term.domains.push_back(scalar(domain));
  return term;
}

Result<Vocabulary> read(const YAML::Node& root) {
  Vocabulary vocabulary;
  if (root.IsNull()) return vocabulary;
  if (!root.IsMap())
    return fail(Code::kCorrupt, "the file is not a mapping; write 'values:' or 'format: url'");
  vocabulary.format = scalar(root["format"]);
  vocabulary.required_domain = scalar(root["required_domain"]);
  const YAML::Node values = root["values"];
  if (!values.IsDefined() || values.IsNull()) return vocabulary;
  if (!values.IsSequence())
    return fail(Code::kCorrupt, "line {}: 'values' is not a list", values.Mark().line + 1);
  for (const YAML::Node& each : values) {
    if (!each.IsMap() || scalar(each["id"]).empty())
      return fail(Code::kCorrupt, "line {}: a value has no 'id'", each.Mark().line + 1);
    vocabulary.terms.push_back(term_of(each));
  }
  return vocabulary;
}

}  // namespace

const Term* Vocabulary::find(std::string_view id) const {
  const auto found =
      std::find_if(terms.begin(), terms.end(), [&](const Term& term) { return term.id == id; });
  return found == terms.end() ? nullptr : &*found;
}

Result<Vocabulary> parse_vocabulary(std::string_view yaml) {
  if (yaml.size() > kMaxVocabulary)
    return fail(Code::kCorrupt, "it has {}; at most {} are read", human_size(yaml.size()),
                human_size(kMaxVocabulary));
  try {
    return read(YAML::Load(std::string(yaml)));
  } catch (const YAML::Exception& error) {
    return fail(Code::kCorrupt, "line {}: {}", error.mark.line + 1, printable(error.msg));
  }
}

std::string Vocabularies::display_name(std::string_view key, std::string_view id) const {
  const auto vocabulary = by_key.find(std::string(key));
  const Term* term = vocabulary == by_key.end() ? nullptr : vocabulary->second.find(id);
  return term == nullptr ? std::string(id) : term->display_name;
}

Result<Vocabularies> parse_vocabularies(const std::map<std::string, std::string>& tags) {
  Vocabularies all;
  for (const auto& [key, yaml] : tags) {
    auto vocabulary = parse_vocabulary(yaml);
    if (!vocabulary)
      return fail(Code::kCorrupt, "the vocabulary of '{}' cannot be read: {}", key,
                  vocabulary.error().message());
    all.by_key.emplace(key, std::move(*vocabulary));
  }
  return all;
}

}  // namespace tfhub::documents
