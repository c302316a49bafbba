// The parts that pages with lists of models share: an entry, filters with counts, links to the other pages.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "site/overview.h"
#include "site/query.h"

namespace tfhub::server {

// What a format is called for people: "SavedModel (TF2)", "TensorFlow Lite", "Coral"; empty for "".
std::string format_name(std::string_view format);

// <ul> of models: name, description, format, tasks, size, date.
std::string model_list(const site::Overview& overview, std::span<const site::ModelPointer> models);
// What was found may be narrowed by this, or what narrows it taken away. `path`: of the page ("/s").
std::string filters(const site::Overview& overview, const site::ModelQuery& query,
                    const site::ModelPage& page, std::string_view path);
std::string page_links(const site::ModelQuery& query, const site::ModelPage& page, std::string_view path);

// "1 model", "2,819 models".
std::string count_of(uint64_t count, std::string_view what);

}  // namespace tfhub::server
