#include "cache/place.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/error.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "os/file.h"

namespace tfhub::cache {
namespace {

constexpr const char* kWayOut = "set TFHUB_CACHE_DIR to a directory of your own";

enum class Whose { kNobodys, kOurs, kForeign };

// A link counts as what it points to, if it is not somebody else's itself.
Result<Whose> owner_of(const std::string& directory) {
  for (const int follow : {AT_SYMLINK_NOFOLLOW, 0}) {
    struct ::stat status {};
    if (::fstatat(AT_FDCWD, directory.c_str(), &status, follow) != 0) {
      if (errno == ENOENT) return Whose::kNobodys;
      return fail_system(errno, "cannot look at " + directory);
    }
    if (!is_ours(status)) return Whose::kForeign;
  }
  return Whose::kOurs;
}

void say_once(const std::string& shared, const std::string& own) {
  static std::atomic_flag said;
  if (!said.test_and_set())
    warn("{} belongs to another user, or others may write in it; {} is used instead ({})", shared, own,
         kWayOut);
}

Result<Place> default_place() {
  std::string shared = os::join(os::temporary_directory(), "tfhub_modules");
  TFHUB_ASSIGN(const Whose owner, owner_of(shared));
  if (owner != Whose::kForeign) return Place{std::move(shared), Owners::kSelfOrRoot, false};
  std::string own = fmt::format("{}-{}", shared, ::geteuid());
  TFHUB_ASSIGN(const Whose own_owner, owner_of(own));
  if (own_owner == Whose::kForeign)
    return fail(Code::kNotAllowed,
                "{} and {} belong to another user, or others may write in them, so neither is taken for the "
                "cache; {}",
                shared, own, kWayOut);
  if (own_owner == Whose::kNobodys) say_once(shared, own);
  return Place{std::move(own), Owners::kSelfOrRoot, true};
}

}  // namespace

bool is_ours(const struct ::stat& status) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return false;
  if (S_ISLNK(status.st_mode)) return true;  // its mode means nothing
  const bool own_group = status.st_gid == status.st_uid;
  return (status.st_mode & (own_group ? S_IWOTH : S_IWGRP | S_IWOTH)) == 0;
}

bool is_ours_at(const std::string& path) {
  for (const int follow : {AT_SYMLINK_NOFOLLOW, 0}) {
    struct ::stat status {};
    if (::fstatat(AT_FDCWD, path.c_str(), &status, follow) == 0 && !is_ours(status)) return false;
  }
  return true;
}

Result<Place> place_from_settings(const std::string& flag) {
  std::string named = get(settings::kCacheDir);
  if (named.empty()) named = with_home(flag);
  if (!named.empty()) return Place{std::move(named), Owners::kAnybody, false};
  return default_place();
}

mode_t mode_of(Owners owners) {
  return owners == Owners::kSelfOrRoot ? 0755 : 0777;
}

Result<void> make_place(const Place& place) {
  if (place.owners == Owners::kAnybody) return os::make_directories(place.directory);
  TFHUB_TRY(os::make_directories(place.directory, place.hidden ? 0700 : mode_of(place.owners)));
  TFHUB_ASSIGN(const Whose owner, owner_of(place.directory));
  if (owner == Whose::kOurs) return {};
  return fail(Code::kNotAllowed, "{} was just made by another user; try again, or {}", place.directory,
              kWayOut);
}

}  // namespace tfhub::cache
