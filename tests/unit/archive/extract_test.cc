// The pipeline: formats, damage at every place, limits, digests, errors of the source.
#include "archive/extract.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <tuple>

#include "archive/archive_testing.h"
#include "base/error.h"
#include "base/settings.h"
#include "testing/temp_dir.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SteppedSource;
using testing::TarBuilder;
using testing::unpack;
using tfhub::testing::TempDir;

std::string noise(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string small_tar() {
  return TarBuilder().directory("./d/").file("./d/f", noise(300, 1)).end();
}

struct Format {
  std::string name;
  std::string (*compress)(std::string_view);
  Compression compression;
};

std::string plain(std::string_view bytes) {
  return std::string(bytes);
}

class EveryFormat : public ::testing::TestWithParam<Format> {
 protected:
  std::string compress(std::string_view bytes) const { return GetParam().compress(bytes); }
};
class EveryCompression : public EveryFormat {};

const Format kPlain{"plain", plain, Compression::kNone};
const Format kGzip{"gzip", testing::gzip, Compression::kGzip};
const Format kBzip2{"bzip2", testing::bzip2, Compression::kBzip2};
const Format kXz{"xz", testing::xz, Compression::kXz};
constexpr auto kName = [](const auto& each) { return each.param.name; };
INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, ::testing::Values(kPlain, kGzip, kBzip2, kXz), kName);
INSTANTIATE_TEST_SUITE_P(Compressions, EveryCompression, ::testing::Values(kGzip, kBzip2, kXz), kName);

TEST_P(EveryFormat, GivesTheFilesAndTheirDigests) {
  // Larger than all the blocks of the pipeline, so that they go round.
  const std::string weights = noise(3'500'001, 7);
  const std::string archive =
      compress(TarBuilder().directory("./").file("./b/weights", weights).file("./a", "small").end());
  const auto unpacked = unpack(archive);
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_EQ(unpacked.result->compression, GetParam().compression);
  EXPECT_EQ(unpacked.result->archive_bytes, archive.size());
  ASSERT_EQ(unpacked.result->files.size(), 2u);
  EXPECT_EQ(unpacked.result->files[0].path, "a");
  EXPECT_EQ(unpacked.result->files[1].path, "b/weights");
  EXPECT_EQ(unpacked.result->files[1].size, weights.size());
  EXPECT_EQ(unpacked.result->files[1].sha256, Sha256::of(as_bytes(weights)));
  EXPECT_TRUE(unpacked.files.at("b/weights") == weights);
}

TEST_P(EveryFormat, GivesManySmallFilesEachItsOwnBytes) {
  // More files than all batches hold, and some that lie across the borders of blocks.
  TarBuilder tar;
  std::map<std::string, std::string> expected;
  for (unsigned i = 0; i < 900; ++i) {
    const std::string name = fmt::format("{}/{:03}", i % 7, i);
    expected[name.substr(0, 2)] = "";  // the directory
    expected[name] = noise(i % 11 == 0 ? 0 : i * 7, i);
    tar.file("./" + name, expected[name]);
  }
  const auto unpacked = unpack(compress(tar.end()));
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_TRUE(unpacked.files == expected);
  ASSERT_EQ(unpacked.result->files.size(), 900u);
  for (const FileEntry& file : unpacked.result->files) {
    EXPECT_EQ(file.size, expected.at(file.path).size()) << file.path;
    EXPECT_EQ(file.sha256, Sha256::of(as_bytes(expected.at(file.path)))) << file.path;
  }
}

TEST_P(EveryFormat, ComesInPiecesOfAnySize) {
  const std::string archive = compress(small_tar());
  for (const size_t step : {1u, 2u, 3u, 7u, 511u, 512u, 513u}) {
    SteppedSource source(archive, step);
    const auto unpacked = unpack(source);
    ASSERT_TRUE(unpacked.result) << step << ": " << unpacked.result.error().message();
    EXPECT_EQ(unpacked.files.size(), 2u);
  }
}

TEST_P(EveryCompression, CutAtAnyByteIsAnError) {
  const std::string archive = compress(small_tar());
  for (size_t size = 0; size < archive.size(); ++size) {
    const auto unpacked = unpack(archive.substr(0, size));
    ASSERT_FALSE(unpacked.result) << "cut to " << size << " of " << archive.size() << " bytes";
    ASSERT_EQ(unpacked.result.error().code(), Code::kCorrupt) << unpacked.result.error().message();
  }
}

TEST_P(EveryCompression, ABitFlippedNeverGivesOtherFiles) {
  const std::string archive = compress(small_tar());
  const auto sound = unpack(archive);
  for (size_t i = 0; i < archive.size(); ++i) {
    std::string flipped = archive;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    const auto unpacked = unpack(flipped);
    // A plain tar has no checksum over its content: only headers and padding are covered there.
    if (!unpacked.result) {
      ASSERT_EQ(unpacked.result.error().code(), Code::kCorrupt)
          << i << ": " << unpacked.result.error().message();
    } else if (GetParam().compression != Compression::kNone) {
      ASSERT_EQ(unpacked.files, sound.files) << "byte " << i;
    }
  }
}

