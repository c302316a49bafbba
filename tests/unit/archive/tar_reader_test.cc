// The tar reader alone: any split of the bytes means the same, any cut is noticed.
#include "archive/tar_reader.h"

#include "archive/archive_testing.h"

namespace tfhub::archive {
namespace {

using testing::TarBuilder;

class Log final : public TarHandler {
 public:
  Result<void> directory(std::string_view name) override { return add("D", name); }
  Result<void> begin_file(std::string_view name, uint64_t size) override {
    return add("F" + std::to_string(size) + " ", name);
  }
  Result<void> data(Bytes bytes) override { return add("", as_text(bytes)); }
  Result<void> end_file() override { return add(";", ""); }
  Result<void> global_header() override { return add("G", ""); }
  std::string text_;

 private:
  Result<void> add(std::string_view what, std::string_view name) {
    text_ += what;
    text_ += name;
    return {};
  }
};

std::string sample() {
  return TarBuilder()
      .pax({{"comment", "x"}}, 'g')
      .directory("./")
      .pax({{"path", "a/pax"}})
      .file("p", "1234567")
      .long_name("a/long")
      .add({.name = "l", .body = std::string(700, 'b'), .magic = std::string("ustar  \0", 8)})
      .file("empty", "")
      .end();
}

Result<void> read_in_steps(std::string_view tar, size_t step, std::string& log) {
  Log handler;
  TarReader reader(handler);
  Result<void> done;
  while (done && !tar.empty()) {
    done = reader.push(as_bytes(tar.substr(0, step)));
    tar.remove_prefix(std::min(step, tar.size()));
  }
  log = handler.text_;
  return done ? reader.finish() : done;
}

TEST(TarReader, AnySplitMeansTheSame) {
  std::string whole;
  ASSERT_TRUE(read_in_steps(sample(), sample().size(), whole));
  EXPECT_EQ(whole, "GD./F7 a/pax1234567;F700 a/long" + std::string(700, 'b') + ";F0 empty;");
  for (size_t step = 1; step < 1100; ++step) {
    std::string log;
    const auto done = read_in_steps(sample(), step, log);
    ASSERT_TRUE(done) << step << ": " << done.error().message();
    ASSERT_EQ(log, whole) << step;
  }
}

TEST(TarReader, CutAtAnyByteIsAnError) {
  const std::string tar = sample();
  for (size_t size = 0; size < tar.size(); ++size) {
    std::string log;
    const auto done = read_in_steps(std::string_view(tar).substr(0, size), 4096, log);
    ASSERT_FALSE(done) << size;
    ASSERT_EQ(done.error().code(), Code::kCorrupt);
  }
}

TEST(TarReader, AnyBitOfAHeaderCounts) {
  const std::string tar = TarBuilder().file("name", "x").end();
  for (size_t bit = 0; bit < kTarBlock * 8; ++bit) {
    // Not those around the checksum's digits, which are blanks whatever they are.
    if (bit / 8 >= 148 && bit / 8 < 156) continue;
    std::string flipped = tar;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::string log;
    EXPECT_FALSE(read_in_steps(flipped, 4096, log)) << "bit " << bit;
  }
}

}  // namespace
}  // namespace tfhub::archive
