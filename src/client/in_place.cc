#include "client/in_place.h"

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "hubfs/file_system.h"
#include "protocol/handle.h"
#include "protocol/url.h"

namespace tfhub::client {

Result<std::string> in_place_path(const std::string& handle) {
  const auto url = protocol::Url::parse(handle);
  if (!url || protocol::classify(handle) != protocol::HandleKind::kHttp)
    return fail(Code::kUsage, "{} is no http:// or https:// handle, so no hub has it",
                printable(redacted(handle)));
  TFHUB_ASSIGN(const auto files, hubfs::FileSystem::from_settings());
  return files->version_path(
      fmt::format("{}{}://{}{}", hubfs::kSchemePrefix, url->scheme, url->authority, url->path));
}

}  // namespace tfhub::client
