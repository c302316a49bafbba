// Publishing in tests, step by step or at once, into any store.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/publication.h"
#include "protocol/keys.h"
#include "store/directory_store.h"
#include "store/memory_store.h"
#include "store/no_sync.h"
#include "testing/temp_dir.h"

namespace tfhub::catalog {

using protocol::Kind;

inline protocol::VersionedName id_of(const std::string& text) {
  auto id = protocol::VersionedName::parse(text);
  if (!id) throw std::runtime_error(id.error().message());
  return *id;
}

inline protocol::ModelName model_of(const std::string& text) {
  auto name = protocol::ModelName::parse(text);
  if (!name) throw std::runtime_error(name.error().message());
  return *name;
}

inline void put(store::ObjectStore& store, const std::string& key, const std::string& text) {
  ASSERT_TRUE(store::put_small(store, key, as_bytes(text)));
}

using Files = std::map<std::string, std::string>;

inline Files small_model(const std::string& content) {
  return {{"saved_model.pb", content}, {"variables/variables.index", content + " index"}};
}

inline VersionRecord record_of(const std::string& name, const Files& files, const std::string& token,
                               Kind kind = Kind::kSavedModel) {
  std::string archive = "archive of";
  Manifest manifest;
  for (const auto& [path, bytes] : files) {
    archive += " " + path + "=" + bytes;
    manifest.push_back({path, bytes.size(), Sha256::of(as_bytes(bytes))});
  }
  return VersionRecord{id_of(name),
                       kind,
                       std::chrono::system_clock::from_time_t(1'763'712'070),
                       archive.size(),
                       Sha256::of(as_bytes(archive)),
                       std::move(manifest),
                       token};
}

inline std::string archive_bytes(const Files& files) {
  std::string archive = "archive of";
  for (const auto& [path, bytes] : files) archive += " " + path + "=" + bytes;
  return archive;
}

// Everything a publisher writes before commit().
inline Result<VersionRecord> stage(store::ObjectStore& store, const StagingArea& area,
                                   const std::string& name, const Files& files,
                                   Kind kind = Kind::kSavedModel) {
  TFHUB_TRY(
      store::put_small(store, protocol::staging_archive_key(area.token()), as_bytes(archive_bytes(files))));
  if (kind != Kind::kTfLite) {
    for (const auto& [path, bytes] : files) {
      TFHUB_TRY(
          store::put_small(store, protocol::staging_uncompressed_key(area.token(), path), as_bytes(bytes)));
    }
  }
  return record_of(name, files, area.token(), kind);
}

inline Result<Outcome> publish(store::ObjectStore& store, const std::string& name, const Files& files,
                               Kind kind = Kind::kSavedModel) {
  TFHUB_TRY(collect_dead_staging(store));
  TFHUB_ASSIGN(auto area, StagingArea::create(store));
  TFHUB_ASSIGN(const auto record, stage(store, area, name, files, kind));
  TFHUB_ASSIGN(const auto outcome, commit(store, record));
  if (outcome == Outcome::kPublished) {
    area.release();
    TFHUB_TRY(promote(store, record));
  }
  return outcome;
}

inline std::vector<std::string> keys(store::ObjectStore& store, const std::string& prefix = "") {
  const auto listing = store.list(prefix, true);
  EXPECT_TRUE(listing);
  std::vector<std::string> result;
  if (listing) {
    for (const auto& object : listing->objects) result.push_back(object.key);
  }
  return result;
}

inline std::string read(store::ObjectStore& store, const std::string& key) {
  const auto bytes = store::read_small(store, key);
  EXPECT_TRUE(bytes);
  return bytes && *bytes ? **bytes : "(nothing)";
}

// Each test runs on a directory, on what behaves like a bucket, and on a store that can neither move nor
// copy.
struct StoreKind {
  std::string name;
  std::function<std::shared_ptr<store::ObjectStore>()> make;
};

// For the whole test program: nothing here is about power cuts (tests/unit/store is).
inline const testing::NoSync no_sync;

inline std::shared_ptr<store::ObjectStore> fresh_directory_store() {
  auto directory = std::make_shared<testing::TempDir>();
  auto store = store::open_directory_store(directory->path(), true);
  if (!store) throw std::runtime_error(store.error().message());
  return {store->get(), [directory, kept = *store](store::ObjectStore*) mutable { kept.reset(); }};
}

inline auto every_store() {
  return ::testing::Values(StoreKind{"Directory", fresh_directory_store},
                           StoreKind{"Bucket", [] { return std::make_shared<testing::MemoryBucket>(); }},
                           StoreKind{"Plain", [] { return std::make_shared<testing::MemoryStore>(); }});
}

inline std::string kind_name(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

class OnEveryStore : public ::testing::TestWithParam<StoreKind> {
 protected:
  std::shared_ptr<store::ObjectStore> store_ = GetParam().make();
};

#define EXPECT_OUTCOME(expression, outcome)            \
  do {                                                 \
    const auto result_ = (expression);                 \
    ASSERT_TRUE(result_) << result_.error().message(); \
    EXPECT_EQ(*result_, outcome);                      \
  } while (false)

#define EXPECT_FAILS(expression, expected_code, ...)                               \
  do {                                                                             \
    const auto result_ = (expression);                                             \
    ASSERT_FALSE(result_);                                                         \
    EXPECT_EQ(result_.error().code(), expected_code) << result_.error().message(); \
    EXPECT_THAT(result_.error().message(), ::testing::AllOf(__VA_ARGS__));         \
  } while (false)

}  // namespace tfhub::catalog
