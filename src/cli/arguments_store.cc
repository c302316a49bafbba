#include "cli/arguments_store.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace tfhub::cli {
namespace {

using Action = StoreArguments::Action;

CLI::App* action(CLI::App& app, StoreArguments& to, bool& json, Action action, const char* name,
                 const char* description) {
  CLI::App* made = app.add_subcommand(name, description);
  made->group("Commands");
  made->fallthrough();
  made->callback([&to, action] { to.action = action; });
  made->add_flag("--json", json, "Print JSON");
  return made;
}

void add_store(CLI::App* app, std::string& target) {
  app->add_option("--store", target,
                  "The store: a directory, gs://, s3:// or az:// (default: TFHUB_STORE, else "
                  "~/.local/share/tfhub)")
      ->option_text("STORE");
}

}  // namespace

void declare_store_commands(CLI::App& app, StoreArguments& to, bool& json) {
  app.require_subcommand(1);

  CLI::App* list = action(app, to, json, Action::kList, "ls",
                          "List the versions: name, kind, size, files, date, digest, state");
  list->add_option("PREFIX", to.prefix, "Only a publisher's, a model's, or one version")->option_text(" ");
  add_store(list, to.store);
  list->footer("Example: tfhub store ls acme --store /srv/hub");

  CLI::App* verify = action(
      app, to, json, Action::kVerify, "verify",
      "Read everything and compare it with its digests: one line a finding, exit code 5 when there is one");
  verify->add_option("NAME", to.names, "Only these publishers, models or versions")->option_text("...");
  add_store(verify, to.store);
  verify->footer("Example: tfhub store verify acme/my-model --store /srv/hub");

  CLI::App* gc = action(app, to, json, Action::kGc, "gc",
                        "Remove what dead publishers left; tell of what belongs to no version");
  gc->add_flag("--dry-run", to.dry_run, "Only say what would go");
  add_store(gc, to.store);
  gc->footer("Example: tfhub store gc --dry-run --store /srv/hub");

  CLI::App* copy = action(app, to, json, Action::kCopy, "cp",
                          "Copy a whole store into another; again: what is missing there");
  copy->add_option("FROM", to.from, "The store to read")->required()->option_text(" ");
  copy->add_option("TO", to.to, "The store to copy into: a directory (made if it is not there) or a bucket")
      ->required()
      ->option_text(" ");
  copy->footer("Example: tfhub store cp /srv/hub gs://backup/hub");

  CLI::App* upgrade = action(app, to, json, Action::kUpgrade, "upgrade",
                             "Bring a store to the newest format (so far there is one, so nothing changes)");
  add_store(upgrade, to.store);
  upgrade->footer("Example: tfhub store upgrade --store /srv/hub");
}

}  // namespace tfhub::cli
