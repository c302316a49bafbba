#include "os/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "os/fd.h"

namespace tfhub::os {
namespace {

constexpr size_t kMostBytes = 1 << 20;

// What the child's three standard streams are.
class Streams {
 public:
  explicit Streams(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    // What is too much is read all the same: the program shall come to its end.
    if (text.size() < kMostBytes) text.append(buffer.data(), static_cast<size_t>(got));
  }
}

}  // namespace

Result<std::string> output_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_system(errno, "cannot make a pipe");
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);

  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, argv[0], Streams(writer.get()).get(), nullptr, argv.data(), environ);
  if (error != 0) return fail_system(error, fmt::format("cannot run {}", printable(command.front())));
  writer.reset();

  std::string text = read_all(reader.get());
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(child, &status, 0);
  while (ended < 0 && errno == EINTR);
  // A program that ignores SIGCHLD never learns how its children ended; what they printed must do.
  if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return text;
  return fail(Code::kUnexpected, "{} did not end well (status {})", printable(command.front()), status);
}

}  // namespace tfhub::os
