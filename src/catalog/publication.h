// Making a version visible, in the three steps of docs/store_format.md: staged objects, the record put if
// absent (the commit), promotion to the keys of the bucket layout. Promotion is idempotent and done by
// whoever reads a record whose bytes are still staged; a loser never writes to a final key.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

enum class Outcome {
  kPublished,    // this record is the commit
  kAlreadyThere  // the same bytes stood there already
};

// Everything is staged: the archive (or .tflite) at staging_archive_key(record.staging) and, for every kind
// but a .tflite, the files at staging_uncompressed_key(). Makes that durable, puts the record, then sees to
// it that the model's URL is a model's (entry.h); a first version is visible from then on. kConflict: the
// version exists with other bytes, or the name would make a URL mean two things (the error names the other).
// On kAlreadyThere what stood there has been promoted.
Result<Outcome> commit(store::ObjectStore& store, const VersionRecord& record);

// Tells the servers that the store has changed, so that they look at once. Best effort: they look now and
// then anyway.
void announce(store::ObjectStore& store);

// Moves (directory) or copies (bucket) the bytes of `record` from staging to their final keys, sizes and
// digests checked for what is copied. Done already is fine.
Result<void> promote(store::ObjectStore& store, const VersionRecord& record);

// Where the archive is now: its final key, or the staged one while promotion is not done.
Result<std::string> archive_location(store::ObjectStore& store, const VersionRecord& record);
// Where one file of the model is now; kNotFound when the model has no such file.
Result<std::string> file_location(store::ObjectStore& store, const VersionRecord& record,
                                  const std::string& path);
// Whether uncompressed/ is complete at its final key (the 303 waits for that).
Result<bool> uncompressed_ready(store::ObjectStore& store, const VersionRecord& record);

// What was cleared up after a dead publisher, or would be.
struct Collected {
  std::string key;        // ".staging/<token>"
  uint64_t bytes = 0;     // removed with it
  std::string published;  // the version that was promoted from there; empty: all of it went
};
// Removes staging that dead publishers left (owner process gone on this host, or nothing written for a day)
// and that no record still needs; what one needs is promoted. Never a live publisher's. dry_run: only looks.
Result<std::vector<Collected>> collect_dead_staging(store::ObjectStore& store, bool dry_run = false);

// A publisher's place in the store, owned by this process: a lock (where the store is a directory) and an
// owner object say that it lives. The destructor removes what was not promoted.
class StagingArea {
 public:
  static Result<StagingArea> create(store::ObjectStore& store);
  // With a token of the caller's, for a version that is copied from another store.
  static Result<StagingArea> create(store::ObjectStore& store, const std::string& token);
  ~StagingArea();
  StagingArea(StagingArea&&) noexcept;
  StagingArea& operator=(StagingArea&&) = delete;
  const std::string& token() const;
  // After a successful commit(): what is staged belongs to the record now.
  void release();

 private:
  struct State;
  explicit StagingArea(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tfhub::catalog
