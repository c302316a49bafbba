// The decompressors alone: any split of what goes in, and of the room for what comes out, means the same,
// also in the middle of a header; what is damaged is said to be.
#include "archive/decompressor.h"

#include <lzma.h>

#include <algorithm>
#include <functional>
#include <string>

#include "archive/archive_testing.h"

namespace tfhub::archive {
namespace {

using ::testing::HasSubstr;

// All of `packed`, given in pieces of `in_step` and taken in pieces of `out_step`; or "error: " and why.
std::string unpacked_in_steps(Decompressor& decompressor, std::string_view packed, size_t in_step,
                              size_t out_step) {
  std::string out;
  std::string room(out_step, '\0');
  while (!packed.empty()) {
    Bytes in = as_bytes(packed.substr(0, in_step));
    packed.remove_prefix(std::min(in_step, packed.size()));
    for (bool full = true; full || !in.empty();) {
      MutableBytes left = std::as_writable_bytes(std::span(room));
      if (const auto done = decompressor.run(in, left); !done) return "error: " + done.error().message();
      out += room.substr(0, out_step - left.size());
      full = left.empty();
    }
  }
  const auto done = decompressor.finish();
  return done ? out : "error: " + done.error().message();
}

struct Kind {
  std::string name;
  std::string (*compress)(std::string_view);
  std::unique_ptr<Decompressor> (*make)();
};

class EveryDecompressor : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryDecompressor,
                         ::testing::Values(Kind{"gzip", testing::gzip, make_gzip_decompressor},
                                           Kind{"bzip2", testing::bzip2, make_bzip2_decompressor},
                                           Kind{"xz", testing::xz, make_xz_decompressor},
                                           Kind{"plain",
                                                [](std::string_view bytes) { return std::string(bytes); },
                                                make_plain_decompressor}),
                         [](const auto& each) { return each.param.name; });

TEST_P(EveryDecompressor, AnySplitMeansTheSame) {
  std::string content;
  for (int i = 0; i < 400; ++i) content += "token " + std::to_string(i * i) + "\n";
  // The second stream, and zeros after it, where the format has such.
  std::string packed =
      GetParam().compress(content.substr(0, 1000)) + GetParam().compress(content.substr(1000));
  if (GetParam().name != "plain") packed += std::string(8, '\0');
  for (const size_t in_step : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{11}, packed.size()}) {
    for (const size_t out_step : {size_t{1}, size_t{5}, size_t{997}, content.size(), content.size() + 1}) {
      const auto decompressor = GetParam().make();
      EXPECT_TRUE(unpacked_in_steps(*decompressor, packed, in_step, out_step) == content)
          << in_step << " bytes in, " << out_step << " out at a time";
    }
  }
}

TEST_P(EveryDecompressor, WhatIsNotOfItsFormatIsRefused) {
  if (GetParam().name == "plain") return;
  const auto decompressor = GetParam().make();
  EXPECT_THAT(unpacked_in_steps(*decompressor, "<html><body>Sign in</body></html>", 100, 100),
              HasSubstr("the " + GetParam().name + " data is damaged"));
}

// RFC 1952: ID1 ID2 CM FLG MTIME XFL OS, then what FLG announces.
std::string gzip_with(char method, char flags, std::string_view fields, std::string_view content) {
  std::string header("\x1f\x8b", 2);
  header += {method, flags, 0, 0, 0, 0, 0, 3};
  return header.append(fields).append(testing::gzip(content).substr(10));
}

std::string gunzipped(std::string_view packed, size_t step = 1) {
  return unpacked_in_steps(*make_gzip_decompressor(), packed, step, 100);
}

TEST(GzipHeader, EveryFieldMayBeCutAnywhere) {
  constexpr char kExtra = 4, kName = 8, kComment = 16;
  using std::string_view_literals::operator""sv;
  for (const size_t step : {1u, 2u, 3u, 13u, 1000u}) {
    EXPECT_EQ(gunzipped(gzip_with(8, kExtra, "\0\0"sv, "no extra bytes"), step), "no extra bytes");
    EXPECT_EQ(gunzipped(gzip_with(8, kExtra, "\4\0abcd"sv, "extra"), step), "extra");
    EXPECT_EQ(gunzipped(gzip_with(8, kName, "model.tar\0"sv, "name"), step), "name");
    EXPECT_EQ(gunzipped(gzip_with(8, kComment, "\0"sv, "comment"), step), "comment");
    EXPECT_EQ(gunzipped(gzip_with(8, kExtra | kName | kComment, "\2\0abn\0c\0"sv, "all"), step), "all");
  }
}

TEST(GzipHeader, WhatNoReaderKnowsIsRefused) {
  EXPECT_THAT(gunzipped(gzip_with(7, 0, "", "x")), HasSubstr("its method is not deflate"));
  for (const char flag : {'\x20', '\x40', '\x80'})
    EXPECT_THAT(gunzipped(gzip_with(8, flag, "", "x")), HasSubstr("unknown flags"));
  const std::string one = testing::gzip("one");
  EXPECT_THAT(gunzipped(one + "garbage of more than a header"), HasSubstr("something after the end"));
  EXPECT_THAT(gunzipped(one + "\x1f garbage of more than a header"), HasSubstr("something after the end"));
  EXPECT_THAT(gunzipped(one + "short"), HasSubstr("breaks off"));
  EXPECT_THAT(gunzipped(one + std::string(3, '\0') + "x"), HasSubstr("something after the end"));
}

// A stream whose dictionary is said to be of 2^(n/2 + 11) or 2^(n/2 + 11) * 1.5 bytes ("The .xz File
// Format", 5.3.1).
std::string xz_with_dictionary(char n) {
  std::string stream = testing::xz("small");
  constexpr size_t kBlockHeader = 12;  // after the stream's own header
  const size_t size = (static_cast<unsigned char>(stream[kBlockHeader]) + 1) * 4;
  const size_t filter = stream.find("\x21\x01", kBlockHeader);  // LZMA2, with one byte of properties
  if (filter > kBlockHeader + size) return "no filter where it should be";
  stream[filter + 2] = n;
  const uint32_t crc =
      lzma_crc32(reinterpret_cast<const uint8_t*>(stream.data()) + kBlockHeader, size - 4, 0);
  for (int i = 0; i < 4; ++i) stream[kBlockHeader + size - 4 + i] = static_cast<char>(crc >> (8 * i));
  return stream;
}

TEST(XzDictionary, OneThatTakesAllMemoryIsRefused) {
  constexpr char kOneAndAHalfGibibytes = 37, kTwoGibibytes = 38, kFourGibibytes = 40;
  const auto unpacked = [](char n) {
    return unpacked_in_steps(*make_xz_decompressor(), xz_with_dictionary(n), 1000, 1000);
  };
  EXPECT_EQ(unpacked(kOneAndAHalfGibibytes), "small");
  EXPECT_THAT(unpacked(kTwoGibibytes), HasSubstr("dictionary needs 2.0 GiB of memory"));
  EXPECT_THAT(unpacked(kFourGibibytes), HasSubstr("dictionary needs 4.0 GiB of memory"));
}

}  // namespace
}  // namespace tfhub::archive
