// Which tensors an index names, and what is refused.
#include "savedmodel/variables_index.h"

#include "savedmodel/damage.h"
#include "savedmodel/table_writer.h"

namespace tfhub::savedmodel {
namespace {

using namespace testing;  // NOLINT: the writers
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Description> read_index(const std::string& file, Checksums checksums = Checksums::kVerify) {
  Budget budget;
  Description description;
  TFHUB_TRY(read_variables_index(as_bytes(file), budget, description, checksums));
  return description;
}

std::string small_index() {
  const std::string slice = text(7, text(1, number(1, 0)));
  return table({{{"", bundle_header()},
                 {std::string("\0part", 5), bundle_entry(1, {2, 4}, 32)},
                 {"_CHECKPOINTABLE_OBJECT_GRAPH", bundle_entry(7, {}, 900)},
                 {"dense/bias", bundle_entry(1, {4}, 16)}},
                {{"dense/kernel", bundle_entry(1, {3, 4}, 48, 1)},
                 {"part", number(1, 1) + text(2, shape({4, 4})) + slice},
                 {"vocabulary", bundle_entry(7, {10}, 77)},
                 {"w/.OPTIMIZER_SLOT/m", bundle_entry(1, {5}, 20)},
                 {"zero", bundle_entry(3, {0, 7}, 0)}}});
}

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);  // RFC 3720, B.4 and the usual check value
}

TEST(VariablesIndex, TellsTensors) {
  const auto model = read_index(small_index());
  ASSERT_TRUE(model) << model.error().message();
  std::vector<std::string> names;
  for (const WeightTensor& tensor : model->tensors) names.push_back(tensor.name);
  EXPECT_THAT(names,
              ElementsAre("dense/bias", "dense/kernel", "part", "vocabulary", "w/.OPTIMIZER_SLOT/m", "zero"));
  EXPECT_EQ(model->tensors[1].dtype, "float32");
  EXPECT_THAT(model->tensors[1].shape, ElementsAre(3, 4));
  EXPECT_EQ(model->tensors[1].bytes, 48u);
  EXPECT_EQ(model->tensors[1].shard, 1u);
  EXPECT_EQ(model->tensors[2].bytes, 64u);  // of the whole tensor, though its bytes lie in slices
  EXPECT_EQ(model->tensors[2].shard, std::nullopt);
  EXPECT_EQ(model->parameter_count, 4u + 12 + 16);  // strings and what training left are none
  EXPECT_EQ(model->tensor_bytes, 16u + 48 + 64 + 77 + 20);
}

TEST(VariablesIndex, RefusesWhatDoesNotFit) {
  const auto message = [](const std::string& file) {
    const auto model = read_index(file);
    if (model) return std::string("(read)");
    EXPECT_EQ(model.error().code(), Code::kCorrupt);
    return model.error().message();
  };
  EXPECT_THAT(message(""), HasSubstr("too short"));
  EXPECT_THAT(message(std::string(100, 'x')), HasSubstr("mark"));
  std::string damaged = small_index();
  damaged[20] ^= 1;
  EXPECT_THAT(message(damaged), HasSubstr("checksum"));
  EXPECT_THAT(message(table({{{"a", bundle_entry(1, {}, 4)}}})), HasSubstr("no header"));
  EXPECT_THAT(message(table({{{"", number(2, 1)}}})), HasSubstr("big-endian"));
  EXPECT_THAT(message(table({{{"", bundle_header()}, {"a", bundle_entry(1, {3}, 4)}}})),
              HasSubstr("make 12"));
  EXPECT_THAT(
      message(table({{{"", bundle_header()}, {"b", bundle_entry(1, {}, 4)}, {"a", bundle_entry(1, {}, 4)}}})),
      HasSubstr("order"));
  const int64_t large = int64_t{1} << 40;
  EXPECT_THAT(message(table({{{"", bundle_header()}, {"a", bundle_entry(1, {large, large}, 4)}}})),
              HasSubstr("2^63"));
  EXPECT_THAT(message(table({{{"", bundle_header()}, {"a", bundle_entry(1, {-1}, 4)}}})), HasSubstr("-1"));
}

TEST(VariablesIndex, SaysThatItIsCompressed) {
  std::string contents = block({{"", bundle_header()}});
  std::string file = with_trailer(contents, 1);
  const std::string index = block({{"", varint(0) + varint(contents.size())}});
  std::string footer =
      varint(file.size()) + varint(index.size()) + varint(file.size()) + varint(index.size());
  footer.resize(40, '\0');
  file += with_trailer(index) + footer + fixed(0xdb4775248b80fb57, 8);
  const auto model = read_index(file);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), HasSubstr("compressed"));
}

// Prefix compression lets five bytes stand for a key of 64 KiB.
TEST(VariablesIndex, ManyLongKeysOfAFewBytesAreRefused) {
  Entries entries{{"", bundle_header()}};
  const std::string prefix(60'000, 'k');
  for (int i = 0; i < 50'000; ++i) {
    std::string key = prefix;
    for (const int shift : {16, 8, 0}) key += static_cast<char>(i >> shift);
    entries.emplace_back(std::move(key), "");
    if (i % 1'000 == 0 && i > 2'000) break;  // the reader stops at 64 MiB of names
  }
  const auto model = read_index(table({entries}));
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), HasSubstr("more than any model"));
}

TEST(VariablesIndex, AnswersToDamage) {
  for (const Checksums checksums : {Checksums::kIgnore, Checksums::kVerify})
    expect_answers_to_damage(small_index(), [&](const std::string& file) -> Result<void> {
      const auto model = read_index(file, checksums);
      if (!model) return tl::unexpected(model.error());
      return {};
    });
}

}  // namespace
}  // namespace tfhub::savedmodel
