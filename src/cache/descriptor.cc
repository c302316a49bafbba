#include "cache/descriptor.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"
#include "cache/layout.h"
#include "os/file.h"
#include "os/process.h"
#include "protocol/handle.h"

namespace tfhub::cache {
namespace {

using Clock = std::chrono::system_clock;

constexpr std::string_view kModule = "Module: ";
constexpr std::string_view kTime = "Download Time: ";
constexpr std::string_view kHost = "Downloader Hostname: ";
constexpr std::string_view kRecord = "tfhub-record: ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kDownloaded = "downloaded: ";
constexpr std::string_view kEtag = "etag: ";
constexpr std::string_view kAlias = "alias: ";
constexpr std::string_view kAliasKey = "alias-key: ";
constexpr std::string_view kFile = "file: ";
constexpr std::string_view kEnd = "end: ";
constexpr size_t kDigestDigits = 64;
// 2018-03-01: TensorFlow Hub is of that month.
constexpr Clock::time_point kBeforeAnyCache{std::chrono::seconds(1'519'862'400)};
// 100,000 files, the most that an archive may have, with long names.
constexpr uint64_t kLargestDescriptor = 256 << 20;

// The line that begins at `at`, without its newline; `at` moves behind that.
std::string_view take_line(std::string_view text, size_t& at) {
  const size_t end = std::min(text.find('\n', at), text.size());
  const std::string_view line = text.substr(at, end - at);
  at = std::min(end + 1, text.size());
  return line;
}

std::string_view after(std::string_view line, std::string_view prefix) {
  return line.starts_with(prefix) ? line.substr(prefix.size()) : std::string_view();
}

// What Python's str(datetime.datetime.today()) gives: local time, without the fraction when that is zero.
std::string python_time(Clock::time_point time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = micros / 1000000;
  std::tm local{};
  localtime_r(&seconds, &local);
  std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900,
                                 local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
  if (micros % 1000000 != 0) text += fmt::format(".{:06}", micros % 1000000);
  return text;
}

Clock::time_point parse_python_time(std::string_view text) {
  std::tm local{};
  const std::string copy(text);
  if (strptime(copy.c_str(), "%Y-%m-%d %H:%M:%S", &local) == nullptr) return {};
  local.tm_isdst = -1;
  const std::time_t seconds = std::mktime(&local);
  return seconds < 0 ? Clock::time_point() : Clock::from_time_t(seconds);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Nothing that is looked at through a record lies outside the model's directory.
bool stays_inside(std::string_view path) {
  return !path.empty() && path.front() != '/' && path != ".." && !path.starts_with("../") &&
         path.find("/../") == std::string_view::npos && !path.ends_with("/..");
}

}  // namespace

Descriptor Descriptor::parse(std::string text, Clock::time_point used) {
  Descriptor descriptor;
  descriptor.written_ = descriptor.used_ = used;
  descriptor.text_ = std::move(text);
  const std::string_view all = descriptor.text_;
  size_t at = 0;
  descriptor.handle_ = redacted(after(take_line(all, at), kModule));  // tensorflow_hub writes it as it is
  const std::string_view time = after(take_line(all, at), kTime);
  take_line(all, at);
  descriptor.record_ = descriptor.parse_record(at);
  if (descriptor.record_ != Record::kWhole) descriptor.downloaded_ = parse_python_time(time);
  // Where times are set to 0 or 1 (Nix, OSTree, images that are built reproducibly), the last use is not
  // known; it was no earlier than the download.
  if (used < kBeforeAnyCache) descriptor.used_ = std::max(used, descriptor.downloaded_);
  return descriptor;
}

Descriptor::Record Descriptor::parse_record(size_t begin) {
  const std::string_view all = text_;
  if (begin == all.size()) return Record::kNone;
  size_t at = begin;
  const std::string_view version = after(take_line(all, at), kRecord);
  if (version.empty()) return Record::kTorn;
  if (version != kVersion)
    return version.find_first_not_of("0123456789") == version.npos ? Record::kNone : Record::kTorn;

  // The last line is the checksum of all before it: whatever was cut, overwritten or left out is noticed
  // here.
  const size_t end_size = kEnd.size() + kDigestDigits + 1;
  if (all.size() < at + end_size || all.back() != '\n') return Record::kTorn;
  const size_t end = all.size() - end_size;
  const std::string_view end_line = all.substr(end, end_size - 1);
  if (!end_line.starts_with(kEnd) || all[end - 1] != '\n') return Record::kTorn;
  const auto expected = Sha256Digest::from_hex(end_line.substr(kEnd.size()));
  if (!expected || Sha256::of(as_bytes(all.substr(0, end))) != *expected) return Record::kTorn;

  files_begin_ = files_end_ = end;
  while (at < end) {
    const size_t line_begin = at;
    const std::string_view line = take_line(all, at);
    if (line.starts_with(kFile)) {
      files_begin_ = line_begin;
      break;
    }
    if (const auto value = after(line, kEtag); !value.empty()) etag_ = value;
    if (const auto value = after(line, kAlias); !value.empty()) {
      alias_of_ = redacted(value);
      if (alias_key_.empty()) alias_key_ = protocol::cache_key(value);
    }
    if (const auto value = after(line, kAliasKey); is_key(value)) alias_key_ = value;
    if (const auto value = after(line, kDownloaded); !value.empty()) {
      int64_t seconds = 0;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      downloaded_ = Clock::time_point(std::chrono::seconds(seconds));
    }
    // Other lines are of a later writer of version 1, and may be passed over.
  }
  std::replace(text_.begin() + static_cast<std::ptrdiff_t>(files_begin_),
               text_.begin() + static_cast<std::ptrdiff_t>(files_end_), '\n', '\0');
  return Record::kWhole;
}

// file: <size> <sha256> <path>
bool Descriptor::parse_file(std::string_view line, RecordedFile& file) {
  if (!line.starts_with(kFile)) return false;
  line.remove_prefix(kFile.size());
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), file.size);
  if (error != std::errc()) return false;
  line.remove_prefix(static_cast<size_t>(end - line.data()));
  if (line.size() < kDigestDigits + 3 || line[0] != ' ' || line[kDigestDigits + 1] != ' ') return false;
  file.sha256 = line.substr(1, kDigestDigits);
  file.path = line.substr(kDigestDigits + 2);
  return stays_inside(file.path);
}

Result<std::optional<Descriptor>> Descriptor::read(const std::string& path, Owners owners) {
  const auto fd = os::open_read(path);
  if (!fd && fd.error().code() == Code::kNotFound) return std::nullopt;
  // What is no file, or too large for one of ours, is a damaged record: one bad entry, whoever asks.
  if (!fd && fd.error().code() == Code::kCorrupt) return torn();
  if (!fd) return fail(fd.error());
  struct ::stat status {};
  if (::fstat(fd->get(), &status) != 0) return fail_system(errno, "cannot look at " + path);
  if (owners != Owners::kAnybody && !is_ours(status)) return std::nullopt;
  if (!S_ISREG(status.st_mode)) return torn();
  auto text = os::read_all(fd->get(), path, kLargestDescriptor);
  if (!text && text.error().code() == Code::kCorrupt) return torn();
  if (!text) return fail(std::move(text).error());
  return parse(std::move(*text), Clock::time_point(std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::seconds(status.st_mtim.tv_sec) +
                                     std::chrono::nanoseconds(status.st_mtim.tv_nsec))));
}

Descriptor Descriptor::torn() {
  Descriptor descriptor;
  descriptor.record_ = Record::kTorn;
  return descriptor;
}

Result<std::string> format_descriptor(const DescriptorText& content) {
  const Clock::time_point now = Clock::now();
  fmt::memory_buffer out;
  const auto to = fmt::appender(out);
  fmt::format_to(to, "{}{}\n{}{}\n{}{} (PID:{})\n", kModule, redacted(content.handle), kTime,
                 python_time(now), kHost, os::host_name(), os::process_id());
  fmt::format_to(to, "{}{}\n{}{}\n", kRecord, kVersion, kDownloaded, Clock::to_time_t(now));
  // A host may send anything as an ETag; one that no line could hold is as good as none.
  if (!content.etag.empty() && !has_control(content.etag)) fmt::format_to(to, "{}{}\n", kEtag, content.etag);
  if (!content.alias_of.empty()) {
    const std::string shown = redacted(content.alias_of);
    fmt::format_to(to, "{}{}\n", kAlias, shown);
    if (shown != content.alias_of)
      fmt::format_to(to, "{}{}\n", kAliasKey, protocol::cache_key(content.alias_of));
  }
  if (content.files != nullptr) {
    for (const FileEntry& file : *content.files) {
      if (has_control(file.path) || !stays_inside(file.path))
        return fail(Code::kCorrupt, "{} has a file named '{}', which the cache does not take",
                    printable(content.handle), printable(file.path));
      fmt::format_to(to, "{}{} {} {}\n", kFile, file.size, file.sha256.hex(), file.path);
    }
  }
  const std::string_view body(out.data(), out.size());
  fmt::format_to(to, "{}{}\n", kEnd, Sha256::of(as_bytes(body)).hex());
  return fmt::to_string(out);
}

}  // namespace tfhub::cache
