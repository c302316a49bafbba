#include "site/query.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::site {
namespace {

// What a tag is called in a query.
std::string parameter_of(std::string_view tag) {
  return tag == "network-architecture" ? "architecture" : std::string(tag);
}

}  // namespace

Result<ModelQuery> ModelQuery::parse(std::string_view text) {
  const auto value = [&](std::string_view name) { return protocol::last_value(text, name).value_or(""); };
  ModelQuery query;
  query.words = value("q");
  query.publisher = value("publisher");
  query.format = value("format");
  for (const std::string_view tag : kTags)
    if (std::string wanted = value(parameter_of(tag)); !wanted.empty())
      query.tags.emplace_back(tag, std::move(wanted));
  if (!query.format.empty() && query.format != "coral" && !protocol::parse_kind(query.format))
    return fail(Code::kUsage, "format is '{}'; it is one of saved_model_2, hub, tflite, tfjs, coral.",
                printable(query.format, 40));
  if (const std::string page = value("page"); !page.empty()) {
    const auto [end, error] = std::from_chars(page.data(), page.data() + page.size(), query.page);
    if (error != std::errc() || end != page.data() + page.size() || query.page == 0 ||
        query.page > kMostPages)
      return fail(Code::kUsage, "page is '{}'; pages count from 1 to {}.", printable(page, 40), kMostPages);
  }
  return query;
}

std::string ModelQuery::text(uint64_t wanted_page) const {
  std::string result;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    if (!result.empty()) result += '&';
    result.append(name).append("=").append(protocol::percent_encode_path(value));
  };
  add("q", words);
  add("publisher", publisher);
  add("format", format);
  for (const auto& [tag, value] : tags) add(parameter_of(tag), value);
  if (wanted_page > 1) add("page", std::to_string(wanted_page));
  return result;
}

bool ModelQuery::matches(const Model& model) const {
  if (!publisher.empty() && model.publisher() != publisher) return false;
  if (!format.empty() && model.format != format) return false;
  return std::all_of(tags.begin(), tags.end(), [&](const auto& wanted) {
    const auto found = model.tags.find(wanted.first);
    return found != model.tags.end() &&
           std::find(found->second.begin(), found->second.end(), wanted.second) != found->second.end();
  });
}

}  // namespace tfhub::site
