#include "catalog/publication.h"

#include <algorithm>
#include <map>

#include "base/difference.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "catalog/entry.h"
#include "catalog/staging_area.h"
#include "protocol/keys.h"

namespace tfhub::catalog {
namespace {

using protocol::VersionedName;

// A record never names bytes that are not all there: one listing of the staging place shows it.
Result<void> check_staged(store::ObjectStore& store, const VersionRecord& record) {
  TFHUB_ASSIGN(const auto listing, store.list(protocol::staging_prefix(record.staging) + "/", true));
  std::map<std::string, uint64_t> sizes;
  for (const auto& object : listing.objects) sizes.emplace(object.key, object.size);
  const auto check = [&](const std::string& key, uint64_t size) -> Result<void> {
    const auto found = sizes.find(key);
    if (found != sizes.end() && found->second == size) return {};
    return fail(Code::kUnexpected,
                "{} cannot be published: {} is not whole in the store {}; somebody removed it meanwhile, "
                "publish again",
                record.id.text(), key, store.url());
  };
  TFHUB_TRY(check(protocol::staging_archive_key(record.staging), record.archive_size));
  if (!record.has_uncompressed()) return {};
  for (const FileEntry& file : record.files) {
    TFHUB_TRY(check(protocol::staging_uncompressed_key(record.staging, file.path), file.size));
  }
  return {};
}

Result<void> check_record(const VersionRecord& record) {
  // What we write must be what everybody can read.
  const auto parsed = VersionRecord::from_json(record.to_json());
  if (!parsed) {
    return fail(Error(parsed.error())
                    .in(fmt::format("{} cannot be published: its record is not sound", record.id.text())));
  }
  if (!parsed->same_content(record)) {
    return fail(Code::kUnexpected, "{} cannot be published: a file name in it cannot be written down",
                record.id.text());
  }
  return {};
}

tl::unexpected<Error> model_is_version(const VersionedName& id) {
  return fail(
      Code::kConflict,
      "{} cannot be published: {} is a published version already, so it cannot be a model's name; choose "
      "another name",
      id.text(), id.name.text());
}

tl::unexpected<Error> version_is_model(const VersionedName& id) {
  return fail(Code::kConflict,
              "{} cannot be published: {} is the name of a model that has versions of its own; choose "
              "another version "
              "number",
              id.text(), id.text());
}

// What follows from what already stands at the version's URL; nothing when nothing does.
Result<std::optional<Outcome>> settle(store::ObjectStore& store, const VersionRecord& record) {
  TFHUB_ASSIGN(const auto entry, read_entry(store, record.id.text()));
  if (!entry) return std::nullopt;
  if (entry->is_model()) return version_is_model(record.id);
  const VersionRecord& standing = *entry->version;
  // Its publisher may have died before it gave the model its entry.
  TFHUB_ASSIGN(const bool counts, claim_model(store, standing.id.name));
  if (!counts) return model_is_version(record.id);
  announce(store);
  if (!standing.same_content(record)) {
    const std::string how = standing.kind == record.kind ? difference(standing.files, record.files)
                                                         : std::string("it is a model of another kind");
    return fail(
        Code::kConflict,
        "{} is published already with other bytes ({}), and a version never changes; publish under the "
        "next number",
        record.id.text(), how);
  }
  if (const auto promoted = promote(store, standing); !promoted) warn("{}", promoted.error().message());
  return Outcome::kAlreadyThere;
}

tl::unexpected<Error> file_is_name(const VersionedName& id, const std::string& version,
                                   const std::string& file, const std::string& name) {
  return fail(Code::kConflict,
              "{} cannot be published: the URL /{} would mean both that name and the file {} of {}; choose "
              "another name",
              id.text(), name, file, version);
}

bool has_file(const VersionRecord& record, const std::string& path) {
  return std::any_of(record.files.begin(), record.files.end(),
                     [&](const FileEntry& file) { return file.path == path; });
}

// A file of a version has a URL too (<handle>/<file>), which must not be another model's or version's. This
// is a look, not a claim: of two publishers in the same moment both may pass, and then the longer name wins
// at lookups.
Result<void> check_file_urls(store::ObjectStore& store, const VersionRecord& record) {
  const std::string url = record.id.text();
  for (size_t end = record.id.name.text().rfind('/'); end != std::string::npos && end > 0;
       end = url.rfind('/', end - 1)) {
    const std::string above = url.substr(0, end);
    if (!VersionedName::parse(above)) continue;
    TFHUB_ASSIGN(const auto entry, read_entry(store, above));
    if (!entry || entry->is_model()) continue;
    for (const std::string& name : {record.id.name.text(), url}) {
      const std::string file = name.substr(end + 1);
      if (has_file(*entry->version, file)) return file_is_name(record.id, above, file, name);
    }
  }
  TFHUB_ASSIGN(const auto below, store.list(std::string(protocol::kCatalogPrefix) + url + "/", true));
  for (const auto& object : below.objects) {
    const size_t begin = protocol::kCatalogPrefix.size() + url.size() + 1;
    const size_t length = object.key.size() - begin;
    if (length <= protocol::kEntryName.size() + 1) continue;
    const std::string file = object.key.substr(begin, length - protocol::kEntryName.size() - 1);
    if (has_file(record, file)) return file_is_name(record.id, url, file, fmt::format("{}/{}", url, file));
  }
  return {};
}

// Promotion must not meet what somebody copied there by hand.
Result<void> check_final_keys(store::ObjectStore& store, const VersionRecord& record) {
  const std::string archive = protocol::archive_key(record.id, record.kind);
  const std::string folder = protocol::uncompressed_key(record.id) + "/";
  TFHUB_ASSIGN(const auto info, store.head(archive));
  TFHUB_ASSIGN(const auto listing, store.list(folder, false));
  if (!info && listing.objects.empty() && listing.prefixes.empty()) return {};
  // Of a publisher that was faster than we, in the meantime? Then its record says what follows.
  TFHUB_ASSIGN(const auto entry, read_entry(store, record.id.text()));
  if (entry) return {};
  return fail(Code::kConflict,
              "{} cannot be published: {} lies in the store {} without a record; move it away",
              record.id.text(), info ? archive : folder, store.url());
}

Result<void> put_record(store::ObjectStore& store, const VersionRecord& record, bool& taken) {
  const std::string key = protocol::entry_key(record.id.text());
  const auto put = store.put_if_absent(key, as_bytes(record.to_json()));
  taken = put && !*put;
  if (put) return {};
  // The answer was lost; was the deed done?
  const auto entry = read_entry(store, record.id.text());
  const bool ours = entry && *entry && !(*entry)->is_model() && (*entry)->version->staging == record.staging;
  return ours ? Result<void>() : fail(put.error());
}

}  // namespace

void announce(store::ObjectStore& store) {
  const auto put = store::put_small(store, std::string(protocol::kGenerationKey), as_bytes(random_token()));
  // Servers look through the whole catalogue now and then anyway.
  if (!put) warn("servers may see the new version a little later: {}", put.error().message());
}

Result<Outcome> commit(store::ObjectStore& store, const VersionRecord& record) {
  TFHUB_TRY(check_record(record));
  TFHUB_ASSIGN(const auto before, settle(store, record));
  if (before) return *before;
  TFHUB_ASSIGN(const auto model, read_entry(store, record.id.name.text()));
  if (model && !model->is_model()) return model_is_version(record.id);
  TFHUB_TRY(check_file_urls(store, record));
  TFHUB_TRY(check_final_keys(store, record));

  TFHUB_TRY(put_intent(store, record));
  TFHUB_TRY(store.sync());
  TFHUB_TRY(check_staged(store, record));
  bool taken = false;
  TFHUB_TRY(put_record(store, record, taken));
  if (taken) {
    TFHUB_ASSIGN(const auto after, settle(store, record));
    if (after) return *after;
    return fail(Code::kConflict, "{} was being published by another process, which gave up; publish again",
                record.id.text());
  }
  TFHUB_ASSIGN(const bool counts, claim_model(store, record.id.name));
  if (!counts) {
    // Somebody made the model's name a version's between our look and our record: it never counted, so it
    // goes.
    TFHUB_TRY(store.remove(protocol::entry_key(record.id.text())));
    return model_is_version(record.id);
  }
  announce(store);
  return Outcome::kPublished;
}

}  // namespace tfhub::catalog
