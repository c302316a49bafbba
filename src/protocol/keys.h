// Where things lie in a store: the bucket layout of protocol.md section 4, and our own keys beside it, which
// begin with a dot because no segment of a name does. The only place that builds a store key.
#pragma once

#include <string>
#include <string_view>

#include "protocol/name.h"

namespace tfhub::protocol {

// "<publisher>/<model>/<version>.tar.gz", or ".tflite".
std::string archive_key(const VersionedName& version, Kind kind);
// "<publisher>/<model>/<version>/uncompressed/<file>"; without a file, the folder without a trailing slash.
std::string uncompressed_key(const VersionedName& version, std::string_view file = {});

// Whether it is one of the above: what lies there never changes.
bool is_version_key(std::string_view key);

// ".documents/<path of a URL>.md": what the page at that URL says, of a version, a collection or a publisher.
std::string document_key(std::string_view url_path);
// The path of the URL whose document lies at `key`; empty when none does.
std::string_view url_path_of_document(std::string_view key);
inline constexpr std::string_view kDocumentsPrefix = ".documents/";
// ".documents/.tags/<tag>.yaml": the vocabulary of a tag ("task").
std::string vocabulary_key(std::string_view tag);
inline constexpr std::string_view kVocabulariesPrefix = ".documents/.tags/";

// ".staging/<token>", ".staging/<token>/archive", ".staging/<token>/uncompressed/<file>",
// ".staging/<token>/owner.json".
std::string staging_prefix(std::string_view token);
std::string staging_archive_key(std::string_view token);
std::string staging_uncompressed_key(std::string_view token, std::string_view file = {});
std::string staging_owner_key(std::string_view token);
// ".staging/<token>/intent.json": the version that is about to be committed from there.
std::string staging_intent_key(std::string_view token);
inline constexpr std::string_view kStagingPrefix = ".staging/";

// ".catalog/<path of a URL>/.entry.json": says what the URL means: a version record, or "this is a model".
// Whoever puts it first decides, so a URL never means two things.
std::string entry_key(std::string_view url_path);
inline constexpr std::string_view kCatalogPrefix = ".catalog/";
inline constexpr std::string_view kEntryName = ".entry.json";
// Rewritten after every publish: servers watch it instead of listing.
inline constexpr std::string_view kGenerationKey = ".catalog/.generation";
// Which form of this layout the store has; without it, the first.
inline constexpr std::string_view kFormatKey = ".tfhub-store.json";

}  // namespace tfhub::protocol
