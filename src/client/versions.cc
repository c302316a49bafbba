#include "client/versions.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/http.h"
#include "protocol/name.h"
#include "protocol/url.h"

namespace tfhub::client {
namespace {

std::string_view last_segment(std::string_view path) {
  path = without_trailing_slashes(path);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string path_of(std::string_view url) {
  const auto parsed = protocol::Url::parse(url);
  if (!parsed) return {};
  const std::string_view path = without_trailing_slashes(parsed->path);
  return protocol::percent_decode(path).value_or(std::string(path));
}

// The path that a canonical link or Content-Location names: of an absolute URL or of an absolute path.
std::string path_of_reference(std::string_view reference) {
  if (reference.starts_with("//")) return path_of("http:" + std::string(reference));
  if (!reference.starts_with('/')) return path_of(reference);
  return path_of("http://host" + std::string(reference));
}

}  // namespace

bool looks_unversioned(std::string_view handle) {
  const std::string path = path_of(handle);
  if (protocol::parse_version(last_segment(path))) return false;
  return !path.ends_with(".tar.gz") && !path.ends_with(".tgz") && !path.ends_with(".tar");
}

std::optional<std::string> named_version(std::string_view handle, std::string_view asked_url,
                                         const transfer::ResponseHead& head) {
  std::string reference = protocol::canonical_link(head.header("link")).value_or(std::string());
  if (reference.empty()) reference = head.header("content-location");
  const std::string canonical = path_of_reference(reference);
  const std::string_view version = last_segment(canonical);
  if (!protocol::parse_version(version)) return std::nullopt;

  const auto names = [&](const std::string& path) {
    return !path.empty() && canonical.ends_with(path + "/" + std::string(version));
  };
  if (!names(path_of(handle)) && !names(path_of(asked_url))) return std::nullopt;

  auto url = protocol::Url::parse(handle);
  if (!url) return std::nullopt;
  url->path = std::string(without_trailing_slashes(url->path)) + "/" + std::string(version);
  return url->text();
}

std::string tflite_file_name(std::string_view handle) {
  const std::string path = path_of(handle);
  std::string name(last_segment(path));
  if (protocol::parse_version(name)) {
    const std::string_view model = last_segment(std::string_view(path).substr(0, path.size() - name.size()));
    if (!model.empty()) name = std::string(model) + "_" + name;
  }
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-'; }, '_');
  while (name.starts_with('.')) name.erase(0, 1);
  if (name.empty()) name = "model";
  return name.ends_with(".tflite") ? name : name + ".tflite";
}

}  // namespace tfhub::client
