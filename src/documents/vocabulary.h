// The values that a document's metadata may have: the files of a tree's tags/ folder. Pure functions.
//
//   values:
//     - id: image-classification
//       display_name: Image classification
//       domains: [image]
//
// or, for keys whose value is a URL, "format: url" with an optional "required_domain: colab.…".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::documents {

struct Term {
  std::string id, display_name;  // display_name: the id where the file has none
  std::vector<std::string> domains;
  std::string url;  // a licence's text; a visualizer's url_template
};

struct Vocabulary {
  std::string format;  // "" or "url"
  std::string required_domain;
  std::vector<Term> terms;
  const Term* find(std::string_view id) const;
};

// kCorrupt: what is wrong, and where.
Result<Vocabulary> parse_vocabulary(std::string_view yaml);

struct Vocabularies {
  std::map<std::string, Vocabulary> by_key;  // "task", "network-architecture", … as documents write them
  // The id itself when it is unknown.
  std::string display_name(std::string_view key, std::string_view id) const;
};

// Of a tree's tags (tree.h). kCorrupt: which of them, and why.
Result<Vocabularies> parse_vocabularies(const std::map<std::string, std::string>& tags);

}  // namespace tfhub::documents
