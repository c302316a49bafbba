// One document of a hub: a Markdown file whose first lines say what it is about. Its grammar is tfhub.dev's:
//
//   # Module google/nnlm-en-dim50/2
//   Text embedding trained on news.
//
//   <!-- task: text-embedding -->
//   [![Icon URL]](https://example.org/icon.png)
//
//   ## Overview
//   …
//
// The first line is the identity; where the file lies means nothing. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::documents {

enum class Kind { kModule, kPlaceholder, kLite, kTfjs, kCoral, kCollection, kPublisher };
std::string_view to_string(Kind kind);  // "Module", … as the first line has it

// Nothing larger is read: the largest real document is a hundredth of it.
inline constexpr size_t kMaxDocument = 4 << 20;

struct Document {
  Kind kind = Kind::kModule;
  std::string name;         // "google/nnlm-en-dim50" (identity without version); a publisher's: "google"
  uint64_t version = 0;     // 0: a publisher's
  std::string url_path;     // where its page is: "google/nnlm-en-dim50/2", "google/lite-model/x/lite/1",
                            // "google/tfjs-model/…/1", "google/coral-model/…/1",
                            // "google/collection/experts/bit", "google"
  std::string description;  // one line, joined; plain text (a publisher's: its display name)
  std::string icon_url;     // empty: none
  std::vector<std::pair<std::string, std::string>> metadata;  // key, value in order; keys may repeat
  std::string body;  // Markdown, from the first heading on, or from text that stands where only metadata may

  std::vector<int> metadata_lines;  // where each of `metadata` stands; lines count from 1
  int body_line = 0;                // where `body` begins; 0: there is none

  std::string_view publisher() const;
  std::string model_path() const;  // url_path without its version: "google/lite-model/x/lite"; of collections
                                   // and publishers the url_path
  std::vector<std::string> values(std::string_view key) const;
  std::string value(std::string_view key) const;  // the first, or empty
};

// kCorrupt: what is wrong, and in which line. Only an identity that names nothing is wrong; everything else
// that real documents do gives a document (check.h tells what it lacks). Byte order marks, Windows line ends,
// "&zwnj;" and bytes that are no UTF-8 are dealt with.
Result<Document> parse(std::string_view text);

// "parent-model" as the path of a model's page on this hub ("google/x/1"; given as "google/x/1" or an
// https://tfhub.dev/… URL), empty: none. Some real ones lack the version: "google/x".
std::string parent_model(const Document& document);

}  // namespace tfhub::documents
