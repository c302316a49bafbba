#include "catalog/catalog.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "catalog/entry.h"
#include "catalog/entry_cache.h"
#include "catalog/url_set.h"
#include "protocol/keys.h"
#include "store/side_by_side.h"

namespace tfhub::catalog {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Versions = std::vector<protocol::Version>;

// A name has at most 24 segments, its version among them; deeper in a URL only files lie.
constexpr size_t kMaxHandleSegments = 24;
constexpr auto kVersionsFor = milliseconds(500);
constexpr size_t kMaxModels = 10'000;
// The whole catalogue is read again after this long even if no publisher announced anything (one that was
// killed after its commit cannot), and never so often that it takes more than a twentieth of the time.
constexpr auto kLeastRescan = milliseconds(500);
constexpr int kRescanShare = 20;

// The versions of models that were asked for, for half a second.
class VersionsCache {
 public:
  explicit VersionsCache(Now now) : now_(std::move(now)) {}

  std::optional<Versions> find(const std::string& name) {
    const std::lock_guard guard(mutex_);
    const auto found = items_.find(name);
    if (found == items_.end() || now_() - found->second.read > kVersionsFor) return std::nullopt;
    return found->second.versions;
  }
  // `read`: when the reading began, so that nothing is older than it seems.
  void add(const std::string& name, Clock::time_point read, const Versions& versions) {
    const std::lock_guard guard(mutex_);
    if (items_.size() >= kMaxModels) items_.clear();
    items_[name] = {read, versions};
  }

 private:
  struct Item {
    Clock::time_point read;
    Versions versions;
  };
  const Now now_;
  std::mutex mutex_;
  std::unordered_map<std::string, Item> items_;
};

// "a/b/c" -> the ends of "a/b" and "a/b/c", longest first: what may be a handle.
std::vector<size_t> handle_ends(const std::string& path) {
  std::vector<size_t> ends;
  size_t segments = 0;
  for (size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    ++segments;
    const bool last = slash == std::string::npos;
    if (segments >= 2) ends.push_back(last ? path.size() : slash);
    if (last || segments == kMaxHandleSegments) break;
  }
  std::reverse(ends.begin(), ends.end());
  return ends;
}

}  // namespace

struct Catalog::State {
  State(std::shared_ptr<store::ObjectStore> of, Now clock)
      : store(std::move(of)), now(clock), entries(clock), versions(std::move(clock)) {}

  const std::shared_ptr<store::ObjectStore> store;
  const Now now;
  EntryCache entries;
  VersionsCache versions;

  mutable std::mutex snapshot_mutex;  // for the pointer alone
  std::shared_ptr<const Snapshot> snapshot = std::make_shared<const Snapshot>();

  std::mutex refresh_mutex;  // the rest is refresh()'s
  std::optional<std::string> generation;
  bool scanned = false;
  Clock::time_point last_scan;
  Clock::duration rescan_after = kLeastRescan;

  // The entry of a URL: nothing when there is none, or a version whose model has no entry of its own (it does
  // not count, entry.h). A null pointer is a model's.
  Result<std::optional<CachedEntry>> entry(const std::string& url_path);
  Result<bool> is_model(const std::string& url_path);
  // The same of what stands above a version, for which there seldom is anything to read.
  Result<bool> is_model_above(const std::string& url_path);
  Result<Versions> read_versions(const protocol::ModelName& name);
  Result<void> scan();
};

Result<std::optional<CachedEntry>> Catalog::State::entry(const std::string& url_path) {
  if (auto cached = entries.find(url_path)) return cached;
  if (entries.known_missing(url_path)) return std::nullopt;
  if (!protocol::ModelName::parse(url_path)) return std::nullopt;  // cannot even be one
  const uint64_t epoch = entries.epoch();
  TFHUB_ASSIGN(auto found, read_entry(*store, url_path));
  if (found && !found->is_model()) {
    TFHUB_ASSIGN(const bool counts, is_model_above(found->version->id.name.text()));
    if (!counts) found.reset();
  }
  if (!found) {
    entries.add_missing(url_path, epoch);
    return std::nullopt;
  }
  CachedEntry pointer;
  if (!found->is_model()) pointer = std::make_shared<const VersionRecord>(std::move(*found->version));
  entries.add(url_path, pointer);
  return pointer;
}

Result<bool> Catalog::State::is_model_above(const std::string& url_path) {
  {
    const std::lock_guard guard(snapshot_mutex);
    if (snapshot->models.contains(url_path)) return true;
  }
  if (const auto known = entries.find(url_path)) return !*known;
  TFHUB_ASSIGN(const auto found, read_entry(*store, url_path));
  const bool model = found && found->is_model();
  if (model) entries.add(url_path, nullptr);
  return model;
}

