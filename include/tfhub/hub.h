// The hub from a program: handles to paths, models into stores, the cache.
//
//   #include <tfhub/hub.h>
//   auto path = tfhub::resolve("https://hub.example.org/acme/mul/1");
//   if (!path) return fail(path.error().message());
//
// Every call is thread-safe and may be made from several processes at once on one cache. Settings come from
// the environment (docs/settings.md), read at each call; where an option has the name of a flag of
// tensorflow_hub, the environment wins over it, as it does there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tfhub/export.h"
#include "tfhub/result.h"

namespace tfhub {

// Called now and then during long work: what is being done, bytes done, bytes in all if known.
using ProgressFunction =
    std::function<void(std::string_view what, uint64_t done, std::optional<uint64_t> total)>;

struct ResolveOptions {
  std::string cache_dir;    // TFHUB_CACHE_DIR wins
  std::string load_format;  // TFHUB_MODEL_LOAD_FORMAT wins; empty: AUTO
  ProgressFunction progress;
};

// The path of the model's directory, or for load format UNCOMPRESSED what the host's 303 names (gs://…).
// Rules in docs/protocol.md ("The client"). kUsage, kNotFound, kNetwork, kCorrupt, kNotAllowed, kOffline.
TFHUB_API Result<std::string> resolve(const std::string& handle, const ResolveOptions& options = {});

struct PullOptions {
  std::string cache_dir;
  std::string output;  // empty: into the cache
  std::string format;  // tf, tflite, tfjs; empty: what the host has
  bool force = false;  // replace a non-empty output
  ProgressFunction progress;
};
// The path of what was fetched: a directory, or for tflite a file. The output appears whole or not at all.
TFHUB_API Result<std::string> pull(const std::string& handle, const PullOptions& options = {});

struct InspectOptions {
  std::string cache_dir;
  std::string format;  // of a handle, as in PullOptions
  ProgressFunction progress;
};
// What the model behind a handle (pulled into the cache), in a directory, an archive or a .tflite file says
// of itself: the JSON of docs/inspect.md. Reads the graph and the index of the weights, without TensorFlow.
// kCorrupt: it cannot be read; else as pull().
TFHUB_API Result<std::string> inspect(const std::string& handle, const InspectOptions& options = {});

struct PublishOptions {
  std::string store;     // empty: TFHUB_STORE, else $XDG_DATA_HOME/tfhub
  std::string document;  // a Markdown file to publish with it; empty: none
  unsigned threads = 0;  // 0: one a core
  ProgressFunction progress;
  bool dereference = false;  // links that leave the directory are followed to the files that they lead to
};
struct Published {
  std::string name;  // publisher/model/version
  std::string kind;  // saved_model_2, hub, tflite, tfjs
  std::string store;
  uint64_t archive_size = 0;
  std::string archive_sha256;  // hex
  uint64_t files = 0, size = 0;
  bool already_there = false;  // the same bytes were published before
};
// `path`: a SavedModel, TF1 Hub or TF.js directory, an archive of one, or a .tflite file. kConflict: the
// version exists with other bytes.
TFHUB_API Result<Published> publish(const std::string& path, const std::string& name,
                                    const PublishOptions& options = {});

struct CacheEntry {
  std::string handle, path, state, alias_of;
  uint64_t size = 0, files = 0;
  std::chrono::system_clock::time_point downloaded, used;
};
struct CacheDamage {
  std::string handle, path, what;
};
struct CachePruneOptions {
  std::optional<uint64_t> max_size;                // bytes
  std::optional<std::chrono::seconds> older_than;  // since last use
  bool dry_run = false;
};
struct CachePruned {
  std::vector<CacheDamage> removed;  // what: why it went
  uint64_t freed = 0;
};
// `cache_dir` as in ResolveOptions.
TFHUB_API std::string cache_directory(const std::string& cache_dir = {});
TFHUB_API Result<std::vector<CacheEntry>> cache_list(const std::string& cache_dir = {});
TFHUB_API Result<std::vector<CacheDamage>> cache_verify(const std::string& handle = {},
                                                        const std::string& cache_dir = {});
TFHUB_API Result<void> cache_remove(const std::string& handle, const std::string& cache_dir = {});
TFHUB_API Result<CachePruned> cache_prune(const CachePruneOptions& options = {},
                                          const std::string& cache_dir = {});

TFHUB_API std::string_view version();  // "0.1.0"

}  // namespace tfhub
