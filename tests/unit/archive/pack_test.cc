// Packing: the same bytes always, readable by others and by us, one pass over the files.
#include "archive/pack.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "archive/archive_testing.h"
#include "archive/deflate_chunk.h"
#include "archive/tar_writer.h"
#include "testing/temp_dir.h"

namespace tfhub::archive {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::run;
using testing::unpack;
using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

class StringSink final : public ByteSink {
 public:
  Result<void> write(Bytes bytes) override { return text_ += as_text(bytes), Result<void>(); }
  std::string text_;
};

// Deterministic on every machine: mt19937 is specified to the bit.
std::string weights(size_t size) {
  std::mt19937 random(42);
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 4 == 3 ? 0x3d : random());
  return bytes;
}

std::string prose(size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "token" + std::to_string(random() % 1000) + "\n";
  text.resize(size);
  return text;
}

void fill_model(const std::string& root) {
  write_text(root + "/saved_model.pb", prose(70'000));
  write_text(root + "/variables/variables.data-00000-of-00001", weights(2'300'000));
  write_text(root + "/variables/variables.index", "index");
  write_text(root + "/assets/vocab.txt", prose(1000));
  write_text(root + "/assets.extra/empty", "");
  write_text(root + "/assets/" + std::string(120, 'l') + "/" + std::string(120, 'n'),
             "needs a pax header or a prefix");
  write_text(root + "/assets/" + std::string(200, 'l') + "/" + std::string(200, 'n'), "needs a pax header");
  write_text(root + "/assets/K\xc3\xb6ln.txt", "UTF-8");
  fs::create_directories(root + "/debug");
}

Result<Packed> pack_directory(const std::string& root, std::string& archive, PackOptions options = {}) {
  auto entries = list_tree(root, Limits{});
  if (!entries) return tl::unexpected(entries.error());
  StringSink sink;
  auto packed = pack(*entries, sink, options);
  archive = std::move(sink.text_);
  return packed;
}

TEST(Pack, TheSameBytesWhateverTheThreadsAndTheTimes) {
  const TempDir directory;
  fill_model(directory / "m");
  std::string first;
  const auto packed = pack_directory(directory / "m", first, {.threads = 1});
  ASSERT_TRUE(packed) << packed.error().message();
  EXPECT_EQ(packed->archive_size, first.size());
  EXPECT_EQ(packed->archive_sha256, Sha256::of(as_bytes(first)));
  for (const unsigned threads : {0u, 2u, 3u, 8u, 64u}) {
    std::string again;
    ASSERT_TRUE(pack_directory(directory / "m", again, {.threads = threads}));
    EXPECT_TRUE(again == first) << threads << " threads";
  }
  // A copy with other times, modes and inodes.
  ASSERT_EQ(
      run("cp -r '" + (directory / "m") + "' '" + (directory / "copy") + "' && chmod -R go-rwx '" +
          (directory / "copy") + "' && touch -d 2001-01-01 '" + (directory / "copy/saved_model.pb") + "'"),
      0);
  std::string copied;
  ASSERT_TRUE(pack_directory(directory / "copy", copied));
  EXPECT_TRUE(copied == first);
}

// Another ISA-L, or a processor without SSE 4.2 (deflate_chunk.h), may pack differently: then publishing
// the same directory again from there would be a conflict. This says so before users do.
TEST(Pack, TheBytesAreThoseOfEveryOtherMachine) {
  ChunkDeflater deflater;
  std::string all;
  for (const std::string& chunk : {weights(1 << 20), prose(1 << 20), std::string(1 << 20, '\0'), prose(33)}) {
    std::string out(ChunkDeflater::bound(chunk.size()), '\0');
    out.resize(deflater.deflate(as_bytes(chunk), std::as_writable_bytes(std::span(out))));
    all += out;
  }
  EXPECT_EQ(Sha256::of(as_bytes(all)).hex(),
            "1a9c3e0744c38273e9569fdc742ea44977622be3e7b3b2d209d439d9d2172ece");
}

TEST(Pack, UnpacksToWhatItWas) {
  const TempDir directory;
  fill_model(directory / "m");
  std::string archive;
  const auto packed = pack_directory(directory / "m", archive);
  ASSERT_TRUE(packed) << packed.error().message();
  const auto unpacked = unpack(archive);
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_EQ(unpacked.result->files, packed->files);
  EXPECT_TRUE(unpacked.files.contains("debug/"));
  for (const FileEntry& file : packed->files)
    EXPECT_TRUE(unpacked.files.at(file.path) == read_text(directory / "m" + "/" + file.path)) << file.path;
}

TEST(Pack, GnuTarAndPythonReadItWithoutAWord) {
  const TempDir directory;
  fill_model(directory / "m");
  std::string archive;
  ASSERT_TRUE(pack_directory(directory / "m", archive));
  write_text(directory / "m.tar.gz", archive);
  const std::string in = "cd '" + directory.path() + "' && ";
  ASSERT_EQ(run(in + "gzip -t m.tar.gz 2>gzip.err && test ! -s gzip.err"), 0);
  ASSERT_EQ(run(in + "mkdir gnu && tar -xzf m.tar.gz -C gnu 2>tar.err && test ! -s tar.err && diff -r m gnu"),
            0);
  ASSERT_EQ(run(in + "tar -tzf m.tar.gz | head -2 | tr '\\n' ' ' | grep -qx './ ./assets/ '"), 0);
  ASSERT_EQ(
      run(in +
          "mkdir python && python3 -c \"import tarfile; tarfile.open('m.tar.gz').extractall('python')\" && "
          "diff -r m python"),
      0);
}

TEST(Pack, WhatGnuTarAndPythonPackIsRead) {
  const TempDir directory;
  fill_model(directory / "m");
  const std::string in = "cd '" + directory.path() + "' && ";
  for (const std::string command :
       {"tar -czf a -C m .", "tar -cjf a -C m .", "tar -cJf a -C m .", "tar -cf a -C m .",
        "tar --format=gnu -czf a -C m .", "tar --format=pax -czf a -C m .",
        "tar -czf a -C m saved_model.pb variables assets assets.extra debug",
        "python3 -c \"import tarfile; t = tarfile.open('a', 'w:gz'); t.add('m', arcname='.'); t.close()\"",
        "python3 -c \"import tarfile; t = tarfile.open('a', 'w:xz', format=tarfile.GNU_FORMAT); t.add('m', "
        "arcname='.'); "
        "t.close()\""}) {
    ASSERT_EQ(run(in + command), 0) << command;
    const auto unpacked = unpack(read_text(directory / "a"));
    ASSERT_TRUE(unpacked.result) << command << ": " << unpacked.result.error().message();
    EXPECT_EQ(unpacked.result->files.size(), 8u) << command;
    EXPECT_TRUE(unpacked.files.at("variables/variables.data-00000-of-00001") == weights(2'300'000))
        << command;
  }
}

TEST(Pack, AModelOfZerosCanBeFetchedAgain) {
  const TempDir directory;
  write_text(directory / "m/zeros", std::string(70 << 20, '\0'));
  std::string archive;
  ASSERT_TRUE(pack_directory(directory / "m", archive));
  EXPECT_LT(archive.size(), 2u << 20);
  const auto unpacked = unpack(archive);
  EXPECT_TRUE(unpacked.result) << unpacked.result.error().message();
}

TEST(Pack, NoiseGrowsByAlmostNothing) {
  const TempDir directory;
  std::mt19937 random(1);
  std::string noise(3 << 20, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  write_text(directory / "m/noise", noise);
  std::string archive;
  ASSERT_TRUE(pack_directory(directory / "m", archive));
  EXPECT_LT(archive.size(), noise.size() + 2000);
  EXPECT_TRUE(unpack(archive).files.at("noise") == noise);
}

class Recorder final : public FileObserver {
 public:
  Result<void> begin(const TreeEntry& file) override {
    log_ += "<" + file.path + ">";
    return {};
  }
  Result<void> data(Bytes bytes) override {
    content_ += as_text(bytes);
    if (fail_) return tl::unexpected(Error(Code::kNotAllowed, "the copy cannot be written"));
    return {};
  }
  Result<void> end(const FileEntry& file) override {
    EXPECT_EQ(file.size, content_.size());
    EXPECT_EQ(file.sha256, Sha256::of(as_bytes(content_)));
    log_ += std::to_string(content_.size());
    content_.clear();
    return {};
  }
  std::string log_, content_;
  bool fail_ = false;
};

TEST(Pack, TheObserverSeesEveryFileOnceInOrder) {
  const TempDir directory;
  write_text(directory / "m/b", std::string(3'000'000, 'b'));
  write_text(directory / "m/a/x", "xx");
  write_text(directory / "m/a/empty", "");
  std::string archive;
  Recorder recorder;
  ASSERT_TRUE(pack_directory(directory / "m", archive, {.observer = &recorder}));
  EXPECT_EQ(recorder.log_, "<a/empty>0<a/x>2<b>3000000");
  recorder.fail_ = true;
  const auto refused = pack_directory(directory / "m", archive, {.observer = &recorder});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "the copy cannot be written");
}

TEST(Pack, AFileThatChangesIsAnError) {
  const TempDir directory;
  write_text(directory / "m/f", "12345");
  auto entries = list_tree(directory / "m", Limits{});
  ASSERT_TRUE(entries);
  StringSink sink;
  write_text(directory / "m/f", "1234");
  EXPECT_THAT(pack(*entries, sink, {}).error().message(), HasSubstr("became shorter"));
  write_text(directory / "m/f", "123456");
  EXPECT_THAT(pack(*entries, sink, {}).error().message(), HasSubstr("became longer"));
}

class FullSink final : public ByteSink {
 public:
  Result<void> write(Bytes bytes) override {
    taken_ += bytes.size();
    if (taken_ > 1'000'000) return tl::unexpected(Error(Code::kUnexpected, "the disk is full"));
    return {};
  }
  size_t taken_ = 0;
};

TEST(Pack, ErrorsOfTheSinkEndItAtOnce) {
  const TempDir directory;
  fill_model(directory / "m");
  FullSink sink;
  const auto packed = pack(*list_tree(directory / "m", Limits{}), sink, {});
  ASSERT_FALSE(packed);
  EXPECT_EQ(packed.error().message(), "the disk is full");
}

TEST(TarHeader, SizesBeyondEightGibibytesArePax) {
  const std::string header = tar_header("big", false, uint64_t{1} << 40);
  ASSERT_EQ(header.size(), 3 * 512u);
  EXPECT_THAT(header, HasSubstr("size=1099511627776\n"));
  const std::string tar = header + "cut";
  EXPECT_THAT(unpack(tar).result.error().message(), HasSubstr("1.0 TiB"));  // read as it was meant
}

// POSIX ustar: the name at 0, 100 bytes; the prefix, which goes before it with a slash, at 345, 155 bytes.
TEST(TarHeader, ALongNameIsSplitAtASlashWhereItCanBe) {
  const std::string folder(140, 'd'), name(90, 'n');
  const std::string split = tar_header(folder + "/" + name, false, 1);
  ASSERT_EQ(split.size(), 512u);
  EXPECT_EQ(std::string(split.c_str()), name);
  EXPECT_EQ(std::string(split.substr(345, 155).c_str()), "./" + folder);
  const auto unpacked = unpack(split + "x" + std::string(511, '\0') + tar_end());
  ASSERT_TRUE(unpacked.result) << unpacked.result.error().message();
  EXPECT_EQ(unpacked.files.at(folder + "/" + name), "x");

  EXPECT_EQ(tar_header(std::string(152, 'd') + "/" + name, false, 1).size(), 512u);      // 154 with "./"
  EXPECT_EQ(tar_header(std::string(153, 'd') + "/" + name, false, 1).size(), 512u);      // 155: just fits
  EXPECT_EQ(tar_header(std::string(154, 'd') + "/" + name, false, 1).size(), 3 * 512u);  // pax
  EXPECT_EQ(tar_header(folder, true, 0).size(), 3 * 512u);  // no slash but the last
}

}  // namespace
}  // namespace tfhub::archive
