#include "savedmodel/variables.h"

#include <charconv>
#include <map>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "os/file.h"
#include "savedmodel/variables_index.h"

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

Result<std::vector<uint64_t>> sizes_of_shards(const std::string& folder, uint32_t count) {
  std::vector<uint64_t> sizes;
  for (uint32_t i = 0; i < count; ++i) {
    const std::string path = os::join(folder, fmt::format("{}{:05}-of-{:05}", kShardPrefix, i, count));
    TFHUB_ASSIGN(const auto info, os::stat(path));
    if (!info) return fail(Code::kNotFound, "{} is gone", printable(path));
    sizes.push_back(info->size);
  }
  return sizes;
}

// A shard that was cut, or is another model's. An index that we cannot read is no reason to refuse:
// TensorFlow may be able to.
Result<void> check_extents(const std::string& folder, uint32_t count) {
  const auto index = os::read_file(os::join(folder, kIndexName));
  if (!index && index.error().code() != Code::kCorrupt) return fail(index.error());
  TFHUB_ASSIGN(const auto sizes, sizes_of_shards(folder, count));
  std::optional<Error> wrong;
  const auto shards =
      !index
          ? fail(index.error())
          : read_extents(as_bytes(*index), [&](std::string_view key, const Extent& extent) -> Result<void> {
              if (extent.shard < sizes.size() && extent.offset <= sizes[extent.shard] &&
                  extent.size <= sizes[extent.shard] - extent.offset)
                return {};
              wrong = Error(
                  Code::kCorrupt,
                  extent.shard < sizes.size()
                      ? fmt::format("{}{:05}-of-{:05} in {} has {} bytes, but by the index '{}' ends at byte "
                                    "{}; copy the "
                                    "whole model",
                                    kShardPrefix, extent.shard, count, printable(folder), sizes[extent.shard],
                                    printable(key), extent.offset + extent.size)
                      : fmt::format(
                            "{} has {} shards, but by the index '{}' lies in shard {}; copy the whole model",
                            printable(folder), count, printable(key), extent.shard));
              return fail(*wrong);
            });
  if (wrong) return fail(*wrong);
  if (!shards) {
    debug("{}: the index of the variables is not checked: {}", printable(folder), shards.error().message());
    return {};
  }
  if (*shards != count)
    return fail(Code::kCorrupt, "{} has {} shards, but its index speaks of {}; copy the whole model",
                printable(folder), count, *shards);
  return {};
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
  // With shards of several counts in it, one index is for one of them, and nobody can tell which.
  return shards.size() == 1 ? check_extents(folder, shards.begin()->first) : Result<void>();
}

}  // namespace tfhub::savedmodel
