#include "hubfs/remote_hub.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"
#include "protocol/format.h"
#include "protocol/url.h"

namespace tfhub::hubfs {
namespace {

constexpr size_t kLongestList = 64 << 20;  // 100,000 files of long names

std::optional<Manifest> parse_files(const nlohmann::json& list) {
  if (!list.is_array()) return std::nullopt;
  Manifest files;
  files.reserve(list.size());
  for (const auto& item : list) {
    if (!item.is_object()) return std::nullopt;
    const auto path = item.find("path"), size = item.find("size"), sha256 = item.find("sha256");
    if (path == item.end() || size == item.end() || sha256 == item.end() || !path->is_string() ||
        !size->is_number_unsigned() || !sha256->is_string())
      return std::nullopt;
    const auto digest = Sha256Digest::from_hex(sha256->get_ref<const std::string&>());
    if (!digest) return std::nullopt;
    files.push_back({path->get<std::string>(), size->get<uint64_t>(), *digest});
  }
  return files;
}

}  // namespace

struct RemoteHub::Answer {
  std::string version;  // "acme/mul/1"
  std::string rest;
  Manifest files;

  static std::optional<Answer> parse(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return std::nullopt;
    const auto name = json.find("name"), version = json.find("version"), path = json.find("path"),
               files = json.find("files");
    if (name == json.end() || version == json.end() || path == json.end() || files == json.end() ||
        !name->is_string() || !version->is_number_unsigned() || !path->is_string())
      return std::nullopt;
    auto manifest = parse_files(*files);
    if (!manifest) return std::nullopt;
    return Answer{fmt::format("{}/{}", name->get_ref<const std::string&>(), version->get<uint64_t>()),
                  path->get<std::string>(), std::move(*manifest)};
  }
};

Result<RemoteHub::Answer> RemoteHub::ask(const std::string& path) const {
  TFHUB_ASSIGN(const bool offline, get_bool(settings::kOffline));
  if (offline)
    return fail(Code::kOffline,
                "{}/{} cannot be read in place: TFHUB_OFFLINE forbids asking its host; unset it",
                redacted(origin_), printable(path));
  const std::string url = origin_ + "/api/v1/files/" + protocol::percent_encode_path(path);
  TFHUB_ASSIGN(const transfer::SmallResponse response,
               transfer::fetch("GET", url, http_, kLongestList, tuning_));
  if (response.head.status != 200) return fail(transfer::status_error(response, url));
  auto answer = Answer::parse(response.body);
  // The path ends in what the hub calls the rest of it.
  const bool fits = answer && (answer->rest.empty() || path.ends_with("/" + answer->rest));
  if (!fits)
    return fail(Code::kNetwork,
                "{} does not answer as a hub whose models can be read in place; is it the right address?",
                redacted(url));
  return std::move(*answer);
}

std::optional<Place> RemoteHub::known(const std::string& path) {
  const std::lock_guard lock(mutex_);
  for (size_t end = path.size(); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
    const auto found = handles_.find(path.substr(0, end));
    if (found == handles_.end()) continue;
    std::string rest = path.substr(std::min(end + 1, path.size()));
    // Below a name without a version there may be another model; below a version there are its files alone.
    if (found->first == found->second->name || found->second->files.has(rest))
      return Place{found->second, std::move(rest)};
  }
  return std::nullopt;
}

Result<Place> RemoteHub::find(const std::string& path) {
  if (path.find('/') == std::string::npos)
    return fail(Code::kNotFound, "{}/{} names no model; write {}/PUBLISHER/MODEL/VERSION", redacted(origin_),
                printable(path), redacted(origin_));
  if (auto place = known(path)) return std::move(*place);
  const std::lock_guard one_at_a_time(asking_);
  if (auto place = known(path)) return std::move(*place);
  TFHUB_ASSIGN(Answer answer, ask(path));
  const std::string handle =
      answer.rest.empty() ? path : path.substr(0, path.size() - answer.rest.size() - 1);
  const std::lock_guard lock(mutex_);
  auto& version = handles_[answer.version];
  if (!version)
    version = std::make_shared<const RemoteVersion>(
        RemoteVersion{answer.version, FileTree(std::move(answer.files))});
  return Place{handles_.try_emplace(handle, version).first->second, std::move(answer.rest)};
}

std::string RemoteHub::file_url(const RemoteVersion& version, const std::string& file) const {
  return fmt::format("{}/{}?{}", origin_, protocol::percent_encode_path(version.name + "/" + file),
                     protocol::query_of(protocol::Format::kFile));
}

}  // namespace tfhub::hubfs
