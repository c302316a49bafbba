// A download that is cut at any place gives the right bytes or an error, never a splice of two files.
#include "transfer/resume.h"

#include <gtest/gtest.h>

#include "transfer/quick.h"
#include "transfer/retry.h"
#include "transfer/scripted_server.h"

namespace tfhub::transfer::test {
namespace {

using ::testing::HasSubstr;

TEST(Resume, ContinuesAfterACutAtEveryPlace) {
  const ServedFile file{pattern(3000)};
  const std::string whole = file.answer({}).bytes;
  for (size_t cut = 0; cut < whole.size(); cut += cut < 200 || cut > whole.size() - 40 ? 1 : 37) {
    for (const bool reset : {false, true}) {
      SCOPED_TRACE(fmt::format("cut at {} of {}, {}", cut, whole.size(), reset ? "RST" : "FIN"));
      ScriptedServer server([&](const RecordedRequest& request, int number) {
        Reply answer = file.answer(request);
        if (number == 0) answer.cut_at = cut, answer.reset = reset;
        return answer;
      });
      const Outcome got = download(server.url());
      ASSERT_FALSE(got.error) << got.error->message();
      ASSERT_EQ(got.bytes, file.content);
    }
  }
}

TEST(Resume, AsksForTheRestWithTheStrongTag) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    Reply answer = file.answer(request);
    if (number == 0) answer.cut_at = answer.bytes.size() - 1000;
    return answer;
  });
  EXPECT_EQ(download(server.url()).bytes, file.content);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].header("range"), "");
  EXPECT_EQ(requests[1].header("range"), "bytes=2000-");
  EXPECT_EQ(requests[1].header("if-range"), "\"v1\"");
}

TEST(Resume, SurvivesManyCutsThatMakeProgress) {
  const ServedFile file{pattern(30'000)};
  ScriptedServer server([&](const RecordedRequest& request, int) {
    Reply answer = file.answer(request);
    answer.cut_at = std::min(answer.bytes.size(), answer.bytes.find("\r\n\r\n") + 4 + 1000);
    return answer;
  });
  HttpOptions options = patient();
  options.retries = 1;
  EXPECT_EQ(download(server.url(), options).bytes, file.content);
  EXPECT_EQ(server.requests().size(), 30u);
}

TEST(Resume, StopsAfterAnEndlessDripOfCuts) {
  const ServedFile file{pattern(100'000)};
  ScriptedServer server([&](const RecordedRequest& request, int) {
    Reply answer = file.answer(request);
    answer.cut_at = answer.bytes.find("\r\n\r\n") + 4 + 1;
    return answer;
  });
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kNetwork);
  EXPECT_THAT(got.error->message(), HasSubstr("was cut"));
  EXPECT_LE(server.requests().size(), RetryBudget::kFreeCuts + 3);
}

TEST(Resume, GivesUpAfterItsRetries) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    Reply answer = file.answer(request);
    answer.cut_at = number == 0 ? answer.bytes.size() - 1000 : 0;
    return answer;
  });
  HttpOptions options = patient();
  options.retries = 2;
  const Outcome got = download(server.url(), options);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.bytes, file.content.substr(0, 2000));
  EXPECT_THAT(got.error->message(), HasSubstr("3 tries"));
  EXPECT_EQ(server.requests().size(), 3u);
}

// The first answer ends after 1,000 bytes of the body; the second is `again`.
Outcome cut_then(const std::string& first_headers, const Reply& again, const std::string& content) {
  Reply first = reply("200 OK", first_headers, content);
  first.cut_at = first.bytes.find("\r\n\r\n") + 4 + 1000;
  ScriptedServer server({first, again});
  return download(server.url());
}

struct BadContinuation {
  const char* name;
  std::string first_headers;
  Reply again;
  const char* words;
};

