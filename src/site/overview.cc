#include "site/overview.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"

namespace tfhub::site {
namespace {

using protocol::Version;

constexpr size_t kRecent = 24;

bool is_model(documents::Kind kind) {
  return kind != documents::Kind::kPublisher && kind != documents::Kind::kCollection;
}

std::string format_of(const Model& model) {
  using documents::Kind;
  const Kind kind = model.document ? model.document->head.kind : Kind::kPlaceholder;
  if (kind == Kind::kCoral) return "coral";
  if (model.record) return std::string(protocol::to_string(model.record->kind));
  switch (kind) {
    case Kind::kLite:
      return "tflite";
    case Kind::kTfjs:
      return "tfjs";
    case Kind::kModule: {
      const std::string format = model.document->head.value("format");
      return format == "hub" ? "hub" : "saved_model_2";
    }
    default:
      return {};
  }
}

// "google/x/1" -> "google/x": a deployment belongs to the model, whichever version it was made of.
std::string without_version(const std::string& path) {
  const size_t slash = path.rfind('/');
  const bool versioned =
      slash != std::string::npos && protocol::parse_version(std::string_view(path).substr(slash + 1));
  return versioned ? path.substr(0, slash) : path;
}

void take_document(Model& model) {
  const documents::Document& head = model.document->head;
  model.description = head.description;
  for (const std::string_view tag : kTags) {
    auto values = head.values(tag);
    // documents.md: the licence of a model that names none.
    if (tag == "license" && values.empty() && head.kind == documents::Kind::kModule) values = {"apache-2.0"};
    if (!values.empty()) model.tags.emplace(tag, std::move(values));
  }
  model.parent = without_version(documents::parent_model(head));
}

bool same(const Model& a, const Model& b) {
  return a.published == b.published && a.documented == b.documented && a.document == b.document &&
         a.record == b.record;
}

}  // namespace

std::vector<Version> Model::versions() const {
  std::vector<Version> all;
  std::set_union(published.begin(), published.end(), documented.begin(), documented.end(),
                 std::back_inserter(all));
  return all;
}

Version Model::latest() const {
  return std::max(published.empty() ? 0 : published.back(), documented.empty() ? 0 : documented.back());
}

const Model* Overview::find(std::string_view path) const {
  const auto found = models.find(path);
  return found == models.end() ? nullptr : found->second.get();
}

std::string Overview::publisher_name(std::string_view publisher) const {
  const auto document = documents->by_path.find(publisher);
  if (document != documents->by_path.end() && !document->second->head.description.empty())
    return document->second->head.description;
  return std::string(publisher);
}

std::string_view Overview::publisher_icon(std::string_view publisher) const {
  const auto document = documents->by_path.find(publisher);
  return document == documents->by_path.end() ? std::string_view() : document->second->head.icon_url;
}

Result<std::shared_ptr<const Overview>> make_overview(catalog::Catalog& catalog,
                                                      std::shared_ptr<const Documents> documents,
                                                      const Overview& before) {
  std::map<std::string, Model, std::less<>> models;
  const auto snapshot = catalog.snapshot();
  std::vector<protocol::VersionedName> latest;
  for (const auto& [name, published] : snapshot->models)
    latest.push_back({published.name, published.latest()});
  TFHUB_ASSIGN(auto records, catalog.records(latest));
  auto record = records.begin();
  for (const auto& [name, published] : snapshot->models) {
    Model& model = models[name];
    model.published = published.versions;
    model.record = std::move(*record++);
  }
  auto overview = std::make_shared<Overview>();
  for (const auto& [path, document] : documents->by_path) {
    if (document->head.kind == documents::Kind::kPublisher) overview->publishers[path];
    if (document->head.kind == documents::Kind::kCollection) overview->collections.push_back(document);
    if (!is_model(document->head.kind)) continue;
    Model& model = models[document->head.model_path()];
    model.documented.push_back(document->head.version);
    if (document->head.version >= *std::max_element(model.documented.begin(), model.documented.end()))
      model.document = document;
  }
  for (auto& [path, model] : models) {
    std::sort(model.documented.begin(), model.documented.end());
    const auto old = before.models.find(path);
    ModelPointer pointer;
    if (old != before.models.end() && same(*old->second, model)) {
      pointer = old->second;
    } else {
      model.path = path;
      if (model.document) take_document(model);
      model.format = format_of(model);
      pointer = std::make_shared<const Model>(std::move(model));
    }
    overview->publishers[std::string(pointer->publisher())].push_back(pointer);
    if (!pointer->parent.empty()) overview->deployments[pointer->parent].push_back(pointer);
    if (pointer->record) overview->recent.push_back(pointer);
    overview->models.emplace_hint(overview->models.end(), path, std::move(pointer));
  }
  const size_t recent = std::min(kRecent, overview->recent.size());
  std::partial_sort(overview->recent.begin(), overview->recent.begin() + static_cast<ptrdiff_t>(recent),
                    overview->recent.end(), [](const ModelPointer& a, const ModelPointer& b) {
                      return a->record->published > b->record->published;
                    });
  overview->recent.resize(recent);
  overview->documents = std::move(documents);
  return overview;
}

}  // namespace tfhub::site
