#include "os/command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "testing/scoped_env.h"
#include "testing/temp_dir.h"

namespace tfhub::os {
namespace {

TEST(OutputOf, GivesWhatTheProgramPrintsAndNothingOfItsErrors) {
  const auto text = output_of({"sh", "-c", "printf 'one\\ntwo'; echo no >&2; cat"});
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(*text, "one\ntwo");
}

TEST(OutputOf, AProgramThatFailsOrIsNotThereIsAnError) {
  EXPECT_EQ(output_of({"sh", "-c", "echo some; exit 3"}).error().code(), Code::kUnexpected);
  const auto missing = output_of({"/no/such/program"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  EXPECT_THAT(missing.error().message(), ::testing::HasSubstr("/no/such/program"));
}

TEST(OutputOf, MuchOutputIsReadToItsEndAndCutOff) {
  const auto text = output_of({"sh", "-c", "head -c 3000000 /dev/zero"});
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_GE(text->size(), 1u << 20);
  EXPECT_LT(text->size(), 2u << 20);
}

// A program that lies in the current directory, wherever PATH leads there, is not the one that is meant; and
// the one that is meant does not begin there.
TEST(OutputOf, TheCurrentDirectoryIsNeitherSearchedNorInherited) {
  const testing::TempDir directory;
  testing::write_text(directory / "sh", "#!/bin/sh\necho planted\n");
  testing::write_text(directory / "only-here", "#!/bin/sh\necho planted\n");
  for (const char* name : {"sh", "only-here"}) ASSERT_EQ(::chmod((directory / name).c_str(), 0755), 0);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  for (const char* path :
       {":/usr/bin:/bin", ".:/usr/bin:/bin", "/usr/bin:/bin:", "/usr/bin::/bin", "./:/bin"}) {
    const testing::ScopedEnv searched("PATH", path);
    EXPECT_EQ(output_of({"sh", "-c", "pwd"}).value(), "/\n") << path;
    EXPECT_EQ(output_of({"only-here"}).error().code(), Code::kNotFound) << path;
  }
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace tfhub::os
