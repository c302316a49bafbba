#include "archive/limits.h"

#include "base/error.h"
#include "base/settings.h"

namespace tfhub::archive {
namespace {

// A limit of nothing would refuse every model: surely a slip, and better said than met later.
Result<uint64_t> positive(const Setting& setting) {
  TFHUB_ASSIGN(const uint64_t value, get_size(setting));
  if (value == 0)
    return fail(Code::kUsage, "{} is 0, which would refuse every model; set at least 1", setting.environment);
  return value;
}

}  // namespace

Result<Limits> Limits::from_settings() {
  Limits limits;
  TFHUB_ASSIGN(limits.total_bytes, positive(settings::kMaxModelSize));
  TFHUB_ASSIGN(limits.entries, positive(settings::kMaxModelFiles));
  TFHUB_ASSIGN(limits.expansion, positive(settings::kMaxExpansion));
  return limits;
}

}  // namespace tfhub::archive
