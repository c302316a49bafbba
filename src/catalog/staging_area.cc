#include "catalog/staging_area.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "catalog/entry.h"
#include "catalog/publication.h"
#include "os/process.h"
#include "protocol/keys.h"
#include "store/process_mark.h"

namespace tfhub::catalog {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::system_clock;

// Whom we cannot judge, because it runs on another machine, counts as dead after a day without a write.
constexpr auto kSilence = std::chrono::hours(24);
// The owner object is the first thing in a staging place and goes last, so a place without one is what
// remains of a removal that was cut short, unless it is being made this very moment.
constexpr auto kOwnerless = std::chrono::minutes(10);

std::string owner_json() {
  const auto mark = store::ProcessMark::current();
  return Json{{"host", mark.host}, {"process", mark.text()}, {"since", iso8601(system_clock::now())}}.dump(
             1) +
         "\n";
}

std::optional<store::ProcessMark> parse_owner(const std::string& text) {
  const Json root = Json::parse(text, nullptr, false);
  if (!root.is_object() || !root.contains("process") || !root["process"].is_string()) return std::nullopt;
  return store::ProcessMark::parse(root["process"].get<std::string>());
}

// Whether the owner's kernel lock could be taken; nothing where the store has no locks.
std::optional<bool> owner_lock_free(store::ObjectStore& store, const std::string& token) {
  auto* local = dynamic_cast<store::LocalObjects*>(&store);
  if (local == nullptr) return std::nullopt;
  auto fd = local->open(protocol::staging_owner_key(token));
  if (!fd) return std::nullopt;
  const auto lock = os::FileLock::try_lock(std::move(*fd));
  if (!lock) return std::nullopt;
  return lock->has_value();
}

Result<bool> silent_for(store::ObjectStore& store, const std::string& token, std::chrono::seconds time) {
  TFHUB_ASSIGN(const auto listing, store.list(protocol::staging_prefix(token) + "/", true));
  system_clock::time_point last{};
  for (const auto& object : listing.objects) last = std::max(last, object.modified);
  return system_clock::now() - last > time;
}

Result<bool> is_dead(store::ObjectStore& store, const std::string& token) {
  TFHUB_ASSIGN(const auto owner, store::read_small(store, protocol::staging_owner_key(token)));
  if (!owner) return silent_for(store, token, kOwnerless);
  const auto mark = parse_owner(*owner);
  const auto lock_free = owner_lock_free(store, token);
  const store::Life life = mark                 ? store::life_of(*mark, lock_free)
                           : lock_free == false ? store::Life::kAlive
                                                : store::Life::kUnknown;
  if (life != store::Life::kUnknown) return life == store::Life::kDead;
  return silent_for(store, token, kSilence);
}

Result<uint64_t> bytes_of(store::ObjectStore& store, const std::string& token) {
  TFHUB_ASSIGN(const auto listing, store.list(protocol::staging_prefix(token) + "/", true));
  uint64_t bytes = 0;
  for (const auto& object : listing.objects) bytes += object.size;
  return bytes;
}

// After the publisher's end: its record is finished, or its bytes go.
Result<Collected> clear(store::ObjectStore& store, const std::string& token, bool dry_run) {
  TFHUB_ASSIGN(const auto record, committed_from(store, token));
  if (record) {
    // Without a claim, a look at what a claim would find.
    const std::string& model = record->id.name.text();
    bool counts = true;
    if (dry_run) {
      TFHUB_ASSIGN(const auto entry, read_entry(store, model));
      counts = !entry || entry->is_model();
    } else {
      TFHUB_ASSIGN(counts, claim_model(store, record->id.name));
    }
    if (counts) {
      if (!dry_run) TFHUB_TRY(promote(store, *record));
      return Collected{protocol::staging_prefix(token), 0, record->id.text()};
    }
  }
  TFHUB_ASSIGN(const uint64_t bytes, bytes_of(store, token));
  if (!dry_run) {
    // The publisher died before it could take its record back: the model's URL had become a version's.
    if (record) TFHUB_TRY(store.remove(protocol::entry_key(record->id.text())));
    TFHUB_TRY(remove_staging(store, token));
  }
  return Collected{protocol::staging_prefix(token), bytes, {}};
}

}  // namespace

