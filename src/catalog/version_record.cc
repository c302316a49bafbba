#include "catalog/version_record.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::catalog {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::system_clock;

tl::unexpected<Error> bad(std::string_view what) {
  return fail(Code::kCorrupt,
              "a version record is damaged: {}; it was not written by tfhub, or changed since", what);
}

std::optional<system_clock::time_point> parse_time(const std::string& text) {
  std::tm tm{};
  int end = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                  &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) != 6 ||
      end != static_cast<int>(text.size())) {
    return std::nullopt;
  }
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  return system_clock::from_time_t(timegm(&tm));
}

// A file's path becomes part of a store key: nothing may lead out of uncompressed/.
bool is_safe_path(std::string_view path) {
  while (true) {
    const size_t end = path.find('/');
    const std::string_view segment = path.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

bool is_token(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> text_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<uint64_t> number_of(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number_unsigned()) return std::nullopt;
  return value->get<uint64_t>();
}

std::optional<Sha256Digest> digest_of(const Json& object) {
  const auto hex = text_of(object, "sha256");
  return hex ? Sha256Digest::from_hex(*hex) : std::nullopt;
}

Result<Manifest> files_of(const Json& root) {
  const Json* list = member(root, "files");
  if (list == nullptr || !list->is_array() || list->empty()) return bad("it lists no files");
  Manifest files;
  files.reserve(list->size());
  for (const Json& item : *list) {
    auto path = text_of(item, "path");
    const auto size = number_of(item, "size");
    const auto digest = digest_of(item);
    if (!path || !size || !digest || !is_safe_path(*path))
      return bad("a file in it has no proper path, size and sha256");
    if (!files.empty() && files.back().path >= *path) return bad("its files are not in order");
    files.push_back({std::move(*path), *size, *digest});
  }
  return files;
}

}  // namespace

std::string VersionRecord::to_json() const {
  // "type" first: whoever only wants to know what a URL means reads the first bytes.
  Json root = {{"type", "version"},
               {"name", id.name.text()},
               {"version", id.version},
               {"kind", protocol::to_string(kind)},
               {"published", iso8601(published)},
               {"archive", {{"size", archive_size}, {"sha256", archive_sha256.hex()}}},
               {"staging", staging}};
  Json& list = root["files"] = Json::array();
  for (const FileEntry& file : files) {
    list.push_back({{"path", file.path}, {"size", file.size}, {"sha256", file.sha256.hex()}});
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<VersionRecord> VersionRecord::from_json(std::string_view text) {
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) return bad("it is not JSON");
  if (text_of(root, "type") != "version") return bad("it is of another type");
  const auto name = text_of(root, "name"), kind_name = text_of(root, "kind"),
             when = text_of(root, "published"), staging = text_of(root, "staging");
  const auto version = number_of(root, "version");
  const Json* archive = member(root, "archive");
  if (!name || !kind_name || !when || !staging || !version || archive == nullptr)
    return bad("a member is missing");

  auto id = protocol::VersionedName::parse(*name + "/" + std::to_string(*version));
  if (!id) return bad("its name is none");
  const auto kind = protocol::parse_kind(*kind_name);
  const auto published = parse_time(*when);
  const auto archive_size = number_of(*archive, "size");
  const auto archive_sha256 = digest_of(*archive);
  if (!kind || !published || !archive_size || !archive_sha256 || !is_token(*staging))
    return bad("a value is wrong");
  TFHUB_ASSIGN(Manifest files, files_of(root));
  return VersionRecord{std::move(*id),   *kind,   *published, *archive_size, *archive_sha256,
                       std::move(files), *staging};
}

bool VersionRecord::same_content(const VersionRecord& other) const {
  return id == other.id && kind == other.kind && files == other.files;
}

}  // namespace tfhub::catalog
