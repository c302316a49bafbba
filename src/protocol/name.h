// Names of models and versions: their grammar (protocol.md, URLs of a host) and how they are written.
// Pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::protocol {

// "publisher/model", the model with slashes of its own: "google/imagenet/mobilenet_v2/classification".
// Publisher: [a-z0-9-]+, not one of the reserved words (s, api, healthz, readyz, metrics, static,
// openapi.json has a dot and is none anyway). Segments: [A-Za-z0-9_.-]+, none beginning with a dot, none
// "uncompressed" or "collection", none like "7.tar.gz" or "7.tflite" (the store keeps a version's files under
// such keys).
class ModelName {
 public:
  static Result<ModelName> parse(std::string_view text);  // kUsage, naming the rule that is broken
  const std::string& text() const { return text_; }
  std::string_view publisher() const;
  std::string_view model() const;
  auto operator<=>(const ModelName&) const = default;

 private:
  explicit ModelName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A version of a model: a positive integer without leading zeros, up to 2^63-1.
using Version = uint64_t;
// Nothing wrong-shaped is a version: "01", "+1", "0", "" give nothing.
std::optional<Version> parse_version(std::string_view text);

struct VersionedName {
  ModelName name;
  Version version = 0;
  static Result<VersionedName> parse(std::string_view text);  // "publisher/model/version"
  std::string text() const;                                   // the same, and the path of its URL
  auto operator<=>(const VersionedName&) const = default;
};

// What a version is. Exactly one a version, decided when it is published.
enum class Kind { kSavedModel, kTf1Hub, kTfLite, kTfJs };
std::string_view to_string(Kind kind);  // saved_model_2, hub, tflite, tfjs: the API's words
std::optional<Kind> parse_kind(std::string_view text);
std::string_view display_name(
    Kind kind);  // "SavedModel (TF2)", "TF1 Hub module", "TensorFlow Lite", "TensorFlow.js"

}  // namespace tfhub::protocol
