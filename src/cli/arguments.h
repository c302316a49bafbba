// The command line as plain values. What each word means is decided here; what is done about it, elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tfhub/hub.h"
#include "tfhub/saved_model.h"

namespace tfhub::cli {

struct ServeArguments {
  std::string store, listen, uncompressed_base, public_url, tls_certificate, tls_key;
  bool create = false;          // an empty store, where there is none
  double drain_timeout = 10;    // seconds
  double refresh_interval = 0;  // seconds; 0: what fits the store
  bool redirect_downloads = false;
  std::string disk_cache;  // a directory; empty: none
  uint64_t disk_cache_size = uint64_t{10} << 30;
  unsigned threads = 0;
};
struct PublishArguments {
  std::string path, name;
  PublishOptions options;
};
struct ResolveArguments {
  std::string handle;
  ResolveOptions options;
};
struct PullArguments {
  std::string handle;
  PullOptions options;
};
struct InspectArguments {
  std::string handle;  // or a path
  InspectOptions options;
};
struct RunArguments {
  std::string handle;  // or a path
  LoadOptions options;
  std::string signature;            // empty: the default
  std::vector<std::string> inputs;  // name=file.npy, name=JSON
  std::string output_dir;           // empty: none
  unsigned benchmark = 0;           // more runs to measure
};
struct CacheArguments {
  enum class Action { kDir, kList, kVerify, kRemove, kPrune } action = Action::kDir;
  std::string handle;
  std::string cache_dir;
  CachePruneOptions prune;
};
struct DocsArguments {
  enum class Action { kCheck, kImport } action = Action::kCheck;
  std::string tree;
  std::string store;  // import's
};
struct StoreArguments {
  enum class Action { kList, kVerify, kGc, kCopy, kUpgrade } action = Action::kList;
  std::string store;
  std::string prefix;              // ls
  std::vector<std::string> names;  // verify
  bool dry_run = false;            // gc
  std::string from, to;            // cp
};
// Text that was asked for: help or the version.
struct PrintArguments {
  std::string text;
};
// Help that was not asked for, since no command was given: it goes to stderr, and the exit code is that of
// wrong usage.
struct IncompleteArguments {
  std::string help;
  std::string missing;  // "no command is given"
};
struct SettingsArguments {};  // tfhub help settings

struct Arguments {
  bool quiet = false, verbose = false, json = false;
  std::variant<PrintArguments, IncompleteArguments, SettingsArguments, ServeArguments, PublishArguments,
               ResolveArguments, PullArguments, InspectArguments, RunArguments, CacheArguments, DocsArguments,
               StoreArguments>
      command;
};

// kUsage: what is wrong with the command line, and where help is.
Result<Arguments> parse_arguments(int argc, const char* const* argv);

}  // namespace tfhub::cli
