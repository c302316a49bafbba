// store ls, verify, gc, cp, upgrade. What is data is flushed before what is said on stderr, so that they keep
// their order where both go to one place.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "client/interruption.h"
#include "client/store_functions.h"
#include "documents/vocabulary.h"

namespace tfhub::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShownDigits = 16;
constexpr size_t kLongest = 1200;  // of a key

Json version_json(const catalog::StoredVersion& version) {
  return {{"name", version.id.text()},
          {"kind", protocol::to_string(version.kind)},
          {"archive_size", version.archive_size},
          {"archive_sha256", version.archive_sha256.hex()},
          {"files", version.files},
          {"size", version.size},
          {"published", iso8601(version.published)},
          {"state", catalog::state_of(version)}};
}

Result<int> list_store(const StoreArguments& arguments, bool quiet, bool json) {
  TFHUB_ASSIGN(const auto inventory, client::store_list(arguments.store, arguments.prefix, {}));
  Json all = Json::array();
  std::vector<std::vector<std::string>> rows;
  uint64_t bytes = 0;
  for (const catalog::StoredVersion& version : inventory.versions) {
    bytes += version.stored;
    if (json) {
      all.push_back(version_json(version));
    } else {
      rows.push_back({version.id.text(), std::string(protocol::to_string(version.kind)),
                      human_size(version.archive_size), std::to_string(version.files),
                      iso8601(version.published), version.archive_sha256.hex().substr(0, kShownDigits),
                      std::string(catalog::state_of(version))});
    }
  }
  if (json) {
    print_json(all);
  } else {
    print(table({{"NAME"}, {"KIND"}, {"SIZE", true}, {"FILES", true}, {"PUBLISHED"}, {"SHA256"}, {"STATE"}},
                rows));
  }
  TFHUB_TRY(flush_stdout());
  for (const auto& entry : inventory.unreadable)
    fmt::print(stderr, "tfhub: the entry of {} is damaged: {}; `tfhub store verify` tells more\n",
               printable(entry.url_path, kLongest), printable(entry.why, kLongest));
  if (!quiet)
    fmt::print(stderr, "tfhub: {}, {}, {}\n", counted(inventory.models(), "model"),
               counted(inventory.versions.size(), "version"), human_size(bytes));
  return 0;
}

Result<int> verify_store(const StoreArguments& arguments, bool quiet, bool json) {
  Result<catalog::CheckReport> report = fail(Code::kUnexpected, "nothing was verified");
  {
    ProgressBar bar(quiet);
    const auto check_vocabulary = [](std::string_view yaml) -> Result<void> {
      TFHUB_TRY(documents::parse_vocabulary(yaml));
      return {};
    };
    report = client::store_verify(
        arguments.store,
        {.names = arguments.names, .check_vocabulary = check_vocabulary, .progress = bar.function()});
  }
  if (!report) return fail(std::move(report).error());
  if (json) {
    Json all = Json::array();
    for (const catalog::Finding& each : report->findings)
      all.push_back({{"key", each.key}, {"what", each.what}, {"remedy", each.remedy}});
    print_json(Json{{"findings", all},
                    {"versions", report->versions},
                    {"documents", report->documents},
                    {"bytes", report->bytes}});
  } else {
    for (const catalog::Finding& each : report->findings)
      print(fmt::format("{} {}; {}\n", printable(each.key, kLongest), printable(each.what, kLongest),
                        each.remedy));
  }
  TFHUB_TRY(flush_stdout());
  if (!quiet)
    fmt::print(
        stderr, "tfhub: {}, {}, {}: {}\n", counted(report->versions, "version"),
        counted(report->documents, "document"), human_size(report->bytes),
        report->findings.empty() ? "all as it was published" : counted(report->findings.size(), "finding"));
  // The findings are the error, and are said.
  return report->findings.empty() ? 0 : static_cast<int>(Code::kCorrupt);
}

