#include "server/model_subject.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace tfhub::server {
namespace {

// The subject that was published a moment ago, when no list has it yet.
Result<ModelSubject> subject_of(Hub& hub, const catalog::Found& found) {
  auto model = std::make_shared<site::Model>();
  model->path = found.record->id.name.text();
  TFHUB_ASSIGN(model->published, hub.catalog.versions(found.record->id.name));
  auto& versions = model->published;
  const protocol::Version version = found.record->id.version;
  if (!std::binary_search(versions.begin(), versions.end(), version))
    versions.insert(std::upper_bound(versions.begin(), versions.end(), version), version);
  model->record = found.record;
  model->format = protocol::to_string(found.record->kind);
  return ModelSubject{std::move(model), version, found.versioned};
}

}  // namespace

std::optional<ModelSubject> listed_subject(const site::Overview& overview, const std::string& path) {
  if (const auto model = overview.models.find(path); model != overview.models.end())
    return ModelSubject{model->second, model->second->latest(), false};
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto version = protocol::parse_version(std::string_view(path).substr(slash + 1));
  const auto model = overview.models.find(std::string_view(path).substr(0, slash));
  if (!version || model == overview.models.end()) return std::nullopt;
  const auto versions = model->second->versions();
  if (!std::binary_search(versions.begin(), versions.end(), *version)) return std::nullopt;
  return ModelSubject{model->second, *version, true};
}

Result<std::optional<ModelSubject>> find_subject(Hub& hub, const std::string& path) {
  if (auto subject = listed_subject(*hub.site.overview(), path)) return subject;
  TFHUB_ASSIGN(const auto found, hub.catalog.find(path));
  if (!found || !found->rest.empty()) return std::nullopt;
  TFHUB_ASSIGN(auto subject, subject_of(hub, *found));
  return subject;
}

Result<catalog::RecordPointer> record_of(Hub& hub, const ModelSubject& subject) {
  const site::Model& model = *subject.model;
  if (!std::binary_search(model.published.begin(), model.published.end(), subject.version)) return nullptr;
  TFHUB_ASSIGN(const auto id,
               protocol::VersionedName::parse(fmt::format("{}/{}", model.path, subject.version)));
  return hub.catalog.version(id);
}

}  // namespace tfhub::server
