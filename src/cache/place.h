// Where the cache is, and whom it believes there. The directory that nobody names lies where any user of the
// machine may make one first, so in it only what nobody else could have put there counts. A directory that
// the user named is his decision: groups share theirs.
#pragma once

#include <sys/stat.h>

#include <string>

#include "tfhub/result.h"

namespace tfhub::cache {

// Whose entries count.
enum class Owners {
  kAnybody,
  kSelfOrRoot,  // this user's and root's, where nobody else may write
};

struct Place {
  std::string directory;  // or the URL of a place in a bucket
  Owners owners = Owners::kAnybody;
  bool hidden = false;  // when it is made, nobody else may look into it
};

// TFHUB_CACHE_DIR wins over `flag`. Neither: tfhub_modules in the temporary directory; where that is somebody
// else's, or others may write in it, tfhub_modules-<uid>, and a warning says so until that is there. Nothing
// is made yet. kNotAllowed: both are somebody else's.
Result<Place> place_from_settings(const std::string& flag = {});

// The mode, less the umask, of the directories that are made there; files have it without the execute bits.
// In the default place nobody else may ever write; in a named one the umask says who may.
mode_t mode_of(Owners owners);

// Makes it where it is not there. kNotAllowed: meanwhile somebody else did.
Result<void> make_place(const Place& place);

// Whether what `status` describes belongs to this user or to root, and nobody else may write there. A group
// of the user's own number is his own: in distributions that give everyone such a group (Debian, Fedora) it
// has no other members, and an umask of 002 makes everything writable for it.
bool is_ours(const struct ::stat& status);
// The same of the path itself, and of what it points to if it is a link. What is not there is nobody else's.
bool is_ours_at(const std::string& path);

}  // namespace tfhub::cache