Result<int> gc(const StoreArguments& arguments, bool quiet, bool json) {
  TFHUB_ASSIGN(const auto report, client::store_gc(arguments.store, arguments.dry_run));
  if (json) {
    Json removed = Json::array(), finished = Json::array(), unknown = Json::array();
    for (const auto& each : report.staging)
      if (each.published.empty()) {
        removed.push_back({{"key", each.key}, {"bytes", each.bytes}});
      } else {
        finished.push_back({{"key", each.key}, {"version", each.published}});
      }
    for (const auto& each : report.temporary) removed.push_back({{"key", each.path}, {"bytes", each.bytes}});
    for (const auto& each : report.unknown) unknown.push_back({{"key", each.key}, {"bytes", each.size}});
    print_json(Json{{"removed", removed},
                    {"finished", finished},
                    {"unknown", unknown},
                    {"freed", report.freed()},
                    {"dry_run", arguments.dry_run}});
    return 0;
  }
  const std::string_view would = arguments.dry_run ? "would have " : "";
  for (const auto& each : report.staging) {
    if (each.published.empty()) {
      print(fmt::format("{}removed {} ({}, of a dead publisher)\n", would, each.key, human_size(each.bytes)));
    } else {
      print(fmt::format("{}finished the publication of {}, whose publisher died ({})\n", would,
                        each.published, each.key));
    }
  }
  for (const auto& each : report.temporary)
    print(fmt::format("{}removed {} ({}, unfinished, of a dead process)\n", would,
                      printable(each.path, kLongest), human_size(each.bytes)));
  for (const auto& each : report.unknown)
    print(fmt::format("unknown: {} ({}) belongs to no version; it stays, remove it if you know it\n",
                      printable(each.key, kLongest), human_size(each.size)));
  TFHUB_TRY(flush_stdout());
  if (!quiet)
    fmt::print(stderr, "tfhub: {} {}\n", arguments.dry_run ? "would free" : "freed",
               human_size(report.freed()));
  return 0;
}

Json not_copied_json(const std::vector<catalog::NotCopied>& list) {
  Json all = Json::array();
  for (const catalog::NotCopied& each : list) all.push_back({{"name", each.name}, {"why", each.why}});
  return all;
}

Result<int> copy(const StoreArguments& arguments, bool quiet, bool json) {
  Result<catalog::CopyReport> report = fail(Code::kUnexpected, "nothing was copied");
  {
    ProgressBar bar(quiet);
    report = client::store_copy(arguments.from, arguments.to, bar.function());
  }
  if (!report) return fail(std::move(report).error());
  if (json) {
    print_json(Json{{"versions", {{"copied", report->versions.copied}, {"there", report->versions.there}}},
                    {"documents", {{"copied", report->documents.copied}, {"there", report->documents.there}}},
                    {"bytes", report->bytes},
                    {"conflicts", not_copied_json(report->conflicts)},
                    {"damaged", not_copied_json(report->damaged)}});
  } else {
    print(fmt::format(
        "copied {} and {} ({}); there already: {} and {}\n", counted(report->versions.copied, "version"),
        counted(report->documents.copied, "document"), human_size(report->bytes),
        counted(report->versions.there, "version"), counted(report->documents.there, "document")));
  }
  TFHUB_TRY(flush_stdout());
  for (const auto& [list, word] :
       {std::pair(&report->conflicts, "conflict"), std::pair(&report->damaged, "damaged")})
    for (const catalog::NotCopied& each : *list)
      fmt::print(stderr, "tfhub: {}: {} was not copied: {}\n", word, printable(each.name, kLongest),
                 printable(each.why, kLongest));
  // The others are there; that some are not must not go unnoticed in a script.
  if (!report->conflicts.empty()) return static_cast<int>(Code::kConflict);
  return report->damaged.empty() ? 0 : static_cast<int>(Code::kCorrupt);
}

Result<int> upgrade(const StoreArguments& arguments, bool json) {
  TFHUB_ASSIGN(const auto store, client::store_upgrade(arguments.store));
  if (json) {
    print_json(Json{{"store", store.store}, {"format", store.format}, {"upgraded", false}});
  } else {
    print(fmt::format("{} has format {}, the newest; there is nothing to upgrade\n",
                      printable(store.store, kLongest), store.format));
  }
  return 0;
}

}  // namespace

Result<int> run_store(const StoreArguments& arguments, bool quiet, bool json) {
  client::clean_up_on_signals();
  switch (arguments.action) {
    case StoreArguments::Action::kList:
      return list_store(arguments, quiet, json);
    case StoreArguments::Action::kVerify:
      return verify_store(arguments, quiet, json);
    case StoreArguments::Action::kGc:
      return gc(arguments, quiet, json);
    case StoreArguments::Action::kCopy:
      return copy(arguments, quiet, json);
    case StoreArguments::Action::kUpgrade:
      return upgrade(arguments, json);
  }
  return fail(Code::kUnexpected, "there is no such store command");
}

}  // namespace tfhub::cli
