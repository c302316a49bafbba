// Certificates, against a real TLS server (openssl s_server) with an authority that nobody trusts but we.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "testing/scoped_env.h"
#include "testing/temp_dir.h"
#include "transfer/live_body.h"
#include "transfer/quick.h"
#include "transfer/scripted_server.h"

extern char** environ;

namespace tfhub::transfer::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tfhub::testing::ScopedEnv;

// A program from PATH in `directory`; its standard output is read here, its input stays open until the end.
class Child {
 public:
  Child(const std::string& directory, std::vector<std::string> arguments) {
    int out[2], in[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(in, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    output_.reset(out[0]);
    input_.reset(in[1]);
    const os::UniqueFd its_output(out[1]), its_input(in[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    posix_spawn_file_actions_adddup2(&actions, its_input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, its_output.get(), 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid_ = 0;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  int wait() {
    int status = -1;
    if (pid_ > 0) waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }
  // What it prints, up to and with `mark` and the rest of that line; empty when it ends before.
  std::string read_past(const std::string& mark) {
    std::string text;
    char byte = 0;
    while (::read(output_.get(), &byte, 1) == 1) {
      text += byte;
      if (byte == '\n' && text.find(mark) != std::string::npos)
        return text.substr(text.find(mark) + mark.size());
    }
    return {};
  }

 private:
  pid_t pid_ = 0;
  os::UniqueFd output_, input_;
};

class Tls : public ::testing::Test {
 protected:
  void SetUp() override {
    // Valid by the system's clock, as libcurl checks it: it looks past a preloaded one (curl_library.cc).
    Child request(directory_,
                  {"sh", "-c",
                   "unset LD_PRELOAD; exec openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
                   "-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=hub.test "
                   "-addext subjectAltName=IP:127.0.0.1"});
    ASSERT_EQ(request.wait(), 0) << "the openssl command is needed";
    std::ofstream(directory_ + "/m") << "by TLS";
    serve("-WWW");
    options_.connect_timeout = std::chrono::seconds(5);
  }
  void TearDown() override { server_.reset(); }
  // mode: "-WWW", files as bodies; "-HTTP", files as whole answers.
  void serve(const std::string& mode) {
    server_ = std::make_unique<Child>(
        directory_, std::vector<std::string>{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                                             "cert.pem", "-key", "key.pem", mode});
    const std::string address(trim(server_->read_past("ACCEPT ")));
    ASSERT_THAT(address, ::testing::StartsWith("127.0.0.1:"));
    url_ = "https://" + address + "/m";
  }
  std::string certificate() const { return directory_ + "/cert.pem"; }

  const tfhub::testing::TempDir temporary_;
  const std::string& directory_ = temporary_.path();
  std::string url_;
  HttpOptions options_ = patient();

 private:
  std::unique_ptr<Child> server_;
  ScopedEnv a_{"TFHUB_CA_BUNDLE", ""}, b_{"CURL_CA_BUNDLE", ""}, c_{"SSL_CERT_FILE", ""},
      d_{"https_proxy", ""}, e_{"HTTPS_PROXY", ""}, f_{"all_proxy", ""}, g_{"ALL_PROXY", ""},
      h_{"REQUESTS_CA_BUNDLE", ""}, i_{"SSL_CERT_DIR", ""};
};

TEST_F(Tls, AnUnknownAuthorityIsFinalAndSaysWhatToDo) {
  const auto got = get(url_, options_);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Code::kNetwork);
  EXPECT_THAT(got.error().message(),
              AllOf(HasSubstr("not trusted"), HasSubstr("TFHUB_CA_BUNDLE"),
                    HasSubstr("TFHUB_DISABLE_CERT_VALIDATION"), Not(HasSubstr("tries"))));
}

TEST_F(Tls, ANamedAuthorityIsTrusted) {
  options_.ca_bundle = certificate();
  const Outcome got = download(url_, options_);
  ASSERT_FALSE(got.error) << got.error->message();
  EXPECT_EQ(got.bytes, "by TLS");
}

TEST_F(Tls, TheEnvironmentNamesAuthoritiesInOrder) {
  const ScopedEnv last("SSL_CERT_FILE", certificate());
  EXPECT_EQ(download(url_).bytes, "by TLS");
  const ScopedEnv before("CURL_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_TRUE(download(url_).error);
  const ScopedEnv first("TFHUB_CA_BUNDLE", certificate());
  EXPECT_EQ(download(url_).bytes, "by TLS");
}

// As c_rehash lays one out, and by the variables that Python's ssl and requests know.
TEST_F(Tls, ADirectoryOfAuthoritiesAndWhatPythonReadsCount) {
  {
    const ScopedEnv requests("REQUESTS_CA_BUNDLE", certificate());
    EXPECT_EQ(download(url_).bytes, "by TLS");
  }
  const std::string folder = directory_ + "/authorities";
  std::filesystem::create_directory(folder);
  const std::string hash = "openssl x509 -hash -noout -in " + certificate() + " > " + folder + "/hash";
  ASSERT_EQ(std::system(hash.c_str()), 0);
  std::filesystem::copy(certificate(),
                        folder + "/" + std::string(trim(testing::read_text(folder + "/hash"))) + ".0");
  for (const char* name : {"SSL_CERT_DIR", "TFHUB_CA_BUNDLE"}) {
    const ScopedEnv directory(name, folder);
    EXPECT_EQ(download(url_).bytes, "by TLS") << name;
  }
}

TEST_F(Tls, TheCheckCanBeSwitchedOff) {
  options_.verify_certificate = false;
  EXPECT_EQ(download(url_, options_).bytes, "by TLS");
}

TEST_F(Tls, ALiveBodyIsByTlsToo) {
  const std::string content = pattern(3'000'000);
  std::ofstream(directory_ + "/whole") << "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" << content;
  serve("-HTTP");
  const std::string url = url_.substr(0, url_.rfind('/')) + "/whole";
  EXPECT_FALSE(LiveBody::get(url, {}, options_, std::make_shared<KeptConnections>()))
      << "of an unknown authority";
  options_.ca_bundle = certificate();
  const auto body = LiveBody::get(url, {}, options_, std::make_shared<KeptConnections>());
  ASSERT_TRUE(body) << body.error().message();
  std::string bytes;
  while (bytes.size() < content.size()) {
    const Bytes here = (*body)->here();
    bytes += as_text(here);
    (*body)->take(here.size());
    if (!here.empty()) continue;
    const auto arrival = (*body)->arrival();
    ASSERT_TRUE(arrival) << bytes.size();
    pollfd one{arrival->descriptor, POLLIN, 0};
    ASSERT_EQ(poll(&one, 1, 5000), 1) << "bytes that TLS has already do not show there";
  }
  EXPECT_TRUE(bytes == content);
}

TEST_F(Tls, ABundleThatIsNotThereIsNamed) {
  options_.ca_bundle = directory_ + "/nothing.pem";
  const Outcome got = download(url_, options_);
  ASSERT_TRUE(got.error);
  EXPECT_EQ(got.error->code(), Code::kUsage);
  EXPECT_THAT(got.error->message(), HasSubstr("TFHUB_CA_BUNDLE"));
}

}  // namespace
}  // namespace tfhub::transfer::test
