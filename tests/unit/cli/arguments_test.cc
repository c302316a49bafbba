// What each command line means, and what is said about one that means nothing.
#include "cli/arguments.h"

#include <initializer_list>
#include <vector>

namespace tfhub::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<Arguments> parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"tfhub"};
  argv.insert(argv.end(), words);
  return parse_arguments(static_cast<int>(argv.size()), argv.data());
}

template <typename Command>
Command parsed(std::initializer_list<const char*> words) {
  const auto arguments = parse(words);
  EXPECT_TRUE(arguments) << (arguments ? "" : arguments.error().message());
  if (!arguments || !std::holds_alternative<Command>(arguments->command)) {
    ADD_FAILURE() << "another command";
    return {};
  }
  return std::get<Command>(arguments->command);
}

TEST(Arguments, Store) {
  using Action = StoreArguments::Action;
  const auto list = parsed<StoreArguments>({"store", "ls", "acme/mul", "--store", "/s"});
  EXPECT_EQ(list.action, Action::kList);
  EXPECT_EQ(list.prefix, "acme/mul");
  EXPECT_EQ(list.store, "/s");
  const auto verify = parsed<StoreArguments>({"store", "verify", "a/b", "c", "--store=gs://b/p"});
  EXPECT_EQ(verify.action, Action::kVerify);
  EXPECT_THAT(verify.names, ::testing::ElementsAre("a/b", "c"));
  EXPECT_EQ(verify.store, "gs://b/p");
  EXPECT_TRUE(parsed<StoreArguments>({"store", "gc", "--dry-run"}).dry_run);
  const auto copy = parsed<StoreArguments>({"store", "cp", "/a", "s3://b/c"});
  EXPECT_EQ(copy.action, Action::kCopy);
  EXPECT_EQ(copy.from, "/a");
  EXPECT_EQ(copy.to, "s3://b/c");
  EXPECT_EQ(parsed<StoreArguments>({"store", "upgrade"}).action, Action::kUpgrade);
  EXPECT_TRUE(parse({"store", "ls", "--json"})->json);
  for (const auto& words : {std::initializer_list<const char*>{"store", "mv"}, {"store", "cp", "/a"}})
    EXPECT_EQ(parse(words).error().code(), Code::kUsage);
}

TEST(Arguments, Run) {
  const auto command = parsed<RunArguments>(
      {"run", "https://h/a/b/1", "--inputs", "x=[1,2]", "y=b.npy", "--inputs", "z=\"a b\"", "--signature",
       "s", "--tags", "serve,gpu", "--output-dir=/o", "--benchmark", "20", "--tfhub_cache_dir", "/c"});
  EXPECT_EQ(command.handle, "https://h/a/b/1");
  EXPECT_THAT(command.inputs, ::testing::ElementsAre("x=[1,2]", "y=b.npy", "z=\"a b\""));
  EXPECT_EQ(command.signature, "s");
  EXPECT_THAT(command.options.tags, ::testing::ElementsAre("serve", "gpu"));
  EXPECT_EQ(command.output_dir, "/o");
  EXPECT_EQ(command.benchmark, 20u);
  EXPECT_EQ(command.options.cache_dir, "/c");
  const auto behind = parsed<RunArguments>({"run", "--tags", "serve", "--inputs", "x=1", "/model"});
  EXPECT_EQ(behind.handle, "/model");
  EXPECT_THAT(behind.inputs, ::testing::ElementsAre("x=1"));
  EXPECT_TRUE(parse({"run", "/model", "--json"})->json);
  for (const auto& words : {std::initializer_list<const char*>{"run"},
                            {"run", "/m", "--benchmark", "-1"},
                            {"run", "/m", "--benchmark", "often"}})
    EXPECT_EQ(parse(words).error().code(), Code::kUsage);
}

TEST(Arguments, Resolve) {
  const auto command = parsed<ResolveArguments>(
      {"resolve", "https://h/a/b/1", "--tfhub_cache_dir", "/c", "--tfhub_model_load_format=UNCOMPRESSED"});
  EXPECT_EQ(command.handle, "https://h/a/b/1");
  EXPECT_EQ(command.options.cache_dir, "/c");
  EXPECT_EQ(command.options.load_format, "UNCOMPRESSED");
  // A word that is also a command's name is still a path.
  EXPECT_EQ(parsed<ResolveArguments>({"resolve", "cache"}).handle, "cache");
}

