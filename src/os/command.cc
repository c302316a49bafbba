#include "os/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "os/fd.h"
#include "os/file.h"

namespace tfhub::os {
namespace {

constexpr size_t kMostBytes = 1 << 20;

// Where the child begins, and what its three standard streams are.
class Surroundings {
 public:
  explicit Surroundings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions_, "/");
  }
  ~Surroundings() { posix_spawn_file_actions_destroy(&actions_); }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;
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

// An executable of this name in an absolute folder of PATH; a name with a slash stands for itself.
std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view folder = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!folder.starts_with('/')) continue;
    std::string program = join(std::string(folder), name);
    const auto info = stat(program);
    if (info && *info && (*info)->type == FileInfo::Type::kFile && ::access(program.c_str(), X_OK) == 0)
      return program;
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> output_of(const std::vector<std::string>& command) {
  const auto program = find_program(command.front());
  if (!program) return fail(Code::kNotFound, "there is no {} in PATH", printable(command.front()));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_system(errno, "cannot make a pipe");
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);

  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program->c_str(), Surroundings(writer.get()).get(), nullptr,
                                  argv.data(), environ);
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
