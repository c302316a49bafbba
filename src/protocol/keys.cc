#include "protocol/keys.h"

namespace tfhub::protocol {
namespace {

std::string below(std::string folder, std::string_view file) {
  if (!file.empty()) folder.append("/").append(file);
  return folder;
}

}  // namespace

std::string archive_key(const VersionedName& version, Kind kind) {
  return version.text() + (kind == Kind::kTfLite ? ".tflite" : ".tar.gz");
}

std::string uncompressed_key(const VersionedName& version, std::string_view file) {
  return below(version.text() + "/uncompressed", file);
}

bool is_version_key(std::string_view key) {
  return !key.starts_with('.');
}

std::string document_key(std::string_view url_path) {
  return std::string(kDocumentsPrefix).append(url_path).append(".md");
}

std::string_view url_path_of_document(std::string_view key) {
  if (!key.starts_with(kDocumentsPrefix) || key.starts_with(kVocabulariesPrefix) || !key.ends_with(".md"))
    return {};
  key.remove_prefix(kDocumentsPrefix.size());
  key.remove_suffix(std::string_view(".md").size());
  return key;
}

std::string vocabulary_key(std::string_view tag) {
  return std::string(kVocabulariesPrefix).append(tag).append(".yaml");
}

std::string staging_prefix(std::string_view token) {
  return std::string(".staging/").append(token);
}
std::string staging_archive_key(std::string_view token) {
  return staging_prefix(token) + "/archive";
}
std::string staging_uncompressed_key(std::string_view token, std::string_view file) {
  return below(staging_prefix(token) + "/uncompressed", file);
}
std::string staging_owner_key(std::string_view token) {
  return staging_prefix(token) + "/owner.json";
}
std::string staging_intent_key(std::string_view token) {
  return staging_prefix(token) + "/intent.json";
}

std::string entry_key(std::string_view url_path) {
  return std::string(kCatalogPrefix).append(url_path).append("/").append(kEntryName);
}

}  // namespace tfhub::protocol
