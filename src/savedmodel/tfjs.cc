#include "savedmodel/tfjs.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::savedmodel {
namespace {

using Json = nlohmann::json;

// A shard's path is appended to model.json's folder by every loader, so it must stay in there.
bool stays_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

Result<void> check_shard(const std::string& directory, const Json& path) {
  if (!path.is_string())
    return fail(Code::kCorrupt,
                "{}/model.json: a path in weightsManifest is not a string; convert the model again",
                printable(directory));
  const auto& name = path.get_ref<const std::string&>();
  if (!stays_inside(name))
    return fail(Code::kCorrupt,
                "{}/model.json names the weights '{}', which lie outside the model's directory",
                printable(directory), printable(name));
  TFHUB_ASSIGN(const auto info, os::stat(os::join(directory, name)));
  if (!info || info->type != os::FileInfo::Type::kFile)
    return fail(Code::kCorrupt,
                "{} lacks the weights file {} that its model.json names; copy the whole model",
                printable(directory), printable(name));
  return {};
}

}  // namespace

Result<void> check_tfjs(const std::string& directory) {
  TFHUB_ASSIGN(const std::string text, os::read_file(os::join(directory, "model.json"), 1 << 30));
  const Json model = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!model.is_object())
    return fail(Code::kCorrupt, "{}/model.json is not a JSON object, so this is no TF.js model",
                printable(directory));

  const auto manifest = model.find("weightsManifest");
  if (manifest == model.end() || manifest->is_null()) return {};  // TF.js loads a model without weights
  if (!manifest->is_array())
    return fail(Code::kCorrupt, "{}/model.json: weightsManifest is not a list; convert the model again",
                printable(directory));
  for (const Json& group : *manifest) {
    if (!group.is_object() || !group.contains("paths") || !group["paths"].is_array())
      return fail(Code::kCorrupt,
                  "{}/model.json: a group of weightsManifest has no list of paths; convert the model again",
                  printable(directory));
    for (const Json& path : group["paths"]) TFHUB_TRY(check_shard(directory, path));
  }
  return {};
}

}  // namespace tfhub::savedmodel