TEST(Arguments, GlobalFlagsStandAnywhere) {
  for (const auto& words :
       {std::initializer_list<const char*>{"--quiet", "--verbose", "resolve", "x", "--json"},
        std::initializer_list<const char*>{"resolve", "-q", "--json", "x", "-v"}}) {
    const auto arguments = parse(words);
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->quiet && arguments->verbose && arguments->json);
  }
}

TEST(Arguments, Pull) {
  const auto command =
      parsed<PullArguments>({"pull", "https://h/a/b/1", "-o", "out", "--format", "tflite", "--force"});
  EXPECT_EQ(command.options.output, "out");
  EXPECT_EQ(command.options.format, "tflite");
  EXPECT_TRUE(command.options.force);
}

TEST(Arguments, Inspect) {
  const auto command =
      parsed<InspectArguments>({"inspect", "./model", "--format=tfjs", "--tfhub_cache_dir", "/c"});
  EXPECT_EQ(command.handle, "./model");
  EXPECT_EQ(command.options.format, "tfjs");
  EXPECT_EQ(command.options.cache_dir, "/c");
  EXPECT_TRUE(parse({"inspect", "--json", "./model"})->json);
}

TEST(Arguments, Publish) {
  const auto command =
      parsed<PublishArguments>({"publish", "./m", "acme/m/1", "--store", "/srv", "--doc", "d.md"});
  EXPECT_EQ(command.path, "./m");
  EXPECT_EQ(command.name, "acme/m/1");
  EXPECT_EQ(command.options.store, "/srv");
  EXPECT_EQ(command.options.document, "d.md");
}

TEST(Arguments, Serve) {
  const auto command =
      parsed<ServeArguments>({"serve", "--store", "/srv", "--listen", "[::1]:0", "--uncompressed-base",
                              "gs://b/p", "--public-url", "https://hub.example", "--tls-cert", "c",
                              "--tls-key", "k", "--drain-timeout", "1.5", "--threads", "3"});
  EXPECT_EQ(command.store, "/srv");
  EXPECT_EQ(command.listen, "[::1]:0");
  EXPECT_EQ(command.uncompressed_base, "gs://b/p");
  EXPECT_EQ(command.public_url, "https://hub.example");
  EXPECT_EQ(command.tls_certificate, "c");
  EXPECT_EQ(command.tls_key, "k");
  EXPECT_EQ(command.drain_timeout, 1.5);
  EXPECT_EQ(command.threads, 3u);
  EXPECT_EQ(command.disk_cache, "");
}

TEST(Arguments, TheDiskCacheOfAServer) {
  EXPECT_EQ(parsed<ServeArguments>({"serve", "--disk-cache", "/d"}).disk_cache_size, uint64_t{10} << 30);
  const auto sized = parsed<ServeArguments>({"serve", "--disk-cache", "/d", "--disk-cache-size", "2GiB"});
  EXPECT_EQ(sized.disk_cache, "/d");
  EXPECT_EQ(sized.disk_cache_size, uint64_t{2} << 30);
}

TEST(Arguments, Cache) {
  using Action = CacheArguments::Action;
  EXPECT_EQ(parsed<CacheArguments>({"cache", "dir"}).action, Action::kDir);
  EXPECT_EQ(parsed<CacheArguments>({"cache", "ls", "--json"}).action, Action::kList);
  EXPECT_EQ(parsed<CacheArguments>({"cache", "verify"}).handle, "");
  EXPECT_EQ(parsed<CacheArguments>({"cache", "verify", "h"}).handle, "h");
  const auto remove = parsed<CacheArguments>({"cache", "rm", "h", "--tfhub_cache_dir", "/c"});
  EXPECT_EQ(remove.action, Action::kRemove);
  EXPECT_EQ(remove.handle, "h");
  EXPECT_EQ(remove.cache_dir, "/c");
  const auto prune =
      parsed<CacheArguments>({"cache", "prune", "--max-size", "2GiB", "--older-than", "30d", "--dry-run"});
  EXPECT_EQ(prune.action, Action::kPrune);
  EXPECT_EQ(prune.prune.max_size, uint64_t{2} << 30);
  EXPECT_EQ(prune.prune.older_than, std::chrono::hours(24 * 30));
  EXPECT_TRUE(prune.prune.dry_run);
  EXPECT_FALSE(parsed<CacheArguments>({"cache", "prune"}).prune.max_size);
}