TEST_P(EveryFormat, ZerosMayFollowGarbageMayNot) {
  const std::string archive = compress(small_tar());
  EXPECT_TRUE(unpack(archive + std::string(512, '\0')).result);
  for (const std::string& garbage : {std::string("x"), std::string("<html>"), std::string(512, '\0') + "x"}) {
    const auto unpacked = unpack(archive + garbage);
    ASSERT_FALSE(unpacked.result) << garbage.size();
    EXPECT_EQ(unpacked.result.error().code(), Code::kCorrupt);
  }
}

TEST_P(EveryCompression, SeveralStreamsAreOne) {
  const std::string tar = small_tar();
  for (const size_t cut : {size_t{1}, size_t{512}, size_t{700}, tar.size() - 1}) {
    const auto unpacked = unpack(compress(tar.substr(0, cut)) + compress(tar.substr(cut)));
    ASSERT_TRUE(unpacked.result) << cut << ": " << unpacked.result.error().message();
    EXPECT_EQ(unpacked.files.size(), 2u);
  }
  // Two whole archives are two tars in one stream, and the second is something after the end.
  EXPECT_FALSE(unpack(compress(tar) + compress(tar)).result);
}

TEST(Gzip, ManyTinyMembersAndEmptyOnes) {
  const std::string tar = small_tar();
  std::string archive = testing::gzip("");
  for (size_t i = 0; i < tar.size(); i += 2) archive += testing::gzip(tar.substr(i, 2));
  archive += testing::gzip("");
  for (const size_t step : {1u, 5u, 100'000u}) {
    SteppedSource source(archive, step);
    const auto unpacked = unpack(source);
    ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
    EXPECT_EQ(unpacked.files.size(), 2u);
  }
}

TEST(Gzip, ItsChecksumAndSizeAreChecked) {
  const std::string archive = testing::gzip(small_tar());
  for (size_t from_end = 1; from_end <= 8; ++from_end) {
    std::string wrong = archive;
    wrong[wrong.size() - from_end] = static_cast<char>(wrong[wrong.size() - from_end] ^ 0x10);
    const auto unpacked = unpack(wrong);
    ASSERT_FALSE(unpacked.result);
    EXPECT_THAT(unpacked.result.error().message(),
                HasSubstr(from_end <= 4 ? "size is not" : "checksum is wrong"));
  }
}

TEST(Gzip, AHeaderWithEveryFieldIsReadAcrossBuffers) {
  const std::string body = testing::gzip(small_tar()).substr(10);
  std::string header("\x1f\x8b\x08\x1e\1\2\3\4\0\3", 10);  // header CRC, extra, name, comment
  header += std::string("\5\0extra", 7) + std::string("model.tar\0", 10) + std::string("a comment\0", 10);
  uint32_t crc = 0xffffffff;
  for (const char c : header) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
  }
  crc = ~crc;
  const std::string sum{static_cast<char>(crc & 0xff), static_cast<char>(crc >> 8 & 0xff)};
  for (const size_t step : {1u, 3u, 1000u}) {
    const std::string archive = header + sum + body;
    SteppedSource source(archive, step);
    const auto unpacked = unpack(source);
    EXPECT_TRUE(unpacked.result) << unpacked.result.error().message();
  }
  EXPECT_THAT(unpack(header + "xx" + body).result.error().message(), HasSubstr("header's checksum"));
  EXPECT_FALSE(unpack(header.substr(0, 20)).result);
}

TEST(Extract, ErrorsOfTheSourcePassThroughUnchanged) {
  const std::string archive = testing::gzip(TarBuilder().file("w", noise(5'000'000, 3)).end());
  for (const size_t given : {size_t{0}, size_t{100}, archive.size() / 2, archive.size()}) {
    SteppedSource source(std::string_view(archive).substr(0, given), 100'000,
                         Error(Code::kNetwork, "the connection was cut").in("cannot fetch"));
    const auto unpacked = unpack(source);
    ASSERT_FALSE(unpacked.result);
    EXPECT_EQ(unpacked.result.error().code(), Code::kNetwork);
    EXPECT_EQ(unpacked.result.error().message(), "cannot fetch");
    EXPECT_EQ(unpacked.result.error().chain().size(), 1u);
  }
}

TEST(Extract, ARefusedArchiveIsNotReadToItsEnd) {
  std::string tar = TarBuilder().file("../x", "x").unfinished() + noise(16'000'000, 1);
  SteppedSource source(tar, 512 << 10);
  ASSERT_FALSE(unpack(source).result);
  EXPECT_GT(source.left(), 8'000'000u);
}

