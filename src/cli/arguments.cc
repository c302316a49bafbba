#include "cli/arguments.h"

#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/arguments_run.h"
#include "cli/arguments_store.h"
#include "cli/output.h"
#include "store/object_store.h"

namespace tfhub::cli {
namespace {

constexpr const char* kFooter =
    "Handles look like https://hub.example.org/publisher/model/1. Settings: `tfhub help settings`.\n"
    "Exit codes: 0 done, 1 unexpected, 2 usage, 3 not found, 4 network, 5 corrupt, 6 conflict, 7 not "
    "allowed, 8 offline.";

constexpr size_t kNames = 30;  // columns of help before what it says of a name

// CLI11's own words for its parts, fitted to ours, in lines that no terminal breaks.
class Formatter : public CLI::Formatter {
 public:
  Formatter() {
    column_width(kNames);
    label("SUBCOMMAND", "COMMAND");
    label("Subcommands", "Commands");
    label("OPTIONS", "OPTIONS");
    label("Positionals", "Arguments");
    label("REQUIRED", "");
    label("TEXT", "");
    label("UINT", "N");
    label("FLOAT", "SECONDS");
  }
  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(CLI::Formatter::make_option_desc(option), kHelpWidth - kNames);
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(CLI::Formatter::make_description(app), kHelpWidth) + "\n";
  }
  std::string make_footer(const CLI::App* app) const override {
    return wrapped(CLI::Formatter::make_footer(app), kHelpWidth);
  }
  std::string make_subcommand(const CLI::App* command) const override {
    std::stringstream out;
    CLI::detail::format_help(out, command->get_name(),
                             wrapped(command->get_description(), kHelpWidth - kNames), kNames);
    return out.str();
  }
};

// The parser of one command line. Only the options of the command that was typed are built: declaring them
// all costs more than a cache hit.
class Parser {
 public:
  Parser(int argc, const char* const* argv) : words_(argv + std::min(argc, 1), argv + argc) {
    for (const std::string& word : words_) {
      if (word.starts_with('-')) continue;
      typed_ = word;
      break;
    }
    app_.formatter(std::make_shared<Formatter>());
    app_.name("tfhub");
    app_.footer(kFooter);
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Show help and exit");
    app_.add_flag("--version", version_, "Show the version and exit");
    app_.add_flag("-q,--quiet", arguments_.quiet, "No progress, no warnings");
    app_.add_flag("-v,--verbose", arguments_.verbose,
                  "Say what is being done, and what lies beneath an error");
    add_serve();
    add_publish();
    add_resolve();
    add_pull();
    add_inspect();
    add_run();
    add_cache();
    add_docs();
    add_store_commands();
    add_help();
  }

  Result<Arguments> parse() {
    try {
      std::vector<std::string> reversed(words_.rbegin(), words_.rend());
      app_.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      return print(help_of(deepest_parsed()));
    } catch (const CLI::ParseError& error) {
      return usage_error(error);
    }
    if (version_)
      return print(
          fmt::format("tfhub {} (stores: {})\n", tfhub::version(), fmt::join(store::store_schemes(), ", ")));
    if (help_->parsed()) return help();
    return take_command();
  }

 private:
  using Action = CacheArguments::Action;

  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& description) {
    CLI::App* made = parent.add_subcommand(name, description);
    made->group("Commands");
    made->fallthrough();
    return made;
  }
  // Whether the options of `name` are needed.
  bool typed(std::string_view name) const { return typed_ == name || typed_ == "help"; }
  void add_json(CLI::App* app) { app->add_flag("--json", arguments_.json, "Print JSON"); }
  void add_cache_dir(CLI::App* app, std::string& target) {
    app->add_option("--tfhub_cache_dir", target, "The cache directory (TFHUB_CACHE_DIR wins)")
        ->option_text("DIR");
  }
  void add_store(CLI::App* app, std::string& target) {
    app->add_option("--store", target,
                    "The store: a directory, gs://, s3:// or az:// (default: TFHUB_STORE, else "
                    "~/.local/share/tfhub)")
        ->option_text("STORE");
  }

