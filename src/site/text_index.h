// Full-text search over names, descriptions, tags and documents: SQLite's FTS5 in memory, made from the store
// and changed as that changes. Finds words by their beginning, and by one wrong letter where they are long
// enough. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::site {

struct SearchText {
  std::string path;   // which model; unique
  std::string title;  // its name and description
  std::string tags;   // their display names
  std::string body;   // the document's words
  double weight = 1;  // below 1: others that match as well come first
};

class TextIndex {
 public:
  static Result<std::unique_ptr<TextIndex>> create();
  ~TextIndex();
  TextIndex(const TextIndex&) = delete;
  TextIndex& operator=(const TextIndex&) = delete;

  // In small steps, so that searches go on meanwhile.
  Result<void> put(const std::vector<SearchText>& texts);  // new, or in place of what was there
  Result<void> remove(const std::vector<std::string>& paths);

  // The paths of at most `limit` models that have every word, the best first. Nothing in a query is an error:
  // what is no word counts as a space. kNetwork: it took longer than a search may (250 ms). Waits for the
  // search under way; what was found is kept until the index changes.
  Result<std::vector<std::string>> search(std::string_view words, size_t limit);
  // The same, where it is known: waits for nothing.
  std::optional<std::vector<std::string>> kept(std::string_view words, size_t limit) const;

 private:
  Result<std::vector<std::string>> search_anew(const std::vector<std::string>& words, size_t limit);

  struct State;
  explicit TextIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "MobileNet-v2, 224" -> "mobilenet", "v2", "224": as the index splits, so that both agree. At most 16, each
// once, of two letters or more unless there is no other.
std::vector<std::string> search_words(std::string_view text);
// Whether `word` becomes `term` by one letter more, less or another, or two neighbours exchanged.
bool one_letter_off(std::string_view word, std::string_view term);

}  // namespace tfhub::site