class Told final : public Progress {
 public:
  void update(std::string_view what, uint64_t done, std::optional<uint64_t> total) override {
    what_ = what;
    done_ = done;
    total_ = total;
  }
  std::string what_;
  uint64_t done_ = 0;
  std::optional<uint64_t> total_;
};

TEST(Extract, ProgressCountsWhatWasRead) {
  const std::string archive = testing::gzip(small_tar());
  Told told;
  ASSERT_TRUE(unpack(archive, {.progress = &told, .archive_size = archive.size()}).result);
  EXPECT_EQ(told.what_, "downloading");
  EXPECT_EQ(told.done_, archive.size());
  EXPECT_EQ(told.total_, archive.size());
}

std::string terabyte_claim() {
  return TarBuilder()
      .file("first", "x")
      .add({.name = "huge",
            .body = noise(5000, 1),
            .size_field = std::string("\x80\0\0\0\0\0\1\0\0\0\0\0", 12)})
      .unfinished();
}

TEST(Limits, AClaimOfATerabyteStopsAtOnce) {
  const auto unpacked = unpack(testing::gzip(terabyte_claim()));
  ASSERT_FALSE(unpacked.result);
  EXPECT_EQ(unpacked.result.error().code(), Code::kCorrupt);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("TFHUB_MAX_MODEL_SIZE"));
  EXPECT_EQ(unpacked.files.size(), 1u);  // "first", filled or not
}

TEST(Limits, AModelIsNeverLargerThanTheDisk) {
  ExtractOptions options;
  options.limits.total_bytes = UINT64_MAX;
  std::string field("\x80\0\0\0\x40\0\0\0\0\0\0\0", 12);  // 2^62 bytes
  const auto unpacked =
      unpack(testing::gzip(TarBuilder().add({.name = "huge", .body = "", .size_field = field}).unfinished()),
             options);
  ASSERT_FALSE(unpacked.result);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("free some space"));
}

TEST(Limits, TotalBytesCountAllFiles) {
  ExtractOptions options;
  options.limits.total_bytes = 1000;
  const std::string fits =
      TarBuilder().file("a", std::string(600, 'x')).file("b", std::string(400, 'x')).end();
  const std::string over =
      TarBuilder().file("a", std::string(600, 'x')).file("b", std::string(401, 'x')).end();
  EXPECT_TRUE(unpack(fits, options).result);
  EXPECT_THAT(unpack(over, options).result.error().message(), HasSubstr("TFHUB_MAX_MODEL_SIZE"));
}

TEST(Limits, EntriesCountDirectoriesAndGlobalHeaders) {
  ExtractOptions options;
  options.limits.entries = 3;
  EXPECT_TRUE(unpack(TarBuilder().directory("./").directory("a").file("a/b", "").end(), options).result);
  for (const std::string& tar :
       {TarBuilder().directory("./").directory("a").file("a/b", "").file("a/c", "").end(),
        TarBuilder().pax({{"k", "v"}}, 'g').pax({{"k", "v"}}, 'g').pax({{"k", "v"}}, 'g').file("a", "").end(),
        TarBuilder().file("a", "").pax({{"k", "v"}}, 'g').pax({{"k", "v"}}, 'g').pax({{"k", "v"}}, 'g').end(),
        TarBuilder().file("a", "").directory("b").directory("c").directory("d").end()})
    EXPECT_THAT(unpack(tar, options).result.error().message(), HasSubstr("TFHUB_MAX_MODEL_FILES"));
}

TEST(Limits, ABombStopsWithinAMebibyteOfTheLimit) {
  const std::string bomb = testing::gzip(TarBuilder().file("zeros", std::string(72 << 20, '\0')).end());
  ASSERT_LT(bomb.size(), 2u << 20);
  const auto unpacked = unpack(bomb);
  ASSERT_FALSE(unpacked.result);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("TFHUB_MAX_EXPANSION"));
  EXPECT_LE(unpacked.files.at("zeros").size(), (64u << 20) + (1u << 20));
  // The same bytes are fine for somebody who says so, and so is a small file of zeros.
  ExtractOptions trusting;
  trusting.limits.expansion = 2000;
  EXPECT_TRUE(unpack(bomb, trusting).result);
  EXPECT_TRUE(unpack(testing::gzip(TarBuilder().file("zeros", std::string(60 << 20, '\0')).end())).result);
}

TEST(Limits, ZerosAfterTheEndAreABombToo) {
  ExtractOptions options;
  options.limits.expansion_from = 1 << 20;
  const auto unpacked =
      unpack(testing::gzip(TarBuilder().file("a", "x").end() + std::string(20 << 20, '\0')), options);
  ASSERT_FALSE(unpacked.result);
  EXPECT_THAT(unpacked.result.error().message(), HasSubstr("TFHUB_MAX_EXPANSION"));
}

