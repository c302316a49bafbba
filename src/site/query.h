// Which models a list shows: words, filters and pages, the same for JSON and for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "site/overview.h"

namespace tfhub::site {

// The highest page that may be asked for (openapi.cc says it too); there may be fewer.
inline constexpr uint64_t kMostPages = 1'000'000'000;

struct ModelQuery {
  std::string words;      // empty: all models, by name
  std::string publisher;  // empty: all
  std::string format;     // saved_model_2, hub, tflite, tfjs, coral; empty: all
  std::vector<std::pair<std::string, std::string>> tags;  // of kTags: what each must have
  uint64_t page = 1;

  // From a query string: q, publisher, format, page, and the tags by their names ("architecture" too).
  // kUsage, naming the parameter, when a value makes no sense.
  static Result<ModelQuery> parse(std::string_view query);
  // Back again, with another page: "q=notes&task=audio-pitch-extraction&page=2".
  std::string text(uint64_t page) const;
  bool is_empty() const { return words.empty() && publisher.empty() && format.empty() && tags.empty(); }
  bool matches(const Model& model) const;
};

// How many of the models found have a value: what a filter would leave.
struct Facet {
  std::string key;                                     // "publisher", "format" or one of kTags
  std::vector<std::pair<std::string, size_t>> values;  // the most frequent first
};

struct ModelPage {
  std::vector<ModelPointer> models;
  uint64_t page = 1, pages = 1, total = 0;
  std::vector<Facet> facets;
};

}  // namespace tfhub::site
