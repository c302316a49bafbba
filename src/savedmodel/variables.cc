#include "savedmodel/variables.h"

#include <charconv>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::savedmodel {
namespace {

constexpr std::string_view kShardPrefix = "variables.data-";
constexpr std::string_view kIndexName = "variables.index";

// TensorFlow writes both numbers with "%05d" (Filename in tensor_bundle), so more than five digits are
// possible.
std::optional<uint32_t> parse_number(std::string_view text) {
  uint32_t number = 0;
  if (text.size() < 5) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<ShardName> parse_shard_name(std::string_view name) {
  if (!name.starts_with(kShardPrefix)) return std::nullopt;
  name.remove_prefix(kShardPrefix.size());
  const size_t of = name.find("-of-");
  if (of == std::string_view::npos) return std::nullopt;
  const auto index = parse_number(name.substr(0, of));
  const auto count = parse_number(name.substr(of + 4));
  if (!index || !count) return std::nullopt;
  return ShardName{*index, *count};
}

Result<void> check_variables(const std::string& directory) {
  const std::string folder = os::join(directory, "variables");
  TFHUB_ASSIGN(const bool has_variables, os::exists(folder));
  if (!has_variables) return {};
  TFHUB_ASSIGN(const auto names, os::list_directory(folder));

  bool has_index = false;
  std::map<uint32_t, std::set<uint32_t>> shards;  // by count: a folder may hold only one count, whole
  for (const std::string& name : names) {
    if (name == kIndexName) has_index = true;
    if (const auto shard = parse_shard_name(name)) {
      if (shard->index >= shard->count)
        return fail(Code::kCorrupt, "{}/{}: there is no shard {} of {}; export the model again",
                    printable(folder), name, shard->index, shard->count);
      shards[shard->count].insert(shard->index);
    }
  }

  if (!shards.empty() && !has_index)
    return fail(Code::kCorrupt,
                "{} has variables but no {}, so no loader can find them; copy the whole model",
                printable(folder), kIndexName);
  if (has_index && shards.empty())
    return fail(Code::kCorrupt,
                "{} has {} but not one of the variables.data files it lists; copy the whole model",
                printable(folder), kIndexName);
  for (const auto& [count, present] : shards) {
    if (present.size() == count) continue;
    uint32_t missing = 0;
    while (present.contains(missing)) ++missing;
    return fail(Code::kCorrupt, "{} lacks {}{:05}-of-{:05} ({} of {} shards are there); copy the whole model",
                printable(folder), kShardPrefix, missing, count, present.size(), count);
  }
  return {};
}

}  // namespace tfhub::savedmodel