Result<bool> Catalog::State::is_model(const std::string& url_path) {
  const auto found = entry(url_path);
  if (found) return *found && !**found;
  // One damaged entry must not take all the others off the list; whoever asks for that URL is told.
  if (found.error().code() == Code::kCorrupt) return false;
  return fail(found.error());
}

Result<Versions> Catalog::State::read_versions(const protocol::ModelName& name) {
  if (auto cached = versions.find(name.text())) return std::move(*cached);
  const auto begun = now();
  Versions result;
  TFHUB_ASSIGN(const auto own, entry(name.text()));
  if (own && !*own) {
    TFHUB_ASSIGN(UrlSet urls, list_urls(*store, name.text()));
    urls.insert(name.text());
    TFHUB_ASSIGN(const auto models, models_of(urls, [&](const std::string& url) { return is_model(url); }));
    if (const auto found = models.find(name.text()); found != models.end()) result = found->second.versions;
  }
  versions.add(name.text(), begun, result);
  return result;
}

Result<void> Catalog::State::scan() {
  const auto begun = now();
  TFHUB_ASSIGN(const UrlSet urls, list_urls(*store, ""));
  auto fresh = std::make_shared<Snapshot>();
  TFHUB_ASSIGN(fresh->models, models_of(urls, [&](const std::string& url) { return is_model(url); }));
  entries.forget_missing();  // before anybody sees what is new
  {
    const std::lock_guard guard(snapshot_mutex);
    if (fresh->models != snapshot->models) snapshot = std::move(fresh);
  }
  scanned = true;
  last_scan = now();
  rescan_after = std::max<Clock::duration>(kLeastRescan, kRescanShare * (last_scan - begun));
  return {};
}

Catalog::Catalog(std::shared_ptr<store::ObjectStore> store, Now now)
    : store_(store), state_(std::make_shared<State>(std::move(store), std::move(now))) {}

Result<std::optional<Found>> Catalog::find(const std::string& path) {
  for (const size_t end : handle_ends(path)) {
    const std::string url = path.substr(0, end);
    TFHUB_ASSIGN(const auto entry, state_->entry(url));
    if (!entry) continue;
    std::string rest = end < path.size() ? path.substr(end + 1) : std::string();
    if (*entry) return Found{*entry, true, std::move(rest)};

    TFHUB_ASSIGN(const auto name, protocol::ModelName::parse(url));
    // A number that is no version is no file either.
    if (protocol::parse_version(std::string_view(rest).substr(0, rest.find('/')))) continue;
    TFHUB_ASSIGN(const auto versions, state_->read_versions(name));
    for (auto latest = versions.rbegin(); latest != versions.rend(); ++latest) {
      TFHUB_ASSIGN(auto record, version({name, *latest}));
      if (record) return Found{std::move(record), false, std::move(rest)};
    }
  }
  return std::nullopt;
}

Result<RecordPointer> Catalog::version(const protocol::VersionedName& id) {
  TFHUB_ASSIGN(const auto entry, state_->entry(id.text()));
  return entry ? *entry : nullptr;
}

Result<std::vector<RecordPointer>> Catalog::records(const std::vector<protocol::VersionedName>& ids) {
  std::vector<RecordPointer> found(ids.size());
  TFHUB_TRY(store::side_by_side(*store_, ids.size(), [&](size_t i) -> Result<void> {
    auto record = version(ids[i]);
    if (!record && record.error().code() != Code::kCorrupt) return fail(std::move(record).error());
    if (record) found[i] = std::move(*record);
    return {};
  }));
  return found;
}

Result<std::vector<protocol::Version>> Catalog::versions(const protocol::ModelName& name) {
  return state_->read_versions(name);
}

std::shared_ptr<const Snapshot> Catalog::snapshot() const {
  const std::lock_guard guard(state_->snapshot_mutex);
  return state_->snapshot;
}

Result<bool> Catalog::refresh() {
  State& state = *state_;
  const std::lock_guard guard(state.refresh_mutex);
  // Read before the catalogue: what is announced later is seen at the next call.
  TFHUB_ASSIGN(auto generation, store::read_small(*state.store, std::string(protocol::kGenerationKey), 4096));
  const bool due = state.now() - state.last_scan >= state.rescan_after;
  if (state.scanned && !due && generation == state.generation) return false;
  TFHUB_TRY(state.scan());
  state.generation = std::move(generation);
  return true;
}

}  // namespace tfhub::catalog
