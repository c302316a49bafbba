#include "cache/bucket/entry.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "cache/tree.h"

namespace tfhub::cache {
namespace {

bool is_graph(std::string_view path) {
  return path == "saved_model.pb" || path == "saved_model.pbtxt" || path == "tfhub_module.pb";
}

bool objects_are_as_recorded(const Descriptor& descriptor, const std::vector<BucketObject>& files) {
  std::unordered_map<std::string_view, uint64_t> sizes;
  for (const BucketObject& file : files) sizes.emplace(file.name, file.size);
  return descriptor.every_file([&](const RecordedFile& file) {
    const auto found = sizes.find(file.path);
    return found != sizes.end() && found->second == file.size;
  });
}

bool looks_whole(const std::vector<BucketObject>& files) {
  constexpr std::string_view kVariablesPrefix = "variables/";
  std::vector<std::string> top, variables;
  bool any = false;
  for (const BucketObject& file : files) {
    if (file.name.empty() || file.name.ends_with('/')) continue;  // what stands for a directory
    any = true;
    if (file.name.find('/') == std::string::npos) top.push_back(file.name);
    if (file.name.starts_with(kVariablesPrefix))
      variables.push_back(file.name.substr(kVariablesPrefix.size()));
  }
  return any && names_look_whole(top, variables);
}

}  // namespace

State judge_bucket_tree(const Descriptor* descriptor, const std::vector<BucketObject>& files) {
  if (descriptor == nullptr || descriptor->record() == Descriptor::Record::kTorn) return State::kBroken;
  if (!descriptor->alias_of().empty()) return State::kBroken;
  if (!descriptor->has_files()) return looks_whole(files) ? State::kForeign : State::kBroken;
  return objects_are_as_recorded(*descriptor, files) ? State::kComplete : State::kBroken;
}

Result<BucketEntry> read_bucket_entry(BucketBackend& bucket, const EntryPaths& names) {
  BucketEntry entry{.names = names, .descriptor = {}, .files = {}};
  TFHUB_ASSIGN(auto text, bucket.read(names.descriptor()));
  if (!text) return entry;
  entry.descriptor = Descriptor::parse(std::move(*text));
  if (entry.is_alias()) return entry;
  const std::string prefix = names.model() + "/";
  TFHUB_ASSIGN(entry.files, bucket.list(prefix));
  for (BucketObject& file : entry.files) file.name.erase(0, prefix.size());
  entry.state = judge_bucket_tree(&*entry.descriptor, entry.files);
  return entry;
}

size_t sort_graph_last(std::vector<std::string>& paths) {
  const auto graph = std::stable_partition(paths.begin(), paths.end(),
                                           [](const std::string& path) { return !is_graph(path); });
  return static_cast<size_t>(graph - paths.begin());
}

Result<void> remove_bucket_entry(BucketBackend& bucket, const EntryPaths& names) {
  TFHUB_TRY(bucket.remove({names.descriptor()}));
  const std::string prefix = names.model() + "/";
  TFHUB_ASSIGN(const auto files, bucket.list(prefix));
  std::vector<std::string> graph, others;
  for (const BucketObject& file : files)
    (is_graph(std::string_view(file.name).substr(prefix.size())) ? graph : others).push_back(file.name);
  TFHUB_TRY(bucket.remove(graph));
  return bucket.remove(others);
}

}  // namespace tfhub::cache
