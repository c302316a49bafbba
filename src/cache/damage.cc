#include "cache/damage.h"

#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/interruption.h"
#include "base/log.h"

namespace tfhub::cache {

std::string size_difference(uint64_t size, const RecordedFile& recorded) {
  if (size == recorded.size) return {};
  return fmt::format("has {} bytes instead of {}", size, recorded.size);
}

Result<std::string> content_difference(ByteSource& content, const RecordedFile& recorded) {
  std::vector<std::byte> buffer(1 << 20);
  Sha256 sha;
  while (true) {
    TFHUB_TRY(check_interrupted());
    TFHUB_ASSIGN(const size_t n, content.read(buffer));
    if (n == 0) break;
    sha.update(Bytes(buffer).first(n));
  }
  const std::string digest = sha.finish().hex();
  if (digest == recorded.sha256) return std::string();
  return fmt::format("has other content (SHA-256 {})", digest);
}

void warn_unrecorded(uint64_t models) {
  if (models == 0) return;
  warn("{} downloaded by tensorflow_hub, which records no digests: only the shape of the model was checked",
       models == 1 ? std::string("1 model was") : fmt::format("{} models were", models));
}

}  // namespace tfhub::cache
