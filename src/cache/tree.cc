#include "cache/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <set>

#include "base/error.h"
#include "cache/layout.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::cache {
namespace {

constexpr std::string_view kVariables = "variables";

// The directories on the way to the files of a record, each looked at once: a record lists those of one
// directory one after the other.
class OwnersOfFolders {
 public:
  explicit OwnersOfFolders(int directory) : directory_(directory) {}
  bool are_ours(std::string_view file) {
    for (size_t end = file.rfind('/'); end != file.npos && end > 0; end = file.rfind('/', end - 1)) {
      const std::string_view folder = file.substr(0, end);
      if (last_ == folder || (last_.starts_with(folder) && last_[folder.size()] == '/')) break;
      struct ::stat status {};
      if (::fstatat(directory_, std::string(folder).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
          !is_ours(status))
        return false;
    }
    if (const size_t end = file.rfind('/'); end != file.npos) last_ = file.substr(0, end);
    return true;
  }

 private:
  int directory_;
  std::string last_;
};

// One stat a file, from the directory itself: the path to it is walked once, not 8,000 times.
// A file that is not there, or is another, is a no; that it cannot be looked at is an error: a model that a
// disk or a network does not show at the moment is not to be fetched anew and put in its own place.
Result<bool> files_are_as_recorded(const std::string& model, int directory, const Descriptor& descriptor,
                                   Owners owners) {
  OwnersOfFolders folders(directory);
  int error = 0;
  const bool all = descriptor.every_file([&](const RecordedFile& file) {
    struct ::stat status {};
    // In a directory that the user named, links to the same bytes elsewhere are his (Bazel, DVC, stow).
    const int follow = owners == Owners::kAnybody ? 0 : AT_SYMLINK_NOFOLLOW;
    if (os::syscalls().fstatat(directory, file.path.data(), &status, follow) != 0) {
      error = errno;
      return false;
    }
    return S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) == file.size &&
           (owners == Owners::kAnybody || (is_ours(status) && folders.are_ours(file.path)));
  });
  constexpr std::array kNotThere{0, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG};
  if (std::find(kNotThere.begin(), kNotThere.end(), error) == kNotThere.end())
    return fail_system(error, "cannot look at the files of " + model);
  return all;
}

// "variables.data-00001-of-00003" is shard 1 of 3 of "variables".
struct Shard {
  std::string prefix;
  unsigned number = 0, of = 0;
};
std::optional<Shard> parse_shard(std::string_view name) {
  constexpr std::string_view kData = ".data-", kOf = "-of-";
  const size_t data = name.find(kData);
  if (data == name.npos) return std::nullopt;
  Shard shard;
  shard.prefix = name.substr(0, data);
  const std::string_view numbers = name.substr(data + kData.size());
  const size_t of = numbers.find(kOf);
  if (of == numbers.npos) return std::nullopt;
  const char* const end = numbers.data() + numbers.size();
  if (std::from_chars(numbers.data(), numbers.data() + of, shard.number).ptr != numbers.data() + of ||
      std::from_chars(numbers.data() + of + kOf.size(), end, shard.of).ptr != end)
    return std::nullopt;
  return shard;
}

bool has_graph(const std::vector<std::string>& top) {
  return std::any_of(top.begin(), top.end(), [](const std::string& name) {
    return name == "saved_model.pb" || name == "saved_model.pbtxt";
  });
}

Result<State> judge_foreign(const std::string& model) {
  TFHUB_ASSIGN(auto names, os::list_directory(model));
  std::vector<std::string> variables;
  if (std::find(names.begin(), names.end(), kVariables) != names.end()) {
    // It may be a file of that name as well.
    TFHUB_ASSIGN(const auto info, os::stat(os::join(model, kVariables)));
    if (info && info->type == os::FileInfo::Type::kDirectory) {
      TFHUB_ASSIGN(variables, os::list_directory(os::join(model, kVariables)));
    }
  }
  if (!names_look_whole(names, variables)) return State::kBroken;
  if (has_graph(names)) return State::kForeign;
  TFHUB_ASSIGN(const auto entries, os::walk(model));
  for (const os::WalkEntry& entry : entries)
    if (entry.info.type != os::FileInfo::Type::kDirectory) return State::kForeign;
  return State::kBroken;
}

}  // namespace

// An index where there are shards, and every shard of those that say how many there are (the rule that
// publishing applies too: savedmodel/check.h).
bool names_look_whole(const std::vector<std::string>& top, const std::vector<std::string>& variables) {
  const std::set<std::string> all(variables.begin(), variables.end());
  std::map<std::pair<std::string, unsigned>, unsigned> present;
  for (const std::string& name : variables)
    if (const auto shard = parse_shard(name)) ++present[{shard->prefix, shard->of}];
  if (!present.empty() && !has_graph(top)) return false;
  for (const auto& [shards, count] : present)
    if (count != shards.second || !all.contains(shards.first + ".index")) return false;
  return !present.empty() || !all.contains("variables.index");
}

Result<std::optional<std::string>> find_foreign(const std::string& model, Owners owners) {
  if (owners == Owners::kAnybody) return std::nullopt;
  if (!is_ours_at(model)) return model;
  TFHUB_ASSIGN(const auto info, os::stat(model));
  if (!info || info->type != os::FileInfo::Type::kDirectory) return std::nullopt;
  TFHUB_ASSIGN(const auto entries, os::walk(model));
  for (const os::WalkEntry& entry : entries)
    if (std::string path = os::join(model, entry.path); !is_ours_at(path)) return path;
  return std::nullopt;
}

Result<State> judge_tree(const std::string& model, const Descriptor* descriptor, Owners owners) {
  const os::UniqueFd directory(::open(model.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return State::kBroken;
  if (!directory) return fail_system(errno, "cannot open " + model);
  if (descriptor != nullptr && descriptor->record() == Descriptor::Record::kTorn) return State::kBroken;
  // An alias's record has no files, and a cache copied with its links followed has a directory in the alias's
  // place.
  if (descriptor == nullptr || !descriptor->has_files()) {
    TFHUB_ASSIGN(const auto foreign, find_foreign(model, owners));
    return foreign ? State::kBroken : judge_foreign(model);
  }
  if (owners != Owners::kAnybody && !is_ours_at(model)) return State::kBroken;
  TFHUB_ASSIGN(const bool whole, files_are_as_recorded(model, directory.get(), *descriptor, owners));
  return whole ? State::kComplete : State::kBroken;
}

Result<ModelName> look_at_model(const std::string& model) {
  // readlink tells a symlink, nothing and anything else apart in one call.
  std::array<char, 4096> target;
  const ssize_t size = ::readlink(model.c_str(), target.data(), target.size());
  if (size < 0 && (errno == ENOENT || errno == ENOTDIR)) return ModelName{};
  if (size < 0 && errno != EINVAL) return fail_system(errno, "cannot look at " + model);
  const std::string_view text(target.data(), size < 0 ? 0 : static_cast<size_t>(size));
  if (is_key(text)) return ModelName{ModelName::Kind::kAlias, std::string(text)};
  return ModelName{ModelName::Kind::kTree, {}};
}

}  // namespace tfhub::cache
