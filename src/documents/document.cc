#include "documents/document.h"

#include "documents/hub_link.h"
#include "documents/utf8.h"

namespace tfhub::documents {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kModule:
      return "Module";
    case Kind::kPlaceholder:
      return "Placeholder";
    case Kind::kLite:
      return "Lite";
    case Kind::kTfjs:
      return "Tfjs";
    case Kind::kCoral:
      return "Coral";
    case Kind::kCollection:
      return "Collection";
    case Kind::kPublisher:
      return "Publisher";
  }
  return {};
}

std::string_view Document::publisher() const {
  return std::string_view(name).substr(0, name.find('/'));
}

std::string Document::model_path() const {
  if (kind == Kind::kCollection || kind == Kind::kPublisher) return url_path;
  return url_path.substr(0, url_path.rfind('/'));
}

std::vector<std::string> Document::values(std::string_view key) const {
  std::vector<std::string> found;
  for (const auto& [each, value] : metadata)
    if (each == key) found.push_back(value);
  return found;
}

std::string Document::value(std::string_view key) const {
  for (const auto& [each, value] : metadata)
    if (each == key) return value;
  return {};
}

std::string parent_model(const Document& document) {
  const std::string value = document.value("parent-model");
  const auto path = hub_path(value);
  if (!path && value.find("://") != std::string::npos) return {};
  return bare_path(path ? *path : value);
}

}  // namespace tfhub::documents