TEST(Resume, NeverSplicesTwoFiles) {
  const std::string content = pattern(3000), other = pattern(3001).substr(1), rest = content.substr(1000);
  const std::string v1 = "ETag: \"v1\"\r\n";
  const std::vector<BadContinuation> cases = {
      {"another file, whole", v1, reply("200 OK", "ETag: \"v2\"\r\n", other), "anew"},
      {"the same file, whole", v1, reply("200 OK", v1, content), "anew"},
      {"another tag", v1,
       reply("206 Partial Content", "ETag: \"v2\"\r\nContent-Range: bytes 1000-2999/3000\r\n", rest),
       "changed"},
      {"no tag any more", v1, reply("206 Partial Content", "Content-Range: bytes 1000-2999/3000\r\n", rest),
       "changed"},
      {"another place", v1, reply("206 Partial Content", v1 + "Content-Range: bytes 999-2998/3000\r\n", rest),
       "from byte 999"},
      {"another length", v1,
       reply("206 Partial Content", v1 + "Content-Range: bytes 1000-2999/4000\r\n", rest),
       "length was 3000 and is now 4000"},
      {"past the end", v1, reply("206 Partial Content", v1 + "Content-Range: bytes 1000-3000/3000\r\n", rest),
       "after"},
      {"no place", v1, reply("206 Partial Content", v1, rest), "which part"},
      {"several parts", v1,
       reply("206 Partial Content", v1 + "Content-Type: multipart/byteranges; boundary=x\r\n", rest),
       "which part"},
      {"a length that contradicts its place", v1,
       reply("206 Partial Content", v1 + "Content-Range: bytes 1000-2999/3000\r\n", rest.substr(1)),
       "contradicts"},
      {"nothing there any more", v1,
       reply("416 Range Not Satisfiable", v1 + "Content-Range: bytes */500\r\n", ""), "no such part"},
      {"no validator at all", "", reply("200 OK", "", content), "fetched anew"},
      {"a weak tag", "ETag: W/\"v1\"\r\nLast-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\n",
       reply("206 Partial Content", "ETag: W/\"v1\"\r\nContent-Range: bytes 1000-2999/3000\r\n", rest),
       "fetched anew"},
      {"a date not a second old",
       "Last-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n",
       reply("206 Partial Content", "Content-Range: bytes 1000-2999/3000\r\n", rest), "fetched anew"},
  };
  for (const BadContinuation& bad : cases) {
    SCOPED_TRACE(bad.name);
    const Outcome got = cut_then(bad.first_headers, bad.again, content);
    ASSERT_TRUE(got.error);
    EXPECT_EQ(got.error->code(), Code::kNetwork);
    EXPECT_THAT(got.error->message(), HasSubstr(bad.words));
    EXPECT_TRUE(got.worth_restarting);
    EXPECT_EQ(got.bytes, content.substr(0, 1000));
  }
}

TEST(Resume, ContinuesByADateThatIsOldEnough) {
  const std::string content = pattern(3000);
  const std::string dates =
      "Last-Modified: Mon, 02 Jan 2006 15:04:05 GMT\r\nDate: Mon, 02 Jan 2006 15:04:06 GMT\r\n";
  Reply first = reply("200 OK", dates, content);
  first.cut_at = first.bytes.find("\r\n\r\n") + 4 + 1000;
  ScriptedServer server(
      {first, reply("206 Partial Content", dates + "Content-Range: bytes 1000-2999/3000\r\n",
                    content.substr(1000))});
  EXPECT_EQ(download(server.url()).bytes, content);
  EXPECT_EQ(server.requests().at(1).header("if-range"), "Mon, 02 Jan 2006 15:04:05 GMT");
}

TEST(Resume, TakesAShorterPartThanItAskedFor) {
  const std::string content = pattern(3000), v1 = "ETag: \"v1\"\r\n";
  Reply first = reply("200 OK", v1, content);
  first.cut_at = first.bytes.find("\r\n\r\n") + 4 + 1000;
  ScriptedServer server(
      {first,
       reply("206 Partial Content", v1 + "Content-Range: bytes 1000-1999/3000\r\n",
             content.substr(1000, 1000)),
       reply("206 Partial Content", v1 + "Content-Range: bytes 2000-2999/3000\r\n", content.substr(2000))});
  EXPECT_EQ(download(server.url()).bytes, content);
}

TEST(Resume, ContinuesABodyOfUnknownLength) {
  const ServedFile file{pattern(3000)};
  const std::string head = "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string whole = head + chunked(file.content, 500);
  for (size_t cut = head.size(); cut < whole.size(); cut += 61) {
    SCOPED_TRACE(cut);
    ScriptedServer server([&](const RecordedRequest& request, int number) {
      if (number > 0) return file.answer(request);
      Reply answer;
      answer.bytes = whole;
      answer.cut_at = cut;
      return answer;
    });
    const Outcome got = download(server.url());
    ASSERT_FALSE(got.error) << got.error->message();
    ASSERT_EQ(got.bytes, file.content);
  }
}

TEST(Resume, LearnsFrom416ThatNothingWasMissing) {
  const ServedFile file{pattern(3000)};
  Reply first;  // all chunks, no end mark
  first.bytes =
      "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(file.content, 3000);
  first.cut_at = first.bytes.size() - 5;
  ScriptedServer server(
      [&](const RecordedRequest& request, int number) { return number == 0 ? first : file.answer(request); });
  const Outcome got = download(server.url());
  ASSERT_FALSE(got.error) << got.error->message();
  EXPECT_EQ(got.bytes, file.content);
  EXPECT_EQ(server.requests().at(1).header("range"), "bytes=3000-");
}

