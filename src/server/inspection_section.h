// What is inside a model, as a part of its page: signatures, weights, operations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "savedmodel/description.h"
#include "server/list_parts.h"

namespace tfhub::server {

// The first 10,000 rows of each list; `tfhub inspect --json` has all.
struct InspectionSection {
  std::vector<ListInParts> lists;  // in the order of the page, all that stands between them included
  std::string end;                 // after the last
  bool layers_model = false;       // of TF.js: made of layers, not of a graph

  std::string html(AskedParts& asked) const;
  size_t bytes() const;
};

InspectionSection inspection_section(const savedmodel::Description& description);
InspectionSection unreadable_section(std::string_view why);

}  // namespace tfhub::server
