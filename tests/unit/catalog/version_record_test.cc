#include "catalog/version_record.h"

#include "catalog/publishing.h"

namespace tfhub::catalog {
namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not in the record: " + from);
  return text.replace(at, from.size(), to);
}

TEST(VersionRecord, GoesThroughJson) {
  for (const Kind kind : {Kind::kSavedModel, Kind::kTf1Hub, Kind::kTfLite, Kind::kTfJs}) {
    auto record =
        record_of("tensorflow/posenet/mobilenet/float/050/7", {{"a ü.pb", "x"}, {"b/c", ""}}, kToken, kind);
    record.id.version = 9223372036854775807u;
    record.archive_size = uint64_t{1} << 40;
    const auto parsed = VersionRecord::from_json(record.to_json());
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_TRUE(parsed->same_content(record));
    EXPECT_EQ(parsed->id, record.id);
    EXPECT_EQ(parsed->kind, kind);
    EXPECT_EQ(parsed->published, record.published);
    EXPECT_EQ(parsed->archive_size, record.archive_size);
    EXPECT_EQ(parsed->archive_sha256, record.archive_sha256);
    EXPECT_EQ(parsed->files, record.files);
    EXPECT_EQ(parsed->staging, kToken);
    EXPECT_EQ(parsed->has_uncompressed(), kind != Kind::kTfLite);
  }
}

TEST(VersionRecord, SaysFirstWhatItIs) {
  EXPECT_THAT(
      record_of("acme/mul/1", small_model("x"), kToken).to_json(),
      ::testing::StartsWith("{\n \"type\": \"version\",\n \"name\": \"acme/mul\",\n \"version\": 1,"));
}

TEST(VersionRecord, RefusesWhatIsDamaged) {
  const std::string good = record_of("acme/mul/1", small_model("x"), kToken).to_json();
  ASSERT_TRUE(VersionRecord::from_json(good));
  const std::string digest = Sha256::of(as_bytes("x")).hex();
  const std::vector<std::pair<std::string, std::string>> damage = {
      {"\"version\": 1,", "\"version\": 0,"},
      {"\"version\": 1,", "\"version\": -1,"},
      {"\"version\": 1,", "\"version\": \"1\","},
      {"\"version\": 1,", ""},
      {"\"type\": \"version\"", "\"type\": \"model\""},
      {"acme/mul", "acme/../mul"},
      {"saved_model_2", "zip"},
      {"Z\"", "\""},
      {"2025", "year"},
      {kToken, "../x"},
      {kToken, ""},
      {digest, digest.substr(1)},
      {"\"saved_model.pb\"", "\"../saved_model.pb\""},
      {"\"saved_model.pb\"", "\"/etc/passwd\""},
      {"\"saved_model.pb\"", "\"zzz\""},
      {"\"saved_model.pb\"", "7"},
      {"\"files\"", "\"flies\""},
      {"\"archive\"", "\"arkive\""},
      {"{\n", "{{\n"},
  };
  for (const auto& [from, to] : damage) {
    const auto parsed = VersionRecord::from_json(replaced(good, from, to));
    ASSERT_FALSE(parsed) << from << " -> " << to;
    EXPECT_EQ(parsed.error().code(), Code::kCorrupt);
  }
  for (size_t length = 0; length + 2 < good.size(); length += 7) {
    EXPECT_FALSE(VersionRecord::from_json(good.substr(0, length))) << length;
  }
  EXPECT_FALSE(VersionRecord::from_json("[]"));
  EXPECT_FALSE(VersionRecord::from_json("null"));
}

TEST(VersionRecord, SameContentIsAboutBytesOnly) {
  const auto record = record_of("acme/mul/1", small_model("x"), kToken);
  auto later = record;
  later.published += std::chrono::hours(1);
  later.staging = "ffffffffffffffffffffffffffffffff";
  EXPECT_TRUE(record.same_content(later));
  later.archive_sha256 = Sha256::of(as_bytes("packed by something else"));
  later.archive_size += 7;
  EXPECT_TRUE(record.same_content(later)) << "the same files";
  EXPECT_FALSE(record.same_content(record_of("acme/mul/1", small_model("y"), kToken)));
  EXPECT_FALSE(record.same_content(record_of("acme/mul/2", small_model("x"), kToken)));
  EXPECT_FALSE(record.same_content(record_of("acme/mul/1", small_model("x"), kToken, Kind::kTf1Hub)));
}

}  // namespace
}  // namespace tfhub::catalog
