// What every thread of the server shares: the catalogue, its store, the settings that answers depend on, and
// the state of the background work. Everything here is thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/blocking_pool.h"
#include "catalog/catalog.h"
#include "server/inspection.h"
#include "server/metrics.h"
#include "server/open_files.h"
#include "server/rendered_documents.h"
#include "server/server.h"
#include "site/site.h"
#include "store/disk_cache.h"
#include "store/object_store.h"

namespace tfhub::server {

class Hub {
 public:
  Hub(std::shared_ptr<store::ObjectStore> object_store, ServerOptions server_options);

  const ServerOptions options;
  const std::shared_ptr<store::ObjectStore> store;
  // Not null: the store is a directory. Its calls take microseconds and run where they are needed; those of a
  // bucket are network requests and run in `questions` or `transfers`.
  store::LocalObjects* const local;
  // Not null: a disk cache stands before the bucket.
  store::CachedObjects* const disk_cache;
  const std::string uncompressed_base;  // without a trailing slash; empty: there is none
  catalog::Catalog catalog;
  site::Site site;
  OpenFiles open_files{512};
  Inspections inspections;
  RenderedDocuments rendered_documents;
  Metrics metrics;
  // What a store is asked for an answer takes seconds at most; bytes of bodies and promotions may dawdle for
  // minutes, and must not keep the questions waiting.
  BlockingPool questions{64}, transfers{128};
  // Searches have the index to themselves, one after the other: those of many hostile clients wait for each
  // other here, and where too many do, the next is refused (503). Nothing else waits for them.
  BlockingPool searches{2, 32};

  // Whether the folder that the 303 names is complete: true once is true for ever. Where the store is a
  // directory, a record not yet promoted is promoted on the spot; elsewhere in the background.
  Result<bool> uncompressed_ready(const catalog::RecordPointer& record);
  // Moves what `record` names to its final place, in the background; again only after a while if that fails.
  void promote_later(const catalog::RecordPointer& record);

  // The refresher's word on the store (refresher.h).
  void refreshed(bool well);
  // Whether the store's mark, once seen, is still there. Where it is not, this is no empty store but none:
  // its disk is not mounted, or somebody moved it. Nothing is answered from it until it is back.
  Result<void> look_for_mark();
  bool is_gone() const { return gone_; }
  // The same, looked at now: for who is about to say that something is not there. One system call.
  bool has_just_gone();
  // The lists are of what is there now.
  void is_back() { gone_ = false; }
  std::chrono::duration<double> catalogue_age() const;
  // Nothing, or why requests cannot be answered from the store now.
  Result<void> ready();

 private:
  std::mutex mutex_;
  // The records themselves are kept, so that an address stands for one record.
  std::unordered_map<const catalog::VersionRecord*, catalog::RecordPointer> ready_;
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> promotions_;
  std::atomic<std::chrono::steady_clock::time_point> last_refresh_{std::chrono::steady_clock::now()};
  enum class StoreState { kNotYetListed, kAnswers, kSilent };
  std::atomic<StoreState> store_state_{StoreState::kNotYetListed};
  std::atomic<bool> mark_seen_{false}, gone_{false};
};

}  // namespace tfhub::server
