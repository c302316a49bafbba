#include "documents/document_keys.h"

#include <array>

namespace tfhub::documents {
namespace {

using Key = std::string_view;

constexpr std::array<Key, 4> kModuleRequired = {"asset-path", "task", "fine-tunable", "format"};
constexpr std::array<Key, 6> kModuleOptional = {
    "network-architecture", "colab", "dataset", "language", "license", "interactive-visualizer"};
constexpr std::array<Key, 1> kTask = {"task"};
constexpr std::array<Key, 6> kPlaceholderOptional = {"dataset",  "fine-tunable", "interactive-visualizer",
                                                     "language", "license",      "network-architecture"};
constexpr std::array<Key, 2> kDeploymentRequired = {"asset-path", "parent-model"};
constexpr std::array<Key, 2> kDeploymentOptional = {"colab", "interactive-visualizer"};
constexpr std::array<Key, 3> kTfjsOptional = {"colab", "demo", "interactive-visualizer"};
constexpr std::array<Key, 3> kCollectionOptional = {"dataset", "language", "network-architecture"};

}  // namespace

std::span<const std::string_view> required_keys(Kind kind) {
  switch (kind) {
    case Kind::kModule:
      return kModuleRequired;
    case Kind::kPlaceholder:
    case Kind::kCollection:
      return kTask;
    case Kind::kLite:
    case Kind::kTfjs:
    case Kind::kCoral:
      return kDeploymentRequired;
    case Kind::kPublisher:
      break;
  }
  return {};
}

std::span<const std::string_view> optional_keys(Kind kind) {
  switch (kind) {
    case Kind::kModule:
      return kModuleOptional;
    case Kind::kPlaceholder:
      return kPlaceholderOptional;
    case Kind::kLite:
    case Kind::kCoral:
      return kDeploymentOptional;
    case Kind::kTfjs:
      return kTfjsOptional;
    case Kind::kCollection:
      return kCollectionOptional;
    case Kind::kPublisher:
      break;
  }
  return {};
}

}  // namespace tfhub::documents
