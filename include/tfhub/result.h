// What every call of the library gives back: a value, or one Error with a closed set of codes.
//
//   tfhub::Result<std::string> path = tfhub::resolve(handle);
//   if (!path) std::cerr << path.error().message() << "\n";
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "tfhub/export.h"

namespace tfhub {

// Equal to the exit codes of the `tfhub` command and to the codes of the C API. Closed: none is ever added
// without a new major version.
enum class Code : int {
  kOk = 0,
  kUnexpected = 1,  // a failure we did not foresee
  kUsage = 2,       // the caller asked for something that makes no sense
  kNotFound = 3,    // no such model, version, format or path
  kNetwork = 4,     // the network or the server failed, after retries
  kCorrupt = 5,     // not an archive, corrupt, refused by the archive policy, over a limit
  kConflict = 6,    // the version exists with other bytes
  kNotAllowed = 7,  // credentials missing or refused, permission denied on disk
  kOffline = 8,     // not in the cache, and offline
};

// message() is one sentence for a person: the thing, the cause and the way out. chain() holds what lies
// beneath, outermost first, for --verbose; it may be empty.
class Error {
 public:
  // Passwords and keys that stand in the message, in a URL say, are replaced by "***".
  TFHUB_API Error(Code code, std::string message);

  Code code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::vector<std::string>& chain() const { return chain_; }

  // The same failure told from further out: `message` becomes the sentence, what was said before goes into
  // the chain. The code stays.
  TFHUB_API Error in(std::string message) &&;

 private:
  Code code_;
  std::string message_;
  std::vector<std::string> chain_;
};

template <typename T>
using Result = tl::expected<T, Error>;

}  // namespace tfhub
