// docs check, docs import.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "catalog/document_import.h"
#include "catalog/store_format.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "client/store_location.h"
#include "documents/check.h"
#include "documents/tree.h"

namespace tfhub::cli {
namespace {

using Json = nlohmann::ordered_json;

Result<int> check(const DocsArguments& arguments, bool quiet, bool json) {
  TFHUB_ASSIGN(const documents::Tree tree, documents::read_tree(arguments.tree));
  const auto findings = documents::check(tree);
  if (json) {
    Json all = Json::array();
    for (const documents::Finding& each : findings)
      all.push_back(
          {{"path", each.path}, {"line", each.line}, {"rule", each.rule}, {"message", each.message}});
    print_json(Json{{"findings", all}, {"documents", tree.documents.size()}});
  } else {
    for (const documents::Finding& each : findings)
      print(fmt::format("{}:{}: {}: {}\n", printable(each.path, 400), each.line, each.rule, each.message));
  }
  if (!quiet)
    fmt::print(stderr, "tfhub: {}, {}\n", counted(tree.documents.size(), "document"),
               counted(findings.size(), "finding"));
  // The findings are the error, and are said.
  return findings.empty() ? 0 : static_cast<int>(Code::kCorrupt);
}

Result<int> import(const DocsArguments& arguments, bool json) {
  TFHUB_ASSIGN(const documents::Tree tree, documents::read_tree(arguments.tree));
  TFHUB_ASSIGN(const std::string location, client::store_location(arguments.store));
  TFHUB_ASSIGN(const auto store, client::open_hub_store(location, /*create=*/true));
  TFHUB_ASSIGN(const auto report, catalog::import_documents(*store, tree));
  TFHUB_TRY(catalog::put_format(*store));
  if (json) {
    Json skipped = Json::array();
    for (const auto& each : report.skipped) skipped.push_back({{"path", each.path}, {"why", each.why}});
    print_json(Json{{"added", report.added},
                    {"changed", report.changed},
                    {"unchanged", report.unchanged},
                    {"skipped", skipped}});
  } else {
    print(fmt::format("{} added, {} changed, {} unchanged\n", counted(report.added, "document"),
                      report.changed, report.unchanged));
  }
  for (const auto& each : report.skipped)
    fmt::print(stderr, "tfhub: {} was not imported: {}\n", printable(each.path, 400), each.why);
  // The others are there; that some are not must not go unnoticed in a script.
  return report.skipped.empty() ? 0 : static_cast<int>(Code::kCorrupt);
}

}  // namespace

Result<int> run_docs(const DocsArguments& arguments, bool quiet, bool json) {
  switch (arguments.action) {
    case DocsArguments::Action::kCheck:
      return check(arguments, quiet, json);
    case DocsArguments::Action::kImport:
      return import(arguments, json);
  }
  return fail(Code::kUnexpected, "there is no such docs command");
}

}  // namespace tfhub::cli
