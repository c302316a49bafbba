#include "cache/survey.h"

#include "base/error.h"
#include "cache/tree.h"
#include "os/file.h"

namespace tfhub::cache {

Result<std::map<std::string, KeySurvey>> survey(const std::string& directory) {
  std::map<std::string, KeySurvey> keys;
  auto names = os::list_directory(directory);
  if (!names && names.error().code() == Code::kNotFound) return keys;
  if (!names) return fail(std::move(names).error());
  for (const std::string& name : *names) {
    auto parsed = parse_name(name);
    if (!parsed) continue;
    KeySurvey& key = keys[parsed->key];
    switch (parsed->role) {
      case ParsedName::Role::kModel:
        key.model = true;
        break;
      case ParsedName::Role::kDescriptor:
        key.descriptor = true;
        break;
      case ParsedName::Role::kLock:
        key.lock = true;
        break;
      case ParsedName::Role::kPrivate:
        key.private_names.push_back({os::join(directory, name), std::move(*parsed)});
    }
  }
  return keys;
}

Result<std::vector<EntryPaths>> aliases_of(const EntryPaths& target) {
  TFHUB_ASSIGN(const auto keys, survey(target.directory));
  std::vector<EntryPaths> aliases;
  for (const auto& [key, found] : keys) {
    if (!found.model) continue;
    const EntryPaths paths{target.directory, key, target.owners};
    TFHUB_ASSIGN(const ModelName name, look_at_model(paths.model()));
    if (name.kind == ModelName::Kind::kAlias && name.target == target.key) aliases.push_back(paths);
  }
  return aliases;
}

}  // namespace tfhub::cache
