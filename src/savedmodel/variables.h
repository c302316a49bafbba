// The variables/ folder of a SavedModel: an index and the shards variables.data-IIIII-of-NNNNN.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tfhub/result.h"

namespace tfhub::savedmodel {

struct ShardName {
  uint32_t index = 0, count = 0;
};
// "variables.data-00003-of-00010" -> 3 of 10; nothing for any other name.
std::optional<ShardName> parse_shard_name(std::string_view name);

// No folder is fine (a model without variables). kCorrupt, naming the file that is missing, or the shard that
// has not what the index says of it. An index that we cannot read is not held against the model.
Result<void> check_variables(const std::string& directory);

}  // namespace tfhub::savedmodel