  void add_serve() {
    serve_ = command(app_, "serve", "Serve a store of models over HTTP");
    if (!typed("serve")) return;
    ServeArguments& to = serve_arguments_;
    add_store(serve_, to.store);
    serve_->add_flag("--create", to.create, "Begin an empty store where there is none");
    serve_
        ->add_option("--listen", to.listen,
                     "Where to listen; port 0 takes a free one (default: TFHUB_LISTEN, else 127.0.0.1:8080)")
        ->option_text("HOST:PORT");
    serve_
        ->add_option("--uncompressed-base", to.uncompressed_base,
                     "What tf-hub-format=uncompressed points to: a copy of the store in a bucket")
        ->option_text("gs://BUCKET/PATH");
    serve_
        ->add_option("--public-url", to.public_url,
                     "What this hub is called from outside (default: the request's host)")
        ->option_text("URL");
    serve_->add_option("--tls-cert", to.tls_certificate, "Serve HTTPS with this certificate chain (PEM)")
        ->option_text("FILE");
    serve_->add_option("--tls-key", to.tls_key, "The certificate's key (PEM)")->option_text("FILE");
    serve_
        ->add_option("--drain-timeout", to.drain_timeout,
                     "How long a stop waits for what is in flight (default: 10)")
        ->option_text("SECONDS");
    serve_
        ->add_option("--refresh-interval", to.refresh_interval,
                     "How often the store is asked what changed (default: 0.25, in a bucket 1)")
        ->option_text("SECONDS");
    serve_->add_flag("--redirect-downloads", to.redirect_downloads,
                     "Answer downloads with a signed URL of the bucket, good for minutes (302)");
    serve_
        ->add_option("--disk-cache", to.disk_cache,
                     "Keep the model files of a bucket that are asked for on the local disk, too")
        ->option_text("DIR");
    serve_
        ->add_option("--disk-cache-size", disk_cache_size_,
                     "How much of them; the least recently used go first (default: 10GiB)")
        ->option_text("SIZE");
    serve_->add_option("--threads", to.threads, "How many threads serve (default: one a core)")
        ->option_text("N");
    serve_->footer("Example: tfhub serve --store /srv/hub --listen 0.0.0.0:8080");
  }

  void add_publish() {
    publish_ = command(app_, "publish", "Publish a model into a store");
    if (!typed("publish")) return;
    PublishArguments& to = publish_arguments_;
    publish_
        ->add_option("PATH", to.path,
                     "A SavedModel, TF1 Hub or TF.js directory, an archive of one, or a .tflite file")
        ->required()
        ->option_text(" ");
    publish_->add_option("NAME", to.name, "publisher/model/version")->required()->option_text(" ");
    add_store(publish_, to.options.store);
    publish_->add_option("--threads", to.options.threads, "How many threads pack (default: one a core)")
        ->option_text("N");
    publish_->add_option("--doc", to.options.document, "Its document: Markdown, shown on its page")
        ->option_text("FILE.md");
    publish_->add_flag("--dereference", to.options.dereference,
                       "Follow links that leave the directory to the files that they lead to");
    add_json(publish_);
    publish_->footer("Example: tfhub publish ./my_model acme/my-model/1 --store /srv/hub");
  }

  void add_resolve() {
    resolve_ =
        command(app_, "resolve", "Print the path of a model, fetched into the cache if it is not there");
    if (!typed("resolve")) return;
    ResolveArguments& to = resolve_arguments_;
    resolve_->add_option("HANDLE", to.handle, "A URL, a gs:// archive or a path")
        ->required()
        ->option_text(" ");
    add_cache_dir(resolve_, to.options.cache_dir);
    resolve_
        ->add_option("--tfhub_model_load_format", to.options.load_format,
                     "AUTO, COMPRESSED or UNCOMPRESSED (TFHUB_MODEL_LOAD_FORMAT wins)")
        ->option_text("FORMAT");
    add_json(resolve_);
    resolve_->footer("Example: tfhub resolve https://hub.example.org/acme/my-model/1");
  }