TEST(Limits, ComeFromTheSettings) {
  ::setenv("TFHUB_MAX_MODEL_SIZE", "3KiB", 1);
  ::setenv("TFHUB_MAX_MODEL_FILES", "12", 1);
  ::setenv("TFHUB_MAX_EXPANSION", "9", 1);
  const auto limits = Limits::from_settings();
  ::setenv("TFHUB_MAX_MODEL_FILES", "0", 1);
  const auto none = Limits::from_settings();
  ::unsetenv("TFHUB_MAX_MODEL_SIZE");
  ::unsetenv("TFHUB_MAX_MODEL_FILES");
  ::unsetenv("TFHUB_MAX_EXPANSION");
  ASSERT_TRUE(limits) << limits.error().message();
  EXPECT_EQ(limits->total_bytes, 3072u);
  EXPECT_EQ(limits->entries, 12u);
  EXPECT_EQ(limits->expansion, 9u);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kUsage);
  EXPECT_EQ(Limits::from_settings()->total_bytes, uint64_t{50} << 30);
}

// `first`, and then `again` without end; a reader that goes on for so long has no bound.
class EndlessSource final : public ByteSource {
 public:
  EndlessSource(std::string first, std::string again) : rest_(std::move(first)), again_(std::move(again)) {}
  Result<size_t> read(MutableBytes buffer) override {
    constexpr uint64_t kForEver = uint64_t{1} << 30;
    if (given_ > kForEver) return fail(Code::kUnexpected, "it reads for ever");
    while (rest_.size() < buffer.size()) rest_ += again_;
    std::memcpy(buffer.data(), rest_.data(), buffer.size());
    rest_.erase(0, buffer.size());
    given_ += buffer.size();
    return buffer.size();
  }

 private:
  std::string rest_, again_;
  uint64_t given_ = 0;
};

TEST(Endless, WhatUnpacksToNothingIsNotReadForEver) {
  const std::string tar = TarBuilder().file("a", "x").end();
  const std::string zeros(1 << 20, '\0');
  std::string many_empty, pax_headers;
  for (int i = 0; i < 2000; ++i) many_empty += testing::gzip("");
  for (int i = 0; i < 500; ++i) pax_headers += TarBuilder().pax({{"comment", "x"}}, 'g').unfinished();
  const std::vector<std::tuple<const char*, std::string, std::string>> endless = {
      {"gzip: empty members", testing::gzip(tar), many_empty},
      {"gzip: zeros behind it", testing::gzip(tar), zeros},
      {"bzip2: zeros behind it", testing::bzip2(tar), zeros},
      {"xz: padding behind it", testing::xz(tar), zeros},
      {"tar: zeros behind it", tar, zeros},
      {"tar: global headers", TarBuilder().file("a", "x").unfinished(), pax_headers},
  };
  for (const auto& [what, first, again] : endless) {
    SCOPED_TRACE(what);
    const TempDir directory;
    auto staging = os::StagingDirectory::create(directory / "staging");
    ASSERT_TRUE(staging);
    EndlessSource source(first, again);
    ExtractOptions options;
    options.limits.total_bytes = 8 << 20;
    options.limits.entries = 100;
    const auto result = extract(source, *staging, options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Code::kCorrupt) << result.error().message();
  }
}

TEST(Limits, ASettingThatIsNoLimitIsNamed) {
  for (const char* const name : {"TFHUB_MAX_MODEL_SIZE", "TFHUB_MAX_MODEL_FILES", "TFHUB_MAX_EXPANSION"}) {
    for (const char* const value : {"0", "many", "-1"}) {
      ::setenv(name, value, 1);
      const auto limits = Limits::from_settings();
      ::unsetenv(name);
      ASSERT_FALSE(limits) << name << "=" << value;
      EXPECT_EQ(limits.error().code(), Code::kUsage);
      EXPECT_THAT(limits.error().message(), HasSubstr(name)) << value;
    }
  }
}

TEST(Extract, FilesAre0644AndDirectories0755) {
  const tfhub::testing::TempDir directory;
  auto staging = os::StagingDirectory::create(directory / "s");
  ASSERT_TRUE(staging);
  std::string tar = TarBuilder().file("d/f", "x").end();
  MemorySource source(as_bytes(tar));
  ASSERT_TRUE(extract(source, *staging, {}));
  namespace fs = std::filesystem;
  const auto mask = static_cast<unsigned>(fs::perms::mask);
  EXPECT_EQ(static_cast<unsigned>(fs::status(staging->path() + "/d/f").permissions()) & mask, 0644u);
  EXPECT_EQ(static_cast<unsigned>(fs::status(staging->path() + "/d").permissions()) & mask, 0755u);
}

}  // namespace
}  // namespace tfhub::archive
