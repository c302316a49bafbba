#include "catalog/store_copy.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "catalog/document_copy.h"
#include "catalog/entry.h"
#include "catalog/inventory.h"
#include "catalog/publication.h"
#include "catalog/staging_area.h"
#include "catalog/version_objects.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

// Objects on their way at once, each with a buffer of a mebibyte and what a bucket's upload holds.
constexpr unsigned kThreads = 4;

// Why one version cannot be copied while others can; anything else is an error.
struct Refusal {
  bool conflict = false;
  std::string why;
};
using Refused = std::optional<Refusal>;

class Copy {
 public:
  Copy(store::ObjectStore& from, store::ObjectStore& to, const LongWork& work)
      : from_(from), to_(to), work_(work) {}
  Result<CopyReport> run();

 private:
  Result<void> copy_version(const std::string& url_path, Meter& meter);
  Result<Refused> publish_there(const VersionRecord& record, Meter& meter);
  Result<Refused> complete_there(const VersionRecord& record, const VersionRecord& standing, Meter& meter);
  // To `target` of each object, in the other store, what is not there with its size.
  Result<Refused> copy_objects(const std::vector<VersionObject>& objects,
                               const std::string VersionObject::*target, Meter& meter);
  Result<Refused> copy_object(const VersionObject& object, const std::string& key, Meter& meter);
  void note(const std::string& name, Refusal refusal);
  void count(size_t CopyReport::Count::*what) {
    const std::lock_guard guard(mutex_);
    ++(report_.versions.*what);
  }
  // What an error says of one version only becomes its refusal.
  Result<Refused> refusal(const Error& error) const;

  store::ObjectStore& from_;
  store::ObjectStore& to_;
  const LongWork& work_;
  unsigned threads_a_version_ = 1;
  std::mutex mutex_;  // for the report
  CopyReport report_;
};

Result<CopyReport> Copy::run() {
  TFHUB_ASSIGN(const Inventory inventory, read_inventory(from_, {}, work_));
  for (const UnreadableEntry& entry : inventory.unreadable)
    note(entry.url_path, {false, fmt::format("its entry in {} is damaged: {}", from_.url(), entry.why)});
  std::vector<std::string> urls;
  uint64_t total = 0;
  for (const StoredVersion& version : inventory.versions) {
    if (!version.counts) continue;
    urls.push_back(version.id.text());
    total += version.stored;
  }
  // One large model shall have several threads as well as many small ones.
  const auto at_once = static_cast<unsigned>(std::min<size_t>(kThreads, urls.size()));
  threads_a_version_ = at_once == 0 ? 1 : kThreads / at_once;
  Meter meter("copying", total, work_);
  TFHUB_TRY(in_parallel(urls.size(), kThreads, [&](size_t i) { return copy_version(urls[i], meter); }));

  TFHUB_ASSIGN(const DocumentsCopied documents, copy_documents(from_, to_, kThreads, work_));
  report_.documents = {documents.copied, documents.there};
  report_.bytes += documents.bytes;
  for (const auto& [key, why] : documents.conflicts) note(key, {true, why});
  for (const auto& [key, why] : documents.damaged) note(key, {false, why});
  if (documents.copied > 0) announce(to_);
  for (auto* list : {&report_.conflicts, &report_.damaged})
    std::sort(list->begin(), list->end(),
              [](const NotCopied& a, const NotCopied& b) { return a.name < b.name; });
  return std::move(report_);
}

void Copy::note(const std::string& name, Refusal refusal) {
  const std::lock_guard guard(mutex_);
  (refusal.conflict ? report_.conflicts : report_.damaged).push_back({name, std::move(refusal.why)});
}

Result<Refused> Copy::refusal(const Error& error) const {
  TFHUB_TRY(work_.check());
  if (error.code() == Code::kConflict) return Refusal{true, error.message()};
  if (error.code() == Code::kCorrupt) return Refusal{false, error.message()};
  return fail(error);
}

Result<void> Copy::copy_version(const std::string& url_path, Meter& meter) {
  TFHUB_ASSIGN(const auto entry, read_entry(from_, url_path));
  if (!entry || entry->is_model()) return {};  // taken back meanwhile
  const VersionRecord& record = *entry->version;
  const auto standing = read_entry(to_, url_path);
  Result<Refused> outcome = std::nullopt;
  if (!standing) {
    outcome = refusal(standing.error());
  } else if (!*standing) {
    outcome = publish_there(record, meter);
  } else if ((*standing)->is_model()) {
    outcome = Refusal{true, fmt::format("in {} it is a model with versions of its own", to_.url())};
  } else if (!(*standing)->version->same_content(record)) {
    outcome = Refusal{true, fmt::format("in {} it is published with other bytes", to_.url())};
  } else {
    outcome = complete_there(record, *(*standing)->version, meter);
  }
  if (!outcome) return fail(std::move(outcome).error());
  if (*outcome) note(url_path, **outcome);
  return {};
}

