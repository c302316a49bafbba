// What a handle with a format gives: protocol.md sections 1 and 2.
#include <nlohmann/json.hpp>

#include "hub_fixture.h"
#include "protocol/http.h"

namespace tfhub::server {
namespace {

using protocol::Kind;
using ::testing::HasSubstr;
using ::testing::Not;

const Files kSavedModelFiles = {{"assets/vocab.txt", "a\nb\n"}, {"saved_model.pb", "graph"}};
const Files kTfJsFiles = {{"group1-shard1of1.bin", "weights"}, {"model.json", "{}"}};

class Downloads : public HubTest {
 protected:
  Downloads() {
    options_.uncompressed_base = "gs://bucket/models/";
    archive_ = many_bytes(100'000);
    record_ = publish(*store_, "acme/mobilenet/v2/3", Kind::kSavedModel, archive_, kSavedModelFiles);
    publish(*store_, "acme/mobilenet/v2/1", Kind::kSavedModel, "older", kSavedModelFiles);
    publish(*store_, "acme/lite/1", Kind::kTfLite, "TFL3 bytes", {{"1.tflite", "TFL3 bytes"}});
    publish(*store_, "acme/js/2/default/1", Kind::kTfJs, "js archive", kTfJsFiles);
  }
  std::string archive_;
  std::optional<catalog::VersionRecord> record_;
};

TEST_F(Downloads, ArchiveOfAVersion) {
  const Answer answer = get("/acme/mobilenet/v2/3?tf-hub-format=compressed");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, archive_);
  EXPECT_EQ(answer.field("content-type"), "application/gzip");
  EXPECT_EQ(answer.field("content-disposition"), "attachment; filename=\"acme_mobilenet_v2_3.tar.gz\"");
  EXPECT_EQ(answer.field("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(answer.field("accept-ranges"), "bytes");
  EXPECT_EQ(answer.field("etag"), "\"" + record_->archive_sha256.hex().substr(0, 32) + "\"");
  EXPECT_EQ(answer.field("repr-digest"), protocol::repr_digest(record_->archive_sha256));
  EXPECT_EQ(answer.field("last-modified"), protocol::http_date(record_->published));
  EXPECT_FALSE(answer.has("content-encoding"));
  EXPECT_FALSE(answer.has("content-location"));
}

TEST_F(Downloads, UnversionedIsTheHighestVersionAndNamesIt) {
  const Answer answer = get("/acme/mobilenet/v2?tf-hub-format=compressed");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, archive_);
  EXPECT_EQ(answer.field("content-location"), "/acme/mobilenet/v2/3");
  EXPECT_EQ(protocol::canonical_link(answer.field("link")), "http://hub.test/acme/mobilenet/v2/3");
  EXPECT_THAT(answer.field("cache-control"), Not(HasSubstr("immutable")));
}

TEST_F(Downloads, PublicUrlIsWhatLinksSay) {
  options_.public_url = "https://models.example.com/";
  const Answer answer = get("/acme/mobilenet/v2?tf-hub-format=compressed");
  EXPECT_EQ(protocol::canonical_link(answer.field("link")), "https://models.example.com/acme/mobilenet/v2/3");
}

TEST_F(Downloads, HeadAnswersAsGetDoes) {
  for (const char* target :
       {"/acme/mobilenet/v2/3?tf-hub-format=compressed", "/acme/lite/1?lite-format=tflite",
        "/acme/mobilenet/v2/3?tf-hub-format=uncompressed", "/acme/mobilenet/v2/3", "/", "/nobody",
        "/api/v1/models"}) {
    const Answer whole = get(target),
                 head = ask({.method = Method::kHead, .method_name = "HEAD", .target = target});
    EXPECT_EQ(head.status, whole.status) << target;
    EXPECT_EQ(head.fields, whole.fields) << target;
    EXPECT_EQ(head.length, whole.length) << target;
  }
}

struct RangeCase {
  const char *name, *range;
  unsigned status;
  uint64_t first, last;
};
class Ranges : public Downloads, public ::testing::WithParamInterface<RangeCase> {};

TEST_P(Ranges, AnswersAsRfc9110Says) {
  const RangeCase& test = GetParam();
  const Answer answer = ask({.target = "/acme/mobilenet/v2/3?tf-hub-format=compressed", .range = test.range});
  EXPECT_EQ(answer.status, test.status);
  if (test.status == 206) {
    EXPECT_EQ(answer.body, archive_.substr(test.first, test.last - test.first + 1));
    EXPECT_EQ(answer.field("content-range"), fmt::format("bytes {}-{}/100000", test.first, test.last));
    EXPECT_EQ(answer.field("repr-digest"), protocol::repr_digest(record_->archive_sha256));
  } else if (test.status == 416) {
    EXPECT_EQ(answer.field("content-range"), "bytes */100000");
    EXPECT_EQ(answer.field("content-type"), "application/problem+json");
    EXPECT_FALSE(answer.has("etag"));
  } else {
    EXPECT_EQ(answer.body, archive_);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Ranges,
                         ::testing::Values(RangeCase{"First", "bytes=0-0", 206, 0, 0},
                                           RangeCase{"Middle", "bytes=500-999", 206, 500, 999},
                                           RangeCase{"OpenEnded", "bytes=99990-", 206, 99990, 99999},
                                           RangeCase{"Suffix", "bytes=-10", 206, 99990, 99999},
                                           RangeCase{"SuffixOfAll", "bytes=-1000000", 206, 0, 99999},
                                           RangeCase{"PastEndIsCut", "bytes=99999-5000000", 206, 99999,
                                                     99999},
                                           RangeCase{"Outside", "bytes=100000-", 416, 0, 0},
                                           RangeCase{"EmptySuffix", "bytes=-0", 416, 0, 0},
                                           RangeCase{"SeveralAreTheWhole", "bytes=0-1,4-5", 200, 0, 0},
                                           RangeCase{"OtherUnit", "lines=0-1", 200, 0, 0},
                                           RangeCase{"Backwards", "bytes=5-4", 200, 0, 0},
                                           RangeCase{"Nonsense", "bytes=x-y", 200, 0, 0}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Downloads, IfRangeGuardsTheRange) {
  const std::string etag = get("/acme/mobilenet/v2/3?tf-hub-format=compressed").field("etag");
  const auto with = [&](std::string_view if_range) {
    return ask({.target = "/acme/mobilenet/v2/3?tf-hub-format=compressed",
                .range = "bytes=1-2",
                .if_range = if_range})
        .status;
  };
  EXPECT_EQ(with(etag), 206U);
  EXPECT_EQ(with("\"other\""), 200U);
  EXPECT_EQ(with("W/" + etag), 200U);
  EXPECT_EQ(with("Sat, 21 Nov 2026 00:00:00 GMT"), 200U);
}

TEST_F(Downloads, IfNoneMatchSavesTheBytes) {
  const Answer first = get("/acme/mobilenet/v2?tf-hub-format=compressed");
  const std::string etag = first.field("etag");
  for (const std::string& tags : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    const Answer answer =
        ask({.target = "/acme/mobilenet/v2?tf-hub-format=compressed", .if_none_match = tags});
    EXPECT_EQ(answer.status, 304U) << tags;
    EXPECT_EQ(answer.body, "");
    // RFC 9110, 15.4.5: what a 200 would have said.
    for (const char* name : {"etag", "cache-control", "content-location", "link"})
      EXPECT_EQ(answer.field(name), first.field(name)) << name;
  }
  EXPECT_EQ(
      ask({.target = "/acme/mobilenet/v2?tf-hub-format=compressed", .if_none_match = "\"other\""}).status,
      200U);
}

TEST_F(Downloads, UncompressedIsA303WithoutLocation) {
  const Answer answer = get("/acme/mobilenet/v2/3?tf-hub-format=uncompressed");
  EXPECT_EQ(answer.status, 303U);
  EXPECT_EQ(answer.body, "gs://bucket/models/acme/mobilenet/v2/3/uncompressed");
  EXPECT_FALSE(answer.has("location"));
  EXPECT_THAT(answer.field("cache-control"), HasSubstr("max-age=300"));
  EXPECT_EQ(get("/acme/mobilenet/v2?tf-hub-format=uncompressed").body, answer.body);
}

TEST_F(Downloads, UncompressedWithoutABaseSaysWhy) {
  options_.uncompressed_base.clear();
  const Answer answer = get("/acme/mobilenet/v2/3?tf-hub-format=uncompressed");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_THAT(answer.body, HasSubstr("--uncompressed-base"));
  EXPECT_THAT(answer.body, HasSubstr("tf-hub-format=compressed"));
}

TEST_F(Downloads, LastOfRepeatedParametersWinsAndListsAreTakenInOrder) {
  EXPECT_EQ(get("/acme/mobilenet/v2/3?tf-hub-format=nonsense&tf-hub-format=compressed").status, 200U);
  EXPECT_EQ(get("/acme/mobilenet/v2/3?tf-hub-format=compressed&tf-hub-format=uncompressed").status, 303U);
  EXPECT_EQ(get("/acme/mobilenet/v2/3?tf-hub-format=uncompressed,compressed").status, 303U);
  hub_.reset();
  options_.uncompressed_base.clear();
  EXPECT_EQ(get("/acme/mobilenet/v2/3?tf-hub-format=uncompressed,compressed").status, 200U);
}

TEST_F(Downloads, TfLite) {
  const Answer answer = get("/acme/lite/1?lite-format=tflite");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "TFL3 bytes");
  EXPECT_EQ(answer.field("content-type"), "application/octet-stream");
  EXPECT_EQ(answer.field("content-disposition"), "attachment; filename=\"acme_lite_1.tflite\"");
}

TEST_F(Downloads, TfJs) {
  const Answer archive = get("/acme/js/2/default/1?tfjs-format=compressed");
  EXPECT_EQ(archive.status, 200U);
  EXPECT_EQ(archive.body, "js archive");
  const Answer model = get("/acme/js/2/default/1/model.json?tfjs-format=file");
  EXPECT_EQ(model.status, 200U);
  EXPECT_EQ(model.body, "{}");
  EXPECT_EQ(model.field("content-type"), "application/json");
  EXPECT_FALSE(model.has("content-disposition"));
  const Answer shard = get("/acme/js/2/default/1/group1-shard1of1.bin?tfjs-format=file");
  EXPECT_EQ(shard.body, "weights");
  EXPECT_EQ(shard.field("content-type"), "application/octet-stream");
  EXPECT_EQ(shard.field("cache-control"), "public, max-age=31536000, immutable");
  const Answer latest = get("/acme/js/2/default/model.json?tfjs-format=file");
  EXPECT_EQ(latest.status, 200U);
  EXPECT_EQ(latest.field("content-location"), "/acme/js/2/default/1/model.json");
}

TEST_F(Downloads, AnyFileOfAModel) {
  const Answer file =
      ask({.target = "/acme/mobilenet/v2/3/assets/vocab.txt?tf-hub-format=file", .range = "bytes=2-"});
  EXPECT_EQ(file.status, 206U);
  EXPECT_EQ(file.body, "b\n");
  EXPECT_EQ(file.field("repr-digest"), protocol::repr_digest(Sha256::of(as_bytes("a\nb\n"))));
  EXPECT_EQ(file.field("content-type"), "application/octet-stream");
  EXPECT_EQ(get("/acme/lite/1/1.tflite?tf-hub-format=file").body, "TFL3 bytes");
}

TEST_F(Downloads, WhatIsNotThereIsA404ThatHelps) {
  EXPECT_THAT(get("/acme/mobilenet/v2/3?lite-format=tflite").body, HasSubstr("tf-hub-format=compressed"));
  EXPECT_THAT(get("/acme/lite/1?tf-hub-format=compressed").body, HasSubstr("lite-format=tflite"));
  EXPECT_THAT(get("/acme/js/2/default/1?tf-hub-format=compressed").body, HasSubstr("tfjs-format=compressed"));
  EXPECT_THAT(get("/acme/js/2/default/1?tfjs-format=file").body, HasSubstr("/model.json?tfjs-format=file"));
  EXPECT_THAT(get("/acme/mobilenet/v2/3/nothing.pb?tf-hub-format=file").body, HasSubstr("/api/v1/models/"));
  for (const char* target :
       {"/acme/mobilenet/v2/2?tf-hub-format=compressed", "/acme/mobilenet?tf-hub-format=compressed",
        "/acme/mobilenet/v2/3/x?tf-hub-format=compressed", "/acme/mobilenet/v2/03?tf-hub-format=compressed",
        "/acme/mobilenet/v2/3?tf-hub-format=zip", "/acme/lite/1?tf-hub-format=uncompressed",
        "/acme?tf-hub-format=compressed", "/acme/mobilenet/v2/3/saved_model.pb",
        "/acme/mobilenet/v2/3/uncompressed/saved_model.pb?tf-hub-format=file",
        "/acme/mobilenet/v2/3.tar.gz"}) {
    const Answer answer = get(target);
    EXPECT_EQ(answer.status, 404U) << target;
    EXPECT_EQ(answer.field("content-type"), "application/problem+json") << target;
    EXPECT_EQ(answer.field("cache-control"), "no-store") << target;
    const auto problem = nlohmann::json::parse(answer.body);
    EXPECT_EQ(problem["status"], 404) << target;
    EXPECT_EQ(problem["title"], "Not Found") << target;
    EXPECT_EQ(problem["instance"], target);
    for (const char* member : {"type", "detail"}) EXPECT_TRUE(problem[member].is_string()) << target;
  }
}

TEST_F(Downloads, StagedBytesAreServedAndPromoted) {
  const auto record =
      publish(*store_, "acme/staged/1", Kind::kSavedModel, "staged archive", kSavedModelFiles, false);
  const std::string final_key = protocol::archive_key(record.id, record.kind);
  EXPECT_EQ(get("/acme/staged/1?tf-hub-format=compressed").body, "staged archive");
  EXPECT_EQ(get("/acme/staged/1?tf-hub-format=uncompressed").status, 303U);
  const auto promoted = store_->head(final_key);
  ASSERT_TRUE(promoted);
  EXPECT_TRUE(promoted->has_value());
}

TEST_F(Downloads, ADamagedStoreIsA500NotWrongBytes) {
  std::filesystem::resize_file(directory_.path() + "/acme/mobilenet/v2/3.tar.gz", 10);
  EXPECT_EQ(get("/acme/mobilenet/v2/3?tf-hub-format=compressed").status, 500U);
}

}  // namespace
}  // namespace tfhub::server
