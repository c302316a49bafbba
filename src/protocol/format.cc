#include "protocol/format.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::protocol {
namespace {

constexpr std::array kFormats = {Format::kCompressed, Format::kUncompressed,   Format::kFile,
                                 Format::kTfLite,     Format::kTfJsCompressed, Format::kTfJsFile};

std::string_view parameter_of(Format format) {
  const std::string_view query = query_of(format);
  return query.substr(0, query.find('='));
}

bool is_format_parameter(std::string_view key) {
  return std::any_of(kFormats.begin(), kFormats.end(), [&](Format f) { return parameter_of(f) == key; });
}

std::optional<Format> find_format(std::string_view parameter, std::string_view value) {
  for (const Format format : kFormats) {
    if (parameter_of(format) == parameter && query_of(format).substr(parameter.size() + 1) == value)
      return format;
  }
  return std::nullopt;
}

}  // namespace

std::optional<FormatRequest> requested_format(std::string_view query) {
  std::optional<FormatRequest> request;
  for (auto& [key, value] : parse_query(query)) {
    if (is_format_parameter(key)) request = FormatRequest{{}, std::move(key), std::move(value)};
  }
  if (!request) return std::nullopt;
  for (std::string_view rest = request->value;;) {
    const size_t comma = rest.find(',');
    const auto format = find_format(request->parameter, trim(rest.substr(0, comma)));
    // The list is the client's: a format counts once, so that it cannot make this grow.
    if (format &&
        std::find(request->accepted.begin(), request->accepted.end(), *format) == request->accepted.end()) {
      request->accepted.push_back(*format);
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return request;
}

std::string_view query_of(Format format) {
  switch (format) {
    case Format::kCompressed:
      return "tf-hub-format=compressed";
    case Format::kUncompressed:
      return "tf-hub-format=uncompressed";
    case Format::kFile:
      return "tf-hub-format=file";
    case Format::kTfLite:
      return "lite-format=tflite";
    case Format::kTfJsCompressed:
      return "tfjs-format=compressed";
    case Format::kTfJsFile:
      return "tfjs-format=file";
  }
  return {};
}

std::vector<Format> formats_of(Kind kind) {
  switch (kind) {
    case Kind::kSavedModel:
    case Kind::kTf1Hub:
      return {Format::kCompressed, Format::kUncompressed, Format::kFile};
    case Kind::kTfLite:
      return {Format::kTfLite, Format::kFile};
    case Kind::kTfJs:
      return {Format::kTfJsCompressed, Format::kTfJsFile, Format::kFile};
  }
  return {};
}

bool has_format(Kind kind, Format format) {
  const auto formats = formats_of(kind);
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

}  // namespace tfhub::protocol
