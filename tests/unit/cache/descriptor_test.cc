#include "cache/descriptor.h"

#include "cache/cache_testing.h"

namespace tfhub::cache {
namespace {

using Record = Descriptor::Record;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

Manifest manifest() {
  return {{"assets/vocab with space.txt", 3, Sha256::of(as_bytes("abc"))},
          {"saved_model.pb", 5, Sha256::of(as_bytes("graph"))}};
}

std::string text_of(const Manifest& files, const std::string& etag = "\"v1\"") {
  return format_descriptor({.handle = "https://x.org/a/1", .etag = etag, .alias_of = {}, .files = &files})
      .value();
}

TEST(DescriptorFormat, BeginsAsTensorflowHubs) {
  const std::string text = text_of(manifest());
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "Module: https://x.org/a/1");
  std::getline(lines, line);
  EXPECT_THAT(
      line,
      MatchesRegex("Download Time: [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{6})?"));
  std::getline(lines, line);
  EXPECT_EQ(line, fmt::format("Downloader Hostname: {} (PID:{})", os::host_name(), ::getpid()));
  std::getline(lines, line);
  EXPECT_EQ(line, "tfhub-record: 1");
}

TEST(DescriptorFormat, IsReadBack) {
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds(1);
  const Descriptor read = Descriptor::parse(text_of(manifest()));
  EXPECT_EQ(read.record(), Record::kWhole);
  EXPECT_EQ(read.handle(), "https://x.org/a/1");
  EXPECT_EQ(read.etag(), "\"v1\"");
  EXPECT_EQ(read.alias_of(), "");
  EXPECT_GE(read.downloaded(), before);
  Manifest files;
  EXPECT_TRUE(read.every_file([&](const RecordedFile& file) {
    EXPECT_EQ(file.path.data()[file.path.size()], '\0');
    files.push_back({std::string(file.path), file.size, Sha256Digest::from_hex(file.sha256).value()});
    return true;
  }));
  EXPECT_EQ(files, manifest());
}

TEST(DescriptorFormat, TheExampleOfTheDocumentIsReadAsItSays) {
  const Descriptor read = Descriptor::parse(
      "Module: https://hub.example.org/acme/mul/1\n"
      "Download Time: 2026-11-21 08:01:10.234872\n"
      "Downloader Hostname: node-7 (PID:4711)\n"
      "tfhub-record: 1\n"
      "downloaded: 1795248070\n"
      "etag: \"9f86d081\"\n"
      "file: 56420 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 saved_model.pb\n"
      "file: 15 9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa variables/variables.index\n"
      "end: c7f969082a8a8efedbe9c723155a09da5001a5ff13f4f796d1adcba232e39371\n");
  EXPECT_EQ(read.record(), Record::kWhole);
  EXPECT_EQ(read.handle(), "https://hub.example.org/acme/mul/1");
  EXPECT_EQ(read.etag(), "\"9f86d081\"");
  EXPECT_EQ(std::chrono::system_clock::to_time_t(read.downloaded()), 1795248070);
  uint64_t size = 0;
  EXPECT_TRUE(read.every_file([&](const RecordedFile& file) { return (size += file.size) > 0; }));
  EXPECT_EQ(size, 56435u);
}

TEST(DescriptorFormat, SurvivesAMove) {
  Descriptor first = Descriptor::parse(text_of(manifest()));
  const Descriptor second = std::move(first);
  size_t count = 0;
  EXPECT_TRUE(second.every_file([&](const RecordedFile&) { return ++count > 0; }));
  EXPECT_EQ(count, 2u);
}

TEST(DescriptorFormat, AnAliasHasATargetAndNoFiles) {
  const Descriptor read = Descriptor::parse(
      format_descriptor({.handle = "h", .etag = "e", .alias_of = "https://x.org/a/2", .files = nullptr})
          .value());
  EXPECT_EQ(read.record(), Record::kWhole);
  EXPECT_EQ(read.alias_of(), "https://x.org/a/2");
  EXPECT_FALSE(read.has_files());
}

TEST(DescriptorFormat, TensorflowHubsHasNoRecord) {
  const Descriptor read = Descriptor::parse(
      "Module: https://x.org/a/1\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: h (PID:7)");
  EXPECT_EQ(read.record(), Record::kNone);
  EXPECT_EQ(read.handle(), "https://x.org/a/1");
  std::tm local{};
  local.tm_year = 126, local.tm_mon = 10, local.tm_mday = 21, local.tm_hour = 8, local.tm_min = 1,
  local.tm_sec = 10;
  local.tm_isdst = -1;
  EXPECT_EQ(read.downloaded(), std::chrono::system_clock::from_time_t(std::mktime(&local)));
  EXPECT_EQ(Descriptor::parse("").record(), Record::kNone);
}

TEST(DescriptorFormat, EveryTearIsNoticed) {
  const std::string whole = text_of(manifest());
  const size_t record = whole.find("tfhub-record");
  for (size_t size = record + 1; size < whole.size(); ++size)
    EXPECT_EQ(Descriptor::parse(whole.substr(0, size)).record(), Record::kTorn) << "cut at " << size;
  for (size_t at = record; at < whole.size(); ++at) {
    std::string text = whole;
    text[at] = static_cast<char>(text[at] ^ 1);
    const auto read = Descriptor::parse(text).record();
    // The digit of the version changed is another version.
    if (text.substr(record, 16) == "tfhub-record: 0\n")
      EXPECT_EQ(read, Record::kNone);
    else
      EXPECT_EQ(read, Record::kTorn) << "changed at " << at;
  }
  EXPECT_EQ(Descriptor::parse(whole + "x").record(), Record::kTorn);
}

TEST(DescriptorFormat, ALaterVersionIsLeftToLaterPrograms) {
  std::string text = text_of(manifest());
  text.replace(text.find("tfhub-record: 1"), 15, "tfhub-record: 27");
  EXPECT_EQ(Descriptor::parse(text).record(), Record::kNone);
}

TEST(DescriptorFormat, UnknownLinesOfThisVersionArePassedOver) {
  std::string text = text_of(manifest());
  text.insert(text.find("etag: "), "colour: green\n");
  const std::string body = text.substr(0, text.rfind("end: "));
  const Descriptor read = Descriptor::parse(body + "end: " + Sha256::of(as_bytes(body)).hex() + "\n");
  EXPECT_EQ(read.record(), Record::kWhole);
  EXPECT_EQ(read.etag(), "\"v1\"");
  EXPECT_TRUE(read.has_files());
}

TEST(DescriptorFormat, NoPathLeavesTheModel) {
  for (const std::string path : {"/etc/passwd", "../x", "a/../../x", "a/..", "..", "", "a\nb"}) {
    const Manifest files = {{path, 1, {}}};
    EXPECT_FALSE(format_descriptor({.handle = "h", .etag = {}, .alias_of = {}, .files = &files})) << path;
    const std::string body =
        "Module: h\nt\nh\ntfhub-record: 1\nfile: 1 " + std::string(64, '0') + " " + path + "\n";
    const Descriptor read = Descriptor::parse(body + "end: " + Sha256::of(as_bytes(body)).hex() + "\n");
    EXPECT_FALSE(read.every_file([](const RecordedFile&) { return true; }) && path != "a\nb") << path;
  }
}

TEST(DescriptorFormat, AnEtagThatNoLineHoldsIsLeftOut) {
  const Descriptor read = Descriptor::parse(text_of(manifest(), "a\nalias: evil"));
  EXPECT_EQ(read.record(), Record::kWhole);
  EXPECT_EQ(read.etag(), "");
  EXPECT_EQ(read.alias_of(), "");
}

TEST(DescriptorFormat, ReadsNothingAsNothing) {
  TempDir temp;
  const auto missing = Descriptor::read(temp / "missing");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
}

}  // namespace
}  // namespace tfhub::cache
