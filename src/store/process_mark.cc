#include "store/process_mark.h"

#include <charconv>
#include <vector>

#include "base/text.h"
#include "os/file.h"
#include "os/process.h"

namespace tfhub::store {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// When the process began, from /proc/<pid>/stat (proc(5), field 22); nothing for one that is gone or a
// zombie.
std::optional<uint64_t> start_time(pid_t pid) {
  const auto status = os::read_file("/proc/" + std::to_string(pid) + "/stat", 1 << 16);
  if (!status) return std::nullopt;
  const size_t name_end = status->rfind(')');  // field 2 may hold anything, spaces and parentheses too
  if (name_end == std::string::npos || name_end + 2 >= status->size()) return std::nullopt;
  const auto fields = split(std::string_view(*status).substr(name_end + 2), ' ');  // from field 3 on
  if (fields.size() < 20 || fields[0] == "Z" || fields[0] == "X") return std::nullopt;
  return parse_number<uint64_t>(fields[19]);
}

}  // namespace

ProcessMark ProcessMark::current() {
  ProcessMark mark;
  mark.host = os::host_name();
  mark.boot = os::boot_id();
  if (const auto info = os::stat("/proc/self/ns/pid"); info && *info) {
    mark.pid_namespace = std::to_string((*info)->inode);
  }
  mark.pid = os::process_id();
  mark.started = start_time(mark.pid).value_or(0);
  return mark;
}

std::string ProcessMark::text() const {
  return boot + "." + pid_namespace + "." + std::to_string(pid) + "." + std::to_string(started);
}

std::optional<ProcessMark> ProcessMark::parse(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  const auto pid = parse_number<pid_t>(parts[2]);
  const auto started = parse_number<uint64_t>(parts[3]);
  if (!pid || !started) return std::nullopt;
  return ProcessMark{"", std::string(parts[0]), std::string(parts[1]), *pid, *started};
}

Life life_of(const ProcessMark& mark, std::optional<bool> lock_free) {
  if (lock_free == false) return Life::kAlive;
  const ProcessMark self = ProcessMark::current();
  if (mark.boot.empty() || mark.boot != self.boot) return Life::kUnknown;
  if (!mark.pid_namespace.empty() && mark.pid_namespace == self.pid_namespace) {
    const auto started = start_time(mark.pid);
    return started && *started == mark.started ? Life::kAlive : Life::kDead;
  }
  return lock_free == true ? Life::kDead : Life::kUnknown;
}

}  // namespace tfhub::store