TEST(Resume, ACutBeforeTheFirstByteTakesTheWholeOfTheSameFileOnly) {
  const std::string content = pattern(3000);
  for (const bool same : {true, false}) {
    Reply first = reply("200 OK", "ETag: \"v1\"\r\n", content);
    first.cut_at = first.bytes.find("\r\n\r\n") + 4;
    ScriptedServer server({first, reply("200 OK", same ? "ETag: \"v1\"\r\n" : "ETag: \"v2\"\r\n", content)});
    const Outcome got = download(server.url());
    EXPECT_EQ(server.requests().at(1).header("range"), "");
    EXPECT_EQ(!got.error, same);
    EXPECT_EQ(got.worth_restarting, !same);
    EXPECT_EQ(got.bytes, same ? content : "");
  }
}

TEST(Resume, AFileThatMovedIsAnotherFile) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    if (request.target == "/m")
      return reply("302 Found", number == 0 ? "Location: /a\r\n" : "Location: /b\r\n", "");
    Reply answer = file.answer(request);
    if (request.target == "/a") answer.cut_at = answer.bytes.size() - 1000;
    return answer;
  });
  const Outcome got = download(server.url());
  ASSERT_TRUE(got.error);
  EXPECT_TRUE(got.worth_restarting);
  EXPECT_THAT(got.error->message(), HasSubstr("another address"));
}

TEST(Resume, ASignedAddressMayChangeItsQuery) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    if (request.target == "/m") return reply("302 Found", fmt::format("Location: /a?sig={}\r\n", number), "");
    Reply answer = file.answer(request);
    if (number == 1) answer.cut_at = answer.bytes.size() - 1000;
    return answer;
  });
  EXPECT_EQ(download(server.url()).bytes, file.content);
}

TEST(Resume, WaitsOutAServerThatIsBusy) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    if (number == 1) return reply("503 Service Unavailable", "Retry-After: 0\r\n", "");
    Reply answer = file.answer(request);
    if (number == 0) answer.cut_at = answer.bytes.size() - 1000;
    return answer;
  });
  EXPECT_EQ(download(server.url()).bytes, file.content);
}