  void add_pull() {
    pull_ = command(app_, "pull", "Fetch a model of any format, into the cache or to a path");
    if (!typed("pull")) return;
    PullArguments& to = pull_arguments_;
    pull_->add_option("HANDLE", to.handle, "A URL, a gs:// archive or a path")->required()->option_text(" ");
    pull_->add_option("-o,--output", to.options.output, "Where to put it (default: into the cache)")
        ->option_text("PATH");
    pull_->add_option("--format", to.options.format, "tf, tflite or tfjs (default: what the host has)")
        ->option_text("FORMAT");
    pull_->add_flag("--force", to.options.force, "Replace what is at the output");
    add_cache_dir(pull_, to.options.cache_dir);
    add_json(pull_);
    pull_->footer("Example: tfhub pull https://hub.example.org/acme/spice/2 --format tflite -o spice.tflite");
  }

  void add_inspect() {
    inspect_ = command(app_, "inspect", "Show what a model takes, gives and weighs, without TensorFlow");
    if (!typed("inspect")) return;
    InspectArguments& to = inspect_arguments_;
    inspect_
        ->add_option("HANDLE", to.handle,
                     "A URL, a gs:// archive or a path (a directory, an archive, a .tflite file)")
        ->required()
        ->option_text(" ");
    inspect_->add_option("--format", to.options.format, "tf, tflite or tfjs (default: what the host has)")
        ->option_text("FORMAT");
    add_cache_dir(inspect_, to.options.cache_dir);
    add_json(inspect_);
    inspect_->footer("Example: tfhub inspect https://hub.example.org/acme/my-model/1");
  }

  void add_run() {
    run_ = command(app_, "run", "Run a model with TensorFlow: from a handle to a prediction");
    if (!typed("run")) return;
    declare_run_options(*run_, run_arguments_);
    add_cache_dir(run_, run_arguments_.options.cache_dir);
    add_json(run_);
  }

  void add_cache_action(Action action, const char* name, const char* description) {
    CLI::App* made = command(*cache_, name, description);
    cache_actions_.emplace_back(made, action);
    add_json(made);
    add_cache_dir(made, cache_arguments_.cache_dir);
  }

  void add_cache() {
    cache_ = command(app_, "cache", "Look at the cache, check it, tidy it");
    if (!typed("cache")) return;
    cache_->require_subcommand(1);
    add_cache_action(Action::kDir, "dir", "Print the cache directory");
    add_cache_action(Action::kList, "ls", "List what is cached: handle, size, age, last use, state");
    add_cache_action(Action::kVerify, "verify", "Check every file's digest, of one model or of all");
    add_cache_action(Action::kRemove, "rm", "Remove one model");
    add_cache_action(Action::kPrune, "prune",
                     "Remove left-overs and broken entries; with a limit, what is least used");
    CLI::App* verify = cache_actions_[2].first;
    verify->add_option("HANDLE", cache_arguments_.handle, "Only this model")->option_text(" ");
    CLI::App* remove = cache_actions_[3].first;
    remove->add_option("HANDLE", cache_arguments_.handle, "The model")->required()->option_text(" ");
    CLI::App* prune = cache_actions_[4].first;
    prune
        ->add_option("--max-size", max_size_,
                     "Remove the least recently used until the cache fits, e.g. 20GiB")
        ->option_text("SIZE");
    prune->add_option("--older-than", older_than_, "Remove what was not used for so long, e.g. 30d")
        ->option_text("AGE");
    prune->add_flag("--dry-run", cache_arguments_.prune.dry_run, "Only say what would go");
  }

  // One action a sub-command, as with `cache`.
  CLI::App* add_docs_action(DocsArguments::Action action, const char* name, const char* description) {
    CLI::App* made = command(*docs_, name, description);
    made->callback([this, action] { docs_arguments_.action = action; });
    made->add_option("TREE", docs_arguments_.tree, "The directory that holds docs/ and tags/")
        ->required()
        ->option_text(" ");
    add_json(made);
    return made;
  }

