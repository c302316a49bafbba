// A hub over a directory store in a temporary directory, with models published through the catalogue's own
// functions.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/publication.h"
#include "protocol/keys.h"
#include "server/router.h"
#include "store/object_store.h"
#include "testing/temp_dir.h"

namespace tfhub::server {

using testing::TempDir;
using Files = std::vector<std::pair<std::string, std::string>>;

// The download of the archive that several tests publish.
inline const std::string kBig = "/acme/big/1?tf-hub-format=compressed";

inline std::string value_or_die(Result<std::string> result) {
  if (!result) ADD_FAILURE() << result.error().message();
  return result ? *result : std::string();
}

inline std::shared_ptr<store::ObjectStore> open_directory(const std::string& path) {
  auto store = store::open_store(path, true);
  if (!store) throw std::runtime_error(store.error().message());
  return *store;
}

// Publishes `archive` as the bytes of `name`; what an archive holds is not the server's business.
inline catalog::VersionRecord publish(store::ObjectStore& store, const std::string& name, protocol::Kind kind,
                                      const std::string& archive, const Files& files, bool promoted = true) {
  auto area = catalog::StagingArea::create(store);
  if (!area) throw std::runtime_error(area.error().message());
  catalog::VersionRecord record{*protocol::VersionedName::parse(name),
                                kind,
                                std::chrono::sys_seconds(std::chrono::seconds(1'790'000'000)),
                                archive.size(),
                                Sha256::of(as_bytes(archive)),
                                {},
                                area->token()};
  const auto put = [&](const std::string& key, const std::string& bytes) {
    const auto done = store::put_small(store, key, as_bytes(bytes));
    if (!done) throw std::runtime_error(done.error().message());
  };
  put(protocol::staging_archive_key(area->token()), archive);
  for (const auto& [path, bytes] : files) {
    record.files.push_back({path, bytes.size(), Sha256::of(as_bytes(bytes))});
    if (kind != protocol::Kind::kTfLite) put(protocol::staging_uncompressed_key(area->token(), path), bytes);
  }
  const auto outcome = catalog::commit(store, record);
  if (!outcome) throw std::runtime_error(outcome.error().message());
  area->release();
  if (promoted) {
    const auto done = catalog::promote(store, record);
    if (!done) throw std::runtime_error(done.error().message());
  }
  return record;
}

inline std::string many_bytes(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 12345;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

// An answer with its fields as a map, names in lower case.
struct Answer {
  unsigned status = 0;
  std::map<std::string, std::string> fields;
  std::string body;
  uint64_t length = 0;
  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
  bool has(const std::string& name) const { return fields.contains(name); }
};

inline std::map<std::string, std::string> parse_fields(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) break;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_FALSE(fields.contains(name)) << "twice: " << name;
    fields.emplace(name, line.substr(colon + 2));
    text.remove_prefix(end + 2);
  }
  return fields;
}

class HubTest : public ::testing::Test {
 protected:
  HubTest() : HubTest(ServerOptions{}) {}
  explicit HubTest(ServerOptions options)
      : store_(open_directory(directory_.path())), options_(std::move(options)) {
    options_.access_log = false;
  }

  // The hub is made at first use, after the models of the test.
  Hub& hub() {
    if (!hub_) {
      hub_ = std::make_unique<Hub>(store_, options_);
      const auto refreshed = hub_->catalog.refresh();
      EXPECT_TRUE(refreshed) << refreshed.error().message();
      EXPECT_TRUE(hub_->site.refresh());
      EXPECT_TRUE(hub_->site.index());
      hub_->refreshed(refreshed.has_value());
    }
    return *hub_;
  }

  Answer ask(Request request) {
    if (request.host.empty()) request.host = "hub.test";
    Reply reply;
    answer(hub(), request, reply);
    Answer result{reply.status, parse_fields(reply.fields), reply.body, reply.length};
    if (reply.file) {
      result.body.resize(reply.length);
      EXPECT_EQ(
          ::pread(reply.file->fd.get(), result.body.data(), reply.length, static_cast<off_t>(reply.offset)),
          static_cast<ssize_t>(reply.length));
    }
    if (reply.stream) {
      result.body.resize(reply.length);
      size_t filled = 0;
      while (filled < result.body.size()) {
        const auto got = reply.stream->read(std::as_writable_bytes(std::span(result.body)).subspan(filled));
        if (!got || *got == 0) {
          ADD_FAILURE() << "the stream ends early";
          break;
        }
        filled += *got;
      }
    }
    return result;
  }
  Answer get(std::string_view target) { return ask({.target = target}); }
  Answer browse(std::string_view target) {
    return ask(
        {.target = target, .accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"});
  }

  TempDir directory_;
  std::shared_ptr<store::ObjectStore> store_;
  ServerOptions options_;
  std::unique_ptr<Hub> hub_;
};

}  // namespace tfhub::server