Result<void> put_intent(store::ObjectStore& store, const VersionRecord& record) {
  const std::string text = Json{{"publishes", record.id.text()}}.dump(1) + "\n";
  return store::put_small(store, protocol::staging_intent_key(record.staging), as_bytes(text));
}

Result<std::optional<VersionRecord>> committed_from(store::ObjectStore& store, const std::string& token) {
  TFHUB_ASSIGN(const auto text, store::read_small(store, protocol::staging_intent_key(token)));
  if (!text) return std::nullopt;
  const Json root = Json::parse(*text, nullptr, false);
  if (!root.is_object() || !root.contains("publishes") || !root["publishes"].is_string()) return std::nullopt;
  TFHUB_ASSIGN(auto entry, read_entry(store, root["publishes"].get<std::string>()));
  if (!entry || entry->is_model() || entry->version->staging != token) return std::nullopt;
  return std::move(entry->version);
}

Result<void> remove_staging(store::ObjectStore& store, const std::string& token) {
  TFHUB_TRY(store::remove_prefix(store, protocol::staging_uncompressed_key(token)));
  TFHUB_TRY(store.remove(protocol::staging_archive_key(token)));
  TFHUB_TRY(store.remove(protocol::staging_intent_key(token)));
  return store::remove_prefix(store, protocol::staging_prefix(token));
}

Result<std::vector<Collected>> collect_dead_staging(store::ObjectStore& store, bool dry_run) {
  std::vector<Collected> all;
  TFHUB_ASSIGN(const auto listing, store.list(std::string(protocol::kStagingPrefix), false));
  for (const std::string& prefix : listing.prefixes) {
    const std::string token =
        prefix.substr(protocol::kStagingPrefix.size(), prefix.size() - protocol::kStagingPrefix.size() - 1);
    TFHUB_ASSIGN(const bool dead, is_dead(store, token));
    if (!dead) continue;
    // One place that cannot be cleared is no reason to leave the others, or to refuse a publish.
    if (auto cleared = clear(store, token, dry_run)) {
      all.push_back(std::move(*cleared));
    } else {
      warn("cannot clear up what a dead publisher left in {} of {}: {}", prefix, store.url(),
           cleared.error().message());
    }
  }
  return all;
}

struct StagingArea::State {
  store::ObjectStore& store;
  std::string token;
  std::optional<os::FileLock> lock;
  pid_t creator = os::process_id();
  bool released = false;
};

StagingArea::StagingArea(std::unique_ptr<State> state) : state_(std::move(state)) {}
StagingArea::StagingArea(StagingArea&&) noexcept = default;

Result<StagingArea> StagingArea::create(store::ObjectStore& store) {
  return create(store, random_token());
}

Result<StagingArea> StagingArea::create(store::ObjectStore& store, const std::string& token) {
  StagingArea area(std::make_unique<State>(State{store, token, std::nullopt}));
  const std::string owner = protocol::staging_owner_key(area.token());
  TFHUB_TRY(store::put_small(store, owner, as_bytes(owner_json())));
  if (auto* local = dynamic_cast<store::LocalObjects*>(&store)) {
    TFHUB_ASSIGN(auto fd, local->open(owner));
    // A file system without locks is no reason to fail: the owner object says who we are.
    if (auto lock = os::FileLock::try_lock(std::move(fd))) area.state_->lock = std::move(*lock);
  }
  return area;
}

StagingArea::~StagingArea() {
  // A forked child that ends must not take its parent's place away.
  if (!state_ || state_->released || state_->creator != os::process_id()) return;
  // A commit() whose answer was lost may have succeeded: then, or when we cannot know, the bytes stay, and a
  // later publisher's collect_dead_staging() decides.
  const auto record = committed_from(state_->store, state_->token);
  if (record && !*record) (void)remove_staging(state_->store, state_->token);
}

const std::string& StagingArea::token() const {
  return state_->token;
}
void StagingArea::release() {
  state_->released = true;
}

}  // namespace tfhub::catalog