  void add_docs() {
    docs_ = command(app_, "docs", "Work with a tree of documents: the Markdown pages of models");
    if (!typed("docs")) return;
    docs_->require_subcommand(1);
    add_docs_action(DocsArguments::Action::kCheck, "check",
                    "Say what is wrong in the documents: one line a finding, exit code 5 when there is one")
        ->footer("Example: tfhub docs check ./hub-documents");
    CLI::App* import = add_docs_action(DocsArguments::Action::kImport, "import",
                                       "Put the documents into a store: what is new, and what changed");
    add_store(import, docs_arguments_.store);
    import->footer("Example: tfhub docs import ./hub-documents --store /srv/hub");
  }

  void add_store_commands() {
    store_ = command(app_, "store", "Look after a store: list, check, tidy and copy it");
    if (typed("store")) declare_store_commands(*store_, store_arguments_, arguments_.json);
  }

  void add_help() {
    help_ = command(app_, "help", "Show help on a command, or on `settings`");
    help_
        ->add_option("COMMAND", topics_,
                     "serve, publish, resolve, pull, inspect, run, cache, docs, store, settings")
        ->option_text(" ");
  }

  Arguments&& print(std::string text) {
    arguments_.command = PrintArguments{std::move(text)};
    return std::move(arguments_);
  }

  CLI::App* deepest_parsed() {
    CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return app;
  }

