// Tables, progress lines, exit codes.
#include "cli/output.h"

#include <cstdlib>

#include "cli/commands.h"
#include "cli/progress_bar.h"

namespace tfhub::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Table, AlignsByCharacters) {
  EXPECT_EQ(table({{"HANDLE"}, {"SIZE", true}, {"STATE"}},
                  {{"h\xc3\xa9", "1 KiB", "ok"}, {"longer-one", "7 B", ""}}),
            "HANDLE       SIZE  STATE\n"
            "h\xc3\xa9          1 KiB  ok\n"
            "longer-one    7 B\n");
}

TEST(ProgressLine, SaysHowFarHowFastHowLong) {
  const std::string half = progress_line("downloading", 50 << 20, 100 << 20, 10 << 20, 0);
  EXPECT_THAT(half,
              AllOf(HasSubstr("downloading"), HasSubstr(" 50%"), HasSubstr("50.0 MiB of 100.0 MiB"),
                    HasSubstr("10.0 MiB/s"), HasSubstr("5s left"), HasSubstr("[############............]")));
  EXPECT_THAT(progress_line("downloading", 100, 100, 10, 0),
              AllOf(HasSubstr("100%"), Not(HasSubstr("left"))));
  EXPECT_THAT(progress_line("downloading", 100, std::nullopt, 0, 0), Not(HasSubstr("%")));
  EXPECT_EQ(progress_line("downloading", 1, 2, 3, 20).size(), 19u);
  EXPECT_THAT(progress_line("x", 300, 100, 10, 0), HasSubstr("100%"));  // more than was announced
}

TEST(ProgressBar, IsSilentWhereNobodyAsked) {
  ::unsetenv("TFHUB_DOWNLOAD_PROGRESS");
  ::testing::internal::CaptureStderr();
  {
    ProgressBar bar(false);  // stderr is a file here
    EXPECT_FALSE(bar.function());
    ::setenv("TFHUB_DOWNLOAD_PROGRESS", "1", 1);
    ProgressBar quiet(true);
    EXPECT_FALSE(quiet.function());
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressBar, TheSettingShowsItInALog) {
  ::setenv("TFHUB_DOWNLOAD_PROGRESS", "1", 1);
  ::testing::internal::CaptureStderr();
  {
    ProgressBar bar(false);
    const auto function = bar.function();
    ASSERT_TRUE(function);
    for (uint64_t i = 0; i <= 1000; ++i) function("downloading", i, 1000);
    function("packing", 10, std::nullopt);
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, AllOf(HasSubstr("100%"), HasSubstr("packing"), Not(HasSubstr("\r"))));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  ::unsetenv("TFHUB_DOWNLOAD_PROGRESS");
}

int run_words(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"tfhub"};
  argv.insert(argv.end(), words);
  return run(static_cast<int>(argv.size()), argv.data());
}

TEST(Run, ExitCodesAndStreams) {
  ::unsetenv("TFHUB_MODEL_LOAD_FORMAT");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"resolve", "/"}), 0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "/\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");

  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_words({"resolve", "/no/such/path"}), 3);
  EXPECT_EQ(run_words({"resolve"}), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("tfhub: error: /no/such/path does not exist")));

  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_words({"resolve", "/", "--json"}), 0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "{\n  \"handle\": \"/\",\n  \"path\": \"/\"\n}\n");

  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_words({"help", "settings"}), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              AllOf(HasSubstr("TFHUB_CACHE_DIR"), HasSubstr("TFHUB_GCS_ENDPOINT")));
}

}  // namespace
}  // namespace tfhub::cli