Result<Refused> Copy::publish_there(const VersionRecord& record, Meter& meter) {
  // Under the record's own token: so the record is the same in both stores, and what an earlier copy has
  // staged is found.
  TFHUB_ASSIGN(StagingArea staging, StagingArea::create(to_, record.staging));
  // Also after an error: the next copy goes on with it, or the next publisher removes it.
  staging.release();
  TFHUB_ASSIGN(auto refused, copy_objects(objects_of(record), &VersionObject::staged_key, meter));
  if (refused) return refused;
  auto committed = commit(to_, record);
  if (!committed) {
    // Another copy may have done the same, and cleared up, while we did.
    const auto now = read_entry(to_, record.id.text());
    if (now && *now && !(*now)->is_model() && (*now)->version->same_content(record))
      committed = catalog::Outcome::kAlreadyThere;
  }
  if (!committed) {
    TFHUB_ASSIGN(const auto told, refusal(committed.error()));
    TFHUB_TRY(remove_staging(to_, record.staging));
    return told;
  }
  if (*committed == catalog::Outcome::kAlreadyThere) {
    TFHUB_ASSIGN(const auto standing, read_entry(to_, record.id.text()));
    if (standing && !standing->is_model() && standing->version->staging != record.staging)
      TFHUB_TRY(remove_staging(to_, record.staging));
    count(&CopyReport::Count::there);
    return std::nullopt;
  }
  // Visible from here on; if this fails, whoever reads the record next does it.
  if (const auto promoted = promote(to_, record); !promoted) return refusal(promoted.error());
  count(&CopyReport::Count::copied);
  return std::nullopt;
}

Result<Refused> Copy::complete_there(const VersionRecord& record, const VersionRecord& standing,
                                     Meter& meter) {
  // Its publisher may have died before it gave the model its entry.
  TFHUB_ASSIGN(const bool counts, claim_model(to_, standing.id.name));
  if (!counts)
    return Refusal{true, fmt::format("in {} {} is a version, so it cannot be a model's name", to_.url(),
                                     record.id.name.text())};
  TFHUB_ASSIGN(const auto staged, to_.list(protocol::staging_prefix(standing.staging) + "/", false));
  if (!staged.objects.empty()) {
    if (const auto promoted = promote(to_, standing); !promoted) return refusal(promoted.error());
  }
  // Normally nothing is missing; what was lost there comes back.
  TFHUB_ASSIGN(auto refused, copy_objects(objects_of(record), &VersionObject::key, meter));
  if (refused) return refused;
  TFHUB_TRY(to_.sync());
  count(&CopyReport::Count::there);
  return std::nullopt;
}

Result<std::map<std::string, uint64_t>> sizes_of(store::ObjectStore& store,
                                                 const std::vector<std::string>& keys) {
  std::map<std::string, uint64_t> sizes;
  TFHUB_ASSIGN(const auto archive, store.head(keys.front()));
  if (archive) sizes.emplace(archive->key, archive->size);
  if (keys.size() == 1) return sizes;
  // One listing for all the files.
  constexpr std::string_view kFolder = "/uncompressed/";
  const std::string& file = keys.back();
  const std::string folder = file.substr(0, file.find(kFolder) + kFolder.size());
  TFHUB_ASSIGN(const auto listing, store.list(folder, true));
  for (const auto& object : listing.objects) sizes.emplace(object.key, object.size);
  return sizes;
}

Result<Refused> Copy::copy_objects(const std::vector<VersionObject>& objects,
                                   const std::string VersionObject::*target, Meter& meter) {
  std::vector<std::string> keys;
  keys.reserve(objects.size());
  for (const VersionObject& object : objects) keys.push_back(object.*target);
  TFHUB_ASSIGN(const auto sizes, sizes_of(to_, keys));
  const bool final = target == &VersionObject::key;
  std::vector<const VersionObject*> missing;
  for (const VersionObject& object : objects) {
    const auto there = sizes.find(object.*target);
    if (there == sizes.end() || (there->second != object.size && !final)) {
      missing.push_back(&object);
    } else if (there->second != object.size) {
      return Refusal{true, fmt::format("in {} {} has {} bytes instead of {}; move it away", to_.url(),
                                       there->first, there->second, object.size)};
    } else {
      TFHUB_TRY(meter.add(object.size));
    }
  }
  Refused refused;
  std::mutex mutex;
  TFHUB_TRY(in_parallel(missing.size(), threads_a_version_, [&](size_t i) -> Result<void> {
    TFHUB_ASSIGN(auto outcome, copy_object(*missing[i], missing[i]->*target, meter));
    const std::lock_guard guard(mutex);
    if (outcome) refused = std::move(outcome);
    return {};
  }));
  return refused;
}

Result<Refused> Copy::copy_object(const VersionObject& object, const std::string& key, Meter& meter) {
  const auto damaged = [&](const std::string& at, const std::string& what) {
    return Refusal{false, fmt::format("{} in {} {}", at, from_.url(), what)};
  };
  for (int attempt = 1;; ++attempt) {
    auto opened = open_object(from_, object);
    if (!opened) {
      if (opened.error().code() == Code::kNotFound) return damaged(object.key, "is missing");
      return fail(std::move(opened).error());
    }
    TFHUB_ASSIGN(const auto writer, to_.put(key));
    const auto wrong = read_through(*opened->source, object, writer.get(), meter);
    // A promotion may take the staged object away while it is read.
    if (!wrong && wrong.error().code() == Code::kNotFound && attempt == 1) continue;
    if (!wrong) return fail(wrong.error());
    if (*wrong) return damaged(opened->key, **wrong);
    TFHUB_TRY(writer->commit());
    const std::lock_guard guard(mutex_);
    report_.bytes += object.size;
    return std::nullopt;
  }
}

}  // namespace

Result<CopyReport> copy_store(store::ObjectStore& from, store::ObjectStore& to, const LongWork& work) {
  return Copy(from, to, work).run();
}

}  // namespace tfhub::catalog
