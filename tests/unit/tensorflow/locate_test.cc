// Where TensorFlow is looked for. None is needed here.
#include "tensorflow/locate.h"

#include <sys/stat.h>

#include <filesystem>

#include "tensorflow/library.h"
#include "testing/scoped_env.h"
#include "testing/temp_dir.h"

namespace tfhub::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tfhub::testing::ScopedEnv;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

class Locate : public ::testing::Test {
 protected:
  // A "Python" that says TensorFlow's folder is `answer`, without looking at what it is asked.
  void make_python(const std::string& answer) {
    write_text(directory_ / "bin/python", "#!/bin/sh\n" + answer + "\n");
    ASSERT_EQ(::chmod((directory_ / "bin/python").c_str(), 0755), 0);
  }

  TempDir directory_;
  ScopedEnv setting_{"TFHUB_TENSORFLOW", ""}, environment_{"VIRTUAL_ENV", directory_.path()};
};

TEST_F(Locate, ALibraryStandsForItselfAndAFolderForWhatIsInIt) {
  write_text(directory_ / "libtensorflow.so", "");
  EXPECT_EQ(library_in(directory_ / "libtensorflow.so").value(), directory_ / "libtensorflow.so");
  EXPECT_EQ(library_in(directory_.path()).value(), directory_ / "libtensorflow.so");
  write_text(directory_ / "libtensorflow_cc.so.2", "");
  EXPECT_EQ(library_in(directory_.path()).value(), directory_ / "libtensorflow_cc.so.2");
  write_text(directory_ / "c/lib/libtensorflow.so", "");
  EXPECT_EQ(library_in(directory_ / "c").value(), directory_ / "c/lib/libtensorflow.so");
}

TEST_F(Locate, NothingThereAndNoTensorFlowInItAreToldApart) {
  EXPECT_EQ(library_in(directory_.path()).error().code(), Code::kUsage);
  EXPECT_THAT(library_in(directory_.path()).error().message(), HasSubstr("no TensorFlow library is in it"));
  EXPECT_THAT(library_in(directory_ / "none").error().message(), HasSubstr("no such file or directory"));
}

TEST_F(Locate, TheSettingStandsAloneAndAWrongOneIsNamed) {
  write_text(directory_ / "libtensorflow_cc.so.2", "");
  {
    const ScopedEnv right("TFHUB_TENSORFLOW", directory_.path());
    EXPECT_THAT(candidates().value(), ElementsAre(directory_ / "libtensorflow_cc.so.2"));
  }
  const ScopedEnv wrong("TFHUB_TENSORFLOW", "/no/such/tensorflow");
  const auto none = candidates();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kUsage);
  EXPECT_THAT(none.error().message(), HasSubstr("TFHUB_TENSORFLOW: /no/such/tensorflow"));
}

TEST_F(Locate, PythonIsAskedAndTheSystemIsLast) {
  write_text(directory_ / "package/libtensorflow_cc.so.2", "");
  make_python("echo " + (directory_ / "empty") + "; echo " + (directory_ / "package"));
  const auto found = candidates().value();
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found.front(), directory_ / "package/libtensorflow_cc.so.2");
  EXPECT_EQ(found[1], "libtensorflow.so.2");
}

TEST_F(Locate, APythonIsAskedInIsolationAndARelativeAnswerIsNone) {
  write_text(directory_ / "package/libtensorflow_cc.so.2", "");
  make_python("test \"$1\" = -I || exit 1; pwd; echo .; echo; echo package; echo " +
              (directory_ / "package"));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  EXPECT_EQ(candidates().value().front(), directory_ / "package/libtensorflow_cc.so.2");
  {
    const ScopedEnv relative("VIRTUAL_ENV", "."), searched("PATH", "/nowhere");
    EXPECT_EQ(candidates().value().front(), "libtensorflow.so.2") << "bin/python here was run";
  }
  std::filesystem::current_path(before);
}

TEST_F(Locate, APythonThatFailsOrIsNotThereIsPassedOver) {
  EXPECT_EQ(candidates().value().size(), 3u);
  make_python("exit 1");
  EXPECT_EQ(candidates().value().size(), 3u);
}

TEST_F(Locate, WhatIsNoTensorFlowIsRefusedWithTheWayOut) {
  write_text(directory_ / "libtensorflow.so", "no library");
  const auto damaged = open_library(directory_ / "libtensorflow.so");
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code(), Code::kUnexpected);
  EXPECT_THAT(damaged.error().message(), HasSubstr("cannot be opened as TensorFlow"));
  const auto other = open_library("libm.so.6");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(), HasSubstr("libm.so.6 has no TF_Version"));
  EXPECT_THAT(other.error().message(), HasSubstr("TFHUB_TENSORFLOW"));
}

TEST_F(Locate, WithoutAnyTheErrorSaysWhatToInstallAndTheNextTryIsNew) {
  const auto none = library();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kNotFound);
  EXPECT_THAT(none.error().message(), HasSubstr("pip install tensorflow-cpu"));
  const ScopedEnv wrong("TFHUB_TENSORFLOW", "/no/such/tensorflow");
  EXPECT_EQ(library().error().code(), Code::kUsage);
}

}  // namespace
}  // namespace tfhub::tensorflow
