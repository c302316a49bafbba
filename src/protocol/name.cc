#include "protocol/name.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "protocol/characters.h"

namespace tfhub::protocol {
namespace {

// A segment becomes a file name in a directory store (255 bytes at most, and the version's ".tar.gz" stands
// beside it); a whole name stays well below the 1,024 bytes that buckets allow a key,
// ".catalog/…/.entry.json" included.
constexpr size_t kMaxSegment = 200;
constexpr size_t kMaxName = 900;
constexpr size_t kMaxSegments = 24;

// The hub's own pages and endpoints live under these.
constexpr std::array<std::string_view, 6> kReservedPublishers = {"s",      "api",     "healthz",
                                                                 "readyz", "metrics", "static"};
constexpr std::array<std::string_view, 2> kReservedSegments = {"uncompressed", "collection"};

bool is_word(char c) {
  return is_digit(c) || is_alpha(c) || c == '_';
}

// "7.tar.gz": the key under which version 7 of the model named before it lies.
bool is_archive_name(std::string_view segment) {
  const size_t dot = segment.find('.');
  if (dot == 0 || dot == std::string_view::npos) return false;
  const std::string_view suffix = segment.substr(dot);
  return (suffix == ".tar.gz" || suffix == ".tflite") &&
         std::all_of(segment.begin(), segment.begin() + static_cast<ptrdiff_t>(dot), is_digit);
}

Result<void> check_publisher(std::string_view publisher, std::string_view whole) {
  if (!std::all_of(publisher.begin(), publisher.end(),
                   [](char c) { return is_lower(c) || is_digit(c) || c == '-'; })) {
    return fail(Code::kUsage, "{} is not a model name: its publisher, {}, may hold only a-z, 0-9 and '-'",
                printable(whole), printable(publisher));
  }
  if (std::find(kReservedPublishers.begin(), kReservedPublishers.end(), publisher) !=
      kReservedPublishers.end()) {
    return fail(Code::kUsage,
                "{} is not a model name: /{} is a page of the hub itself; choose another publisher",
                printable(whole), publisher);
  }
  return {};
}

Result<void> check_segment(std::string_view segment, std::string_view whole) {
  if (segment.empty()) {
    return fail(Code::kUsage, "{} is not a model name: it has an empty part between slashes",
                printable(whole));
  }
  if (segment.size() > kMaxSegment) {
    return fail(Code::kUsage, "{} is not a model name: a part of it is over {} bytes long", printable(whole),
                kMaxSegment);
  }
  if (!std::all_of(segment.begin(), segment.end(),
                   [](char c) { return is_word(c) || c == '.' || c == '-'; })) {
    return fail(Code::kUsage, "{} is not a model name: {} may hold only letters, digits, '_', '.' and '-'",
                printable(whole), printable(segment));
  }
  if (segment.front() == '.') {
    return fail(Code::kUsage, "{} is not a model name: {} begins with a dot", printable(whole), segment);
  }
  if (std::find(kReservedSegments.begin(), kReservedSegments.end(), segment) != kReservedSegments.end()) {
    return fail(Code::kUsage, "{} is not a model name: '{}' is a reserved word in URLs; choose another",
                printable(whole), segment);
  }
  if (is_archive_name(segment)) {
    return fail(Code::kUsage,
                "{} is not a model name: the store keeps a version's archive under names like {}",
                printable(whole), segment);
  }
  return {};
}

}  // namespace

Result<ModelName> ModelName::parse(std::string_view text) {
  if (text.size() > kMaxName) {
    return fail(Code::kUsage, "{}… is not a model name: it is over {} bytes long", printable(text, 60),
                kMaxName);
  }
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) {
    return fail(Code::kUsage, "'{}' is not a model name: expected publisher/model", printable(text));
  }
  TFHUB_TRY(check_segment(text.substr(0, slash), text));
  TFHUB_TRY(check_publisher(text.substr(0, slash), text));
  size_t segments = 1;
  for (std::string_view rest = text.substr(slash + 1);; ++segments) {
    const size_t end = rest.find('/');
    TFHUB_TRY(check_segment(rest.substr(0, end), text));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (segments + 1 > kMaxSegments) {
    return fail(Code::kUsage, "{} is not a model name: it has over {} parts", printable(text), kMaxSegments);
  }
  return ModelName(std::string(text));
}

std::string_view ModelName::publisher() const {
  return std::string_view(text_).substr(0, text_.find('/'));
}
std::string_view ModelName::model() const {
  return std::string_view(text_).substr(text_.find('/') + 1);
}

std::optional<Version> parse_version(std::string_view text) {
  constexpr Version kMax = std::numeric_limits<int64_t>::max();
  if (text.empty() || text.size() > 19 || text.front() == '0' ||
      !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  Version value = 0;
  for (const char c : text) value = value * 10 + static_cast<Version>(c - '0');  // 19 digits fit 64 bits
  if (value > kMax) return std::nullopt;
  return value;
}

Result<VersionedName> VersionedName::parse(std::string_view text) {
  const size_t slash = text.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? text : text.substr(slash + 1);
  const auto version = parse_version(last);
  if (slash == std::string_view::npos || !version) {
    return fail(
        Code::kUsage,
        "'{}' does not name a version: expected publisher/model/version, where version is a positive whole "
        "number without leading zeros",
        printable(text));
  }
  TFHUB_ASSIGN(ModelName name, ModelName::parse(text.substr(0, slash)));
  return VersionedName{std::move(name), *version};
}

std::string VersionedName::text() const {
  return name.text() + "/" + std::to_string(version);
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kSavedModel:
      return "saved_model_2";
    case Kind::kTf1Hub:
      return "hub";
    case Kind::kTfLite:
      return "tflite";
    case Kind::kTfJs:
      return "tfjs";
  }
  return {};
}

std::optional<Kind> parse_kind(std::string_view text) {
  for (const Kind kind : {Kind::kSavedModel, Kind::kTf1Hub, Kind::kTfLite, Kind::kTfJs}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

std::string_view display_name(Kind kind) {
  switch (kind) {
    case Kind::kSavedModel:
      return "SavedModel (TF2)";
    case Kind::kTf1Hub:
      return "TF1 Hub module";
    case Kind::kTfLite:
      return "TensorFlow Lite";
    case Kind::kTfJs:
      return "TensorFlow.js";
  }
  return {};
}

}  // namespace tfhub::protocol