TEST(Resume, ASilentServerCountsAsCut) {
  const ServedFile file{pattern(3000)};
  ScriptedServer server([&](const RecordedRequest& request, int number) {
    Reply answer = file.answer(request);
    if (number == 0) answer.cut_at = answer.bytes.size() - 1000, answer.hang = true;
    return answer;
  });
  HttpOptions options = patient();
  options.stall_timeout = std::chrono::milliseconds(600);
  EXPECT_EQ(download(server.url(), options).bytes, file.content);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(Resume, ASlowReaderIsNoStall) {
  const ServedFile file{pattern(3 << 20)};
  ScriptedServer server([&](const RecordedRequest& request, int) { return file.answer(request); });
  HttpOptions options = patient();
  options.stall_timeout = std::chrono::milliseconds(800);
  auto source = get(server.url(), options, quick());
  ASSERT_TRUE(source);
  std::vector<std::byte> buffer(512 << 10);
  std::string bytes;
  for (int reads = 0;; ++reads) {
    const auto got = (*source)->read(buffer);
    ASSERT_TRUE(got) << got.error().message();
    if (*got == 0) break;
    bytes += as_text(Bytes(buffer).first(*got));
    if (reads < 2) std::this_thread::sleep_for(std::chrono::milliseconds(900));
  }
  EXPECT_EQ(bytes, file.content);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(Resume, MoreThanThePartThatWasAnnouncedIsCorrupt) {
  const std::string content = pattern(3000), v1 = "ETag: \"v1\"\r\n";
  Reply longer;  // no Content-Length contradicts its place: only its bytes do
  longer.bytes = "HTTP/1.1 206 Partial Content\r\n" + v1 +
                 "Content-Range: bytes 1000-2999/3000\r\nTransfer-Encoding: chunked\r\n\r\n" +
                 chunked(content.substr(1000) + "more", 10'000);
  const Outcome got = cut_then(v1, longer, content);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kCorrupt);
  EXPECT_THAT(got.error->message(), HasSubstr("more bytes than it announced"));
  EXPECT_TRUE(got.worth_restarting);
  EXPECT_TRUE(content.starts_with(got.bytes));
}

// The rules alone: what a host may answer and no scripted one does.
TEST(Resume, EachRuleAlone) {
  using Kind = Continuation::Kind;
  const std::string url = "http://h/m";
  const auto head = [&](int status, decltype(ResponseHead::headers) headers) {
    ResponseHead made;
    made.status = status;
    made.url = url;
    made.headers = std::move(headers);
    return made;
  };
  const std::string date = "Mon, 02 Jan 2006 15:04:05 GMT", later = "Mon, 02 Jan 2006 15:04:06 GMT";
  const auto known = Representation::of(head(200, {{"etag", "\"1\""}, {"content-length", "10"}}));
  EXPECT_EQ(known.validator, "\"1\"");
  const auto endless = Representation::of(head(200, {{"etag", "\"1\""}, {"transfer-encoding", "chunked"}}));
  EXPECT_FALSE(endless.size);
  const auto dated =
      Representation::of(head(200, {{"last-modified", date}, {"date", later}, {"content-length", "10"}}));
  EXPECT_EQ(dated.validator, date);
  EXPECT_EQ(Representation::of(head(200, {{"last-modified", date}})).validator, "") << "by no clock at all";
  EXPECT_EQ(Representation::of(head(200, {{"last-modified", "yesterday"}, {"date", later}})).validator, "");

  struct Case {
    const char* what;
    const Representation& first;
    uint64_t position;
    ResponseHead answer;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {"neither says how long it is", endless, 4,
       head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-9/*"}}), Kind::kChanged},
      {"a part learns the length", endless, 4,
       head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-9/10"}}), Kind::kPart},
      {"a part that need not say it", known, 4,
       head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-9/*"}}), Kind::kPart},
      {"a part that ends before it begins", known, 4,
       head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-3/10"}}), Kind::kChanged},
      {"a part after the end", known, 4, head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-10/10"}}),
       Kind::kChanged},
      {"the same date", dated, 4, head(206, {{"last-modified", date}, {"content-range", "bytes 4-9/10"}}),
       Kind::kPart},
      {"no date any more", dated, 4, head(206, {{"content-range", "bytes 4-9/10"}}), Kind::kPart},
      {"another date", dated, 4, head(206, {{"last-modified", later}, {"content-range", "bytes 4-9/10"}}),
       Kind::kChanged},
      {"a tag that was not there", dated, 4,
       head(206, {{"etag", "\"1\""}, {"content-range", "bytes 4-9/10"}}), Kind::kChanged},
      {"the whole, before anything was read", known, 0,
       head(200, {{"etag", "\"1\""}, {"content-length", "10"}}), Kind::kWhole},
      {"the whole, of another length", known, 0, head(200, {{"etag", "\"1\""}, {"content-length", "11"}}),
       Kind::kChanged},
      {"the whole, of no length", known, 0, head(200, {{"etag", "\"1\""}, {"transfer-encoding", "chunked"}}),
       Kind::kWhole},
      {"the whole, with another digest", known, 0,
       head(200, {{"etag", "\"1\""}, {"content-length", "10"}, {"digest", "x"}}), Kind::kChanged},
      {"nothing was missing", endless, 10, head(416, {{"etag", "\"1\""}, {"content-range", "bytes */10"}}),
       Kind::kComplete},
      {"nothing was missing, as was known", known, 10,
       head(416, {{"etag", "\"1\""}, {"content-range", "bytes */10"}}), Kind::kComplete},
      {"it ends elsewhere", endless, 10, head(416, {{"etag", "\"1\""}, {"content-range", "bytes */9"}}),
       Kind::kChanged},
      {"it ends elsewhere than was known", known, 9,
       head(416, {{"etag", "\"1\""}, {"content-range", "bytes */9"}}), Kind::kChanged},
      {"another's end", endless, 10, head(416, {{"etag", "\"2\""}, {"content-range", "bytes */10"}}),
       Kind::kChanged},
      {"it ends nowhere", endless, 10, head(416, {{"etag", "\"1\""}}), Kind::kChanged},
      {"it ends at a word", endless, 10, head(416, {{"etag", "\"1\""}, {"content-range", "bytes */ten"}}),
       Kind::kChanged},
  };
  for (const Case& c : cases) {
    const Continuation judged = judge(c.first, c.position, c.answer);
    EXPECT_EQ(judged.kind, c.kind) << c.what << ": " << judged.why;
    EXPECT_EQ(judged.why.empty(), c.kind != Kind::kChanged) << c.what;
    if (judged.kind == Kind::kPart || judged.kind == Kind::kComplete) {
      EXPECT_EQ(judged.size, 10u) << c.what;
      EXPECT_EQ(judged.end, 10u) << c.what;
    }
  }
}

}  // namespace
}  // namespace tfhub::transfer::test
