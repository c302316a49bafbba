#include "cache/readers.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "cache/layout.h"
#include "os/file.h"
#include "os/process.h"

namespace tfhub::cache {
namespace {

std::string canonical(const std::string& path) {
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  return real ? std::string(real.get()) : path;
}

// The key in "<prefix><key>/…" or "<prefix><key>", anywhere in `text`.
void add_keys(std::string_view text, const std::string& prefix, std::set<std::string>& keys) {
  for (size_t at = text.find(prefix); at != text.npos; at = text.find(prefix, at + 1)) {
    const std::string_view key = text.substr(at + prefix.size(), 40);
    const std::string_view rest = text.substr(std::min(text.size(), at + prefix.size() + key.size()));
    if (is_key(key) && (rest.empty() || rest[0] == '/' || rest[0] == '\n')) keys.emplace(key);
  }
}

void add_link(const std::string& link, const std::string& prefix, std::set<std::string>& keys) {
  std::array<char, 4096> target;
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  if (size > 0 && std::string_view(target.data(), static_cast<size_t>(size)).starts_with(prefix))
    add_keys({target.data(), static_cast<size_t>(size)}, prefix, keys);
}

}  // namespace

std::set<std::string> keys_in_use(const std::string& directory) {
  std::set<std::string> keys;
  const std::string prefix = canonical(directory) + "/";
  const auto processes = os::list_directory("/proc");
  if (!processes) return keys;
  for (const std::string& process : *processes) {
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string proc = "/proc/" + process;
    add_link(proc + "/cwd", prefix, keys);
    const std::string open_files = proc + "/fd";
    if (const auto files = os::list_directory(open_files))
      for (const std::string& fd : *files) add_link(os::join(open_files, fd), prefix, keys);
    if (const auto maps = os::read_file(proc + "/maps")) add_keys(*maps, prefix, keys);
  }
  return keys;
}

}  // namespace tfhub::cache