  Result<Arguments> help() {
    if (topics_.size() == 1 && topics_.front() == "settings") {
      arguments_.command = SettingsArguments{};
      return std::move(arguments_);
    }
    const CLI::App* app = &app_;
    for (const std::string& topic : topics_) {
      const auto found = app->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == topic; });
      if (found.empty())
        return fail(Code::kUsage, "there is no command '{} {}'; `tfhub help` lists them", full_name(app),
                    printable(topic));
      app = found.front();
    }
    return print(help_of(app));
  }

  // "; did you mean `resolve`?": the command that the fewest changed letters make of it, where two do.
  std::string did_you_mean(const std::string& word) const {
    std::string best;
    size_t fewest = 3;
    for (const CLI::App* command : app_.get_subcommands({})) {
      const size_t changes = changed_letters(word, command->get_name());
      if (changes < fewest && changes < command->get_name().size()) {
        fewest = changes;
        best = command->get_name();
      }
    }
    return best.empty() ? best : fmt::format(" (did you mean `{}`?)", best);
  }
  // Levenshtein's distance.
  static size_t changed_letters(std::string_view from, std::string_view to) {
    std::vector<size_t> row(to.size() + 1);
    for (size_t i = 0; i < row.size(); ++i) row[i] = i;
    for (size_t i = 0; i < from.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i + 1;
      for (size_t k = 0; k < to.size(); ++k) {
        const size_t above = row[k + 1];
        row[k + 1] = std::min({above + 1, row[k] + 1, diagonal + (from[i] == to[k] ? 0 : 1)});
        diagonal = above;
      }
    }
    return row[to.size()];
  }

  // "tfhub cache prune".
  static std::string full_name(const CLI::App* app) {
    return app->get_parent() == nullptr ? app->get_name()
                                        : full_name(app->get_parent()) + " " + app->get_name();
  }
  // Not app->help(): that goes on to a parsed subcommand, which may be `help` itself.
  static std::string help_of(const CLI::App* app) {
    return app->get_formatter()->make_help(app, full_name(app), CLI::AppFormatMode::Normal);
  }

  Arguments&& incomplete(const CLI::App* app, std::string missing) {
    arguments_.command = IncompleteArguments{help_of(app) + "\n", std::move(missing)};
    return std::move(arguments_);
  }

  Result<Arguments> usage_error(const CLI::ParseError& error) {
    // `tfhub cache`, and nothing behind it.
    if (!words_.empty() && words_.back() == typed_ &&
        dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
      if (const CLI::App* group = deepest_parsed(); !group->get_subcommands({}).empty())
        return fail(Code::kUsage, "no command of `{}` is given; `tfhub help {}` lists them", full_name(group),
                    group->get_name());
    std::string words = error.what();
    std::replace(words.begin(), words.end(), '\n', ' ');
    const CLI::App* app = deepest_parsed();
    // CLI11 2.1 says "The following argument was not expected: x"; a word in a command's place is a mistyped
    // command.
    if (app == &app_ && !typed_.empty())
      return fail(Code::kUsage, "there is no command '{}'{}; `tfhub help` lists them", printable(typed_),
                  did_you_mean(typed_));
    const CLI::App* top = app;
    while (top->get_parent() != nullptr && top->get_parent() != &app_) top = top->get_parent();
    return fail(Code::kUsage, "{}; see `tfhub help{}`", printable(words, 400),
                top == &app_ ? "" : " " + top->get_name());
  }

  Result<Arguments> take_command() {
    if (serve_->parsed()) {
      return take_serve();
    } else if (publish_->parsed()) {
      arguments_.command = std::move(publish_arguments_);
    } else if (resolve_->parsed()) {
      arguments_.command = std::move(resolve_arguments_);
    } else if (pull_->parsed()) {
      arguments_.command = std::move(pull_arguments_);
    } else if (inspect_->parsed()) {
      arguments_.command = std::move(inspect_arguments_);
    } else if (run_->parsed()) {
      arguments_.command = std::move(run_arguments_);
    } else if (cache_->parsed()) {
      return take_cache();
    } else if (docs_->parsed()) {
      arguments_.command = std::move(docs_arguments_);
    } else if (store_->parsed()) {
      arguments_.command = std::move(store_arguments_);
    } else {
      return incomplete(&app_, "no command is given");
    }
    return std::move(arguments_);
  }

  static Result<uint64_t> size_of(std::string_view option, const std::string& text) {
    if (const auto size = parse_size(text)) return *size;
    return fail(Code::kUsage, "{}: '{}' is not a size; write for example 500MiB or 20GiB", option,
                printable(text));
  }

  Result<Arguments> take_serve() {
    if (!disk_cache_size_.empty()) {
      if (serve_arguments_.disk_cache.empty())
        return fail(Code::kUsage, "--disk-cache-size needs --disk-cache, the directory of that size");
      TFHUB_ASSIGN(serve_arguments_.disk_cache_size, size_of("--disk-cache-size", disk_cache_size_));
    }
    arguments_.command = std::move(serve_arguments_);
    return std::move(arguments_);
  }

  Result<Arguments> take_cache() {
    for (const auto& [app, action] : cache_actions_)
      if (app->parsed()) cache_arguments_.action = action;
    if (!max_size_.empty()) {
      TFHUB_ASSIGN(cache_arguments_.prune.max_size, size_of("--max-size", max_size_));
    }
    if (!older_than_.empty()) {
      cache_arguments_.prune.older_than = parse_duration(older_than_);
      if (!cache_arguments_.prune.older_than)
        return fail(Code::kUsage, "--older-than: '{}' is not an age; write for example 12h or 30d",
                    printable(older_than_));
    }
    arguments_.command = std::move(cache_arguments_);
    return std::move(arguments_);
  }

  std::vector<std::string> words_;
  std::string typed_;
  Arguments arguments_;
  ServeArguments serve_arguments_;
  PublishArguments publish_arguments_;
  ResolveArguments resolve_arguments_;
  PullArguments pull_arguments_;
  InspectArguments inspect_arguments_;
  RunArguments run_arguments_;
  CacheArguments cache_arguments_;
  DocsArguments docs_arguments_;
  StoreArguments store_arguments_;
  std::string disk_cache_size_, max_size_, older_than_;
  std::vector<std::string> topics_;
  bool version_ = false;
  CLI::App app_{"A self-hosted TensorFlow Hub: publish models, serve them, fetch them into a cache."};
  CLI::App *serve_ = nullptr, *publish_ = nullptr, *resolve_ = nullptr, *pull_ = nullptr, *inspect_ = nullptr,
           *run_ = nullptr, *cache_ = nullptr, *docs_ = nullptr, *store_ = nullptr, *help_ = nullptr;
  std::vector<std::pair<CLI::App*, Action>> cache_actions_;
};

}  // namespace

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  return Parser(argc, argv).parse();
}

}  // namespace tfhub::cli
