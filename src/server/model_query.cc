#include "server/model_query.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::server {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty() && words.size() < 16) {
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(lower_ascii(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return words;
}

bool has_words(const std::string& name, const std::vector<std::string>& words) {
  if (words.empty()) return true;
  const std::string lower = lower_ascii(name);
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

Result<ModelQuery> ModelQuery::parse(std::string_view text) {
  ModelQuery query;
  query.words = protocol::last_value(text, "q").value_or("");
  query.publisher = protocol::last_value(text, "publisher").value_or("");
  query.task = protocol::last_value(text, "task").value_or("");
  query.format = protocol::last_value(text, "format").value_or("");
  if (!query.format.empty() && query.format != "coral" && !protocol::parse_kind(query.format))
    return fail(Code::kUsage, "format is '{}'; it is one of saved_model_2, hub, tflite, tfjs, coral.",
                printable(query.format, 40));
  if (const auto page = protocol::last_value(text, "page"); page && !page->empty()) {
    const auto [end, error] = std::from_chars(page->data(), page->data() + page->size(), query.page);
    if (error != std::errc() || end != page->data() + page->size() || query.page == 0)
      return fail(Code::kUsage, "page is '{}'; pages count from 1.", printable(*page, 40));
  }
  return query;
}

Result<ModelPage> select_models(catalog::Catalog& catalog, const catalog::Snapshot& snapshot,
                                const ModelQuery& query, size_t models_a_page) {
  const auto words = words_of(query.words);
  std::vector<const catalog::ModelVersions*> matching;
  for (const auto& [name, model] : snapshot.models) {
    // Nothing published yet says its task, nor that it is made for Coral: such a filter leaves nothing.
    if (!query.task.empty() || query.format == "coral") break;
    if (!query.publisher.empty() && model.name.publisher() != query.publisher) continue;
    if (!has_words(name, words)) continue;
    if (!query.format.empty()) {
      TFHUB_ASSIGN(const auto record, catalog.version({model.name, model.latest()}));
      if (!record || protocol::to_string(record->kind) != query.format) continue;
    }
    matching.push_back(&model);
  }
  ModelPage page;
  page.total = matching.size();
  page.pages = std::max<uint64_t>(1, (page.total + models_a_page - 1) / models_a_page);
  page.page = query.page;
  if (query.page <= page.pages) {
    const auto first = matching.begin() + static_cast<ptrdiff_t>((query.page - 1) * models_a_page);
    const auto rest = static_cast<size_t>(matching.end() - first);
    page.models.assign(first, first + static_cast<ptrdiff_t>(std::min(models_a_page, rest)));
  }
  return page;
}

}  // namespace tfhub::server
