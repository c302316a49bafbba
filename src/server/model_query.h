// Which models a list shows: filters and pages, the same for JSON and for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace tfhub::server {

struct ModelQuery {
  std::string words;      // each must stand in the name, upper or lower case
  std::string publisher;  // empty: all
  std::string task;       // models say their task in documents
  std::string format;     // saved_model_2, hub, tflite, tfjs, coral; empty: all
  uint64_t page = 1;

  // From a query string. kUsage, naming the parameter, when a value makes no sense.
  static Result<ModelQuery> parse(std::string_view query);
};

struct ModelPage {
  std::vector<const catalog::ModelVersions*> models;  // they live in the snapshot
  uint64_t page = 1, pages = 1, total = 0;
};
Result<ModelPage> select_models(catalog::Catalog& catalog, const catalog::Snapshot& snapshot,
                                const ModelQuery& query, size_t models_a_page);

}  // namespace tfhub::server
