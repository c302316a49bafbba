#include "os/command.h"

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

}  // namespace
}  // namespace tfhub::os