TEST(Arguments, Docs) {
  const auto command = parsed<DocsArguments>({"docs", "check", "./tree", "--json"});
  EXPECT_EQ(command.action, DocsArguments::Action::kCheck);
  EXPECT_EQ(command.tree, "./tree");
}

TEST(Arguments, Help) {
  EXPECT_THAT(parsed<PrintArguments>({"help"}).text, AllOf(HasSubstr("resolve"), HasSubstr("Exit codes")));
  EXPECT_EQ(parsed<PrintArguments>({"--help"}).text, parsed<PrintArguments>({"help"}).text);
  const std::string resolve = parsed<PrintArguments>({"help", "resolve"}).text;
  EXPECT_THAT(resolve, AllOf(HasSubstr("tfhub resolve"), HasSubstr("--tfhub_cache_dir")));
  EXPECT_THAT(parsed<PrintArguments>({"resolve", "--help"}).text, HasSubstr("--tfhub_cache_dir"));
  EXPECT_THAT(parsed<PrintArguments>({"help", "cache", "prune"}).text,
              AllOf(HasSubstr("tfhub cache prune"), HasSubstr("--older-than")));
  parsed<SettingsArguments>({"help", "settings"});
  EXPECT_THAT(parsed<PrintArguments>({"--version"}).text,
              StartsWith("tfhub " + std::string(version()) + " (stores: file"));
}

TEST(Arguments, WhatIsNotWholeBringsItsHelp) {
  const auto incomplete = [](std::initializer_list<const char*> words) {
    return parsed<IncompleteArguments>(words);
  };
  EXPECT_EQ(incomplete({}).missing, "no command is given");
  EXPECT_THAT(incomplete({}).help, AllOf(HasSubstr("resolve"), HasSubstr("Exit codes")));
  EXPECT_EQ(incomplete({"-v"}).missing, "no command is given");
  for (const char* group : {"cache", "docs", "store"})
    EXPECT_EQ(parse({group}).error().message(),
              fmt::format("no command of `tfhub {0}` is given; `tfhub help {0}` lists them", group));
}

TEST(Arguments, WhatIsWrongIsSaid) {
  const auto message = [](std::initializer_list<const char*> words) {
    const auto arguments = parse(words);
    if (arguments) return std::string("(accepted)");
    EXPECT_EQ(arguments.error().code(), Code::kUsage);
    return arguments.error().message();
  };
  EXPECT_THAT(message({"resovle", "x"}), HasSubstr("'resovle'"));
  EXPECT_THAT(message({"resolve"}), AllOf(HasSubstr("HANDLE"), HasSubstr("tfhub help resolve")));
  EXPECT_THAT(message({"resolve", "x", "y"}), HasSubstr("y"));
  EXPECT_THAT(message({"resolve", "x", "--fast"}), HasSubstr("--fast"));
  EXPECT_THAT(message({"--fast"}), HasSubstr("--fast"));
  EXPECT_THAT(message({"publish", "x"}), HasSubstr("NAME"));
  EXPECT_THAT(message({"serve", "--threads", "many"}), HasSubstr("--threads"));
  EXPECT_THAT(message({"serve", "--disk-cache-size", "2GiB"}), HasSubstr("needs --disk-cache"));
  EXPECT_THAT(message({"serve", "--disk-cache", "/d", "--disk-cache-size", "much"}), HasSubstr("'much'"));
  EXPECT_THAT(message({"cache", "burn"}), HasSubstr("tfhub help cache"));
  EXPECT_THAT(message({"cache", "prune", "--max-size", "lots"}), HasSubstr("20GiB"));
  EXPECT_THAT(message({"cache", "prune", "--older-than", "-1"}), HasSubstr("30d"));
  EXPECT_THAT(message({"docs", "check"}), HasSubstr("TREE"));
  EXPECT_THAT(message({"help", "nothing"}), HasSubstr("'tfhub nothing'"));
}

}  // namespace
}  // namespace tfhub::cli
