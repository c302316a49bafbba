// cache dir, ls, verify, rm, prune.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace tfhub::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::system_clock;

// "3h": how long ago; nothing for a time that nobody recorded.
std::string ago(Clock::time_point time, Clock::time_point now) {
  if (time == Clock::time_point()) return "-";
  return human_duration(
      std::chrono::duration_cast<std::chrono::seconds>(std::max(now - time, Clock::duration(0))));
}

Json time_json(Clock::time_point time) {
  return time == Clock::time_point() ? Json(nullptr) : Json(iso8601(time));
}

Result<int> list(const CacheArguments& arguments, bool json) {
  TFHUB_ASSIGN(const auto entries, cache_list(arguments.cache_dir));
  if (json) {
    Json all = Json::array();
    for (const CacheEntry& entry : entries)
      all.push_back({{"handle", entry.handle},
                     {"path", entry.path},
                     {"state", entry.state},
                     {"alias_of", entry.alias_of.empty() ? Json(nullptr) : Json(entry.alias_of)},
                     {"size", entry.size},
                     {"files", entry.files},
                     {"downloaded", time_json(entry.downloaded)},
                     {"used", time_json(entry.used)}});
    print_json(all);
    return 0;
  }
  const auto now = Clock::now();
  std::vector<std::vector<std::string>> rows;
  for (const CacheEntry& entry : entries) {
    const bool alias = !entry.alias_of.empty();
    rows.push_back(
        {printable(entry.handle.empty() ? entry.path : entry.handle, 400),
         alias ? std::string("-") : human_size(entry.size), ago(entry.downloaded, now), ago(entry.used, now),
         alias ? fmt::format("{}, is {}", entry.state, printable(entry.alias_of, 400)) : entry.state});
  }
  print(table({{"HANDLE"}, {"SIZE", true}, {"AGE", true}, {"LAST USE", true}, {"STATE"}}, rows));
  return 0;
}

Result<int> verify(const CacheArguments& arguments, bool quiet, bool json) {
  TFHUB_ASSIGN(const auto damage, cache_verify(arguments.handle, arguments.cache_dir));
  if (json) {
    Json all = Json::array();
    for (const CacheDamage& finding : damage)
      all.push_back({{"handle", finding.handle}, {"path", finding.path}, {"what", finding.what}});
    print_json(all);
  } else {
    for (const CacheDamage& finding : damage)
      print(fmt::format("{}: {} ({})\n",
                        printable(finding.handle.empty() ? "unknown model" : finding.handle, 400),
                        finding.what, finding.path));
  }
  if (!damage.empty())
    return fail(Code::kCorrupt, "{} damaged {} found in {}; resolving the model again fetches it anew",
                damage.size(), damage.size() == 1 ? "file was" : "files were",
                cache_directory(arguments.cache_dir));
  if (!quiet && !json) print("everything is as it was downloaded\n");
  return 0;
}

Result<int> prune(const CacheArguments& arguments, bool json) {
  TFHUB_ASSIGN(const CachePruned pruned, cache_prune(arguments.prune, arguments.cache_dir));
  if (json) {
    Json removed = Json::array();
    for (const CacheDamage& item : pruned.removed)
      removed.push_back({{"handle", item.handle}, {"path", item.path}, {"why", item.what}});
    print_json(Json{{"removed", removed}, {"freed", pruned.freed}, {"dry_run", arguments.prune.dry_run}});
    return 0;
  }
  const std::string_view verb = arguments.prune.dry_run ? "would remove" : "removed";
  for (const CacheDamage& item : pruned.removed)
    print(fmt::format("{} {} ({})\n", verb, printable(item.handle.empty() ? item.path : item.handle, 400),
                      item.what));
  print(fmt::format("{} {}\n", arguments.prune.dry_run ? "would free" : "freed", human_size(pruned.freed)));
  return 0;
}

}  // namespace

Result<int> run_cache(const CacheArguments& arguments, bool quiet, bool json) {
  switch (arguments.action) {
    case CacheArguments::Action::kDir: {
      const std::string directory = cache_directory(arguments.cache_dir);
      if (json) {
        print_json(Json{{"path", directory}});
      } else {
        print(directory + "\n");
      }
      return 0;
    }
    case CacheArguments::Action::kList:
      return list(arguments, json);
    case CacheArguments::Action::kVerify:
      return verify(arguments, quiet, json);
    case CacheArguments::Action::kRemove:
      TFHUB_TRY(cache_remove(arguments.handle, arguments.cache_dir));
      if (json) {
        print_json(Json{{"removed", redacted(arguments.handle)}});
      } else if (!quiet) {
        print(fmt::format("removed {}\n", printable(arguments.handle, 400)));
      }
      return 0;
    case CacheArguments::Action::kPrune:
      return prune(arguments, json);
  }
  return fail(Code::kUnexpected, "there is no such cache command");
}

}  // namespace tfhub::cli
