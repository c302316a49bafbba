#include "client/local_path.h"

#include "base/error.h"
#include "base/text.h"
#include "os/file.h"
#include "protocol/url.h"

namespace tfhub::client {

std::string plain_path(const std::string& handle) {
  constexpr std::string_view kFile = "file://";
  return handle.starts_with(kFile) ? handle.substr(kFile.size()) : handle;
}

Result<std::string> existing_path(const std::string& handle) {
  if (handle.empty()) return fail(Code::kUsage, "the handle is empty; give a URL or a path");
  if (protocol::is_bucket_url(handle)) return handle;
  TFHUB_ASSIGN(const auto info, os::stat(plain_path(handle)));
  if (info) return handle;
  return fail(Code::kNotFound,
              "{} does not exist; a handle is an http(s) URL, a gs:// archive or a path on this machine",
              printable(handle));
}

}  // namespace tfhub::client
