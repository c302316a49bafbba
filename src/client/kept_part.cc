#include "client/kept_part.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "os/file.h"
#include "os/syscalls.h"

namespace tfhub::client {
namespace {

// Less is fetched again in no time.
constexpr uint64_t kWorthKeeping = 8 << 20;
constexpr uint64_t kWorthLeaving = 4 << 20;
// The file begins with lines that say what it is, filled up to this size; the bytes follow.
constexpr size_t kHeaderSize = 4096;
constexpr size_t kLongestValidator = 1024;
// The model comes first: so much more than the archive must be free on the disk, and it is looked at again
// after so many bytes.
constexpr uint64_t kRoom = 5;
constexpr uint64_t kLookStep = 32 << 20;
constexpr std::string_view kFirstLine = "tfhub-part: 1";

// After a crash of the machine the file's length may be right and its end empty, and not every format would
// notice.
std::string header_of(const transfer::Download& download, uint64_t total) {
  std::string header = fmt::format("{}\nboot: {}\naddress: {}\nvalidator: {}\ntotal: {}\n", kFirstLine,
                                   os::boot_id(), download.address(), download.validator(), total);
  header.resize(kHeaderSize, '\n');
  return header;
}

std::string_view value_of(std::string_view header, std::string_view name) {
  const std::string begin = fmt::format("\n{}: ", name);
  const size_t at = header.find(begin);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + begin.size());
  return header.substr(0, header.find('\n'));
}

bool has_room_for(const std::string& path, uint64_t bytes) {
  const auto free = os::free_space(os::parent(path));
  return free && *free / kRoom >= bytes;
}

}  // namespace

KeptPart::~KeptPart() {
  if (file_ && size_ < kWorthLeaving) discard();
}

std::optional<transfer::HeldPart> KeptPart::held() {
  if (path_.empty()) return std::nullopt;
  auto file = os::FileSource::open(path_);
  std::string header(kHeaderSize, '\0');
  if (!file) return std::nullopt;
  for (size_t got = 0; got < header.size();) {
    const auto size = file->read(std::as_writable_bytes(std::span(header)).subspan(got));
    if (!size || *size == 0) return std::nullopt;
    got += *size;
  }
  const auto info = os::stat(path_, /*follow=*/false);
  transfer::HeldPart held;
  held.validator = value_of(header, "validator");
  held.address = value_of(header, "address");
  const std::string_view total = value_of(header, "total");
  std::from_chars(total.data(), total.data() + total.size(), held.total);
  const std::string boot = os::boot_id();
  if (!header.starts_with(kFirstLine) || boot.empty() || value_of(header, "boot") != boot ||
      held.validator.empty() || !info || !*info || (*info)->size <= kHeaderSize ||
      (*info)->size - kHeaderSize >= held.total)
    return std::nullopt;
  held.size = (*info)->size - kHeaderSize;
  held.bytes = std::make_unique<os::FileSource>(std::move(*file));
  return held;
}

void KeptPart::start_file(const transfer::Download& download) {
  const auto total = download.head().content_length();
  if (path_.empty() || !total || *total < kWorthKeeping || download.validator().empty() ||
      download.validator().size() > kLongestValidator || download.head().status != 200 ||
      !has_room_for(path_, *total))
    return;
  total_ = *total;
  os::UniqueFd fd(os::syscalls().openat(AT_FDCWD, path_.c_str(),
                                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd || !os::write_all(fd.get(), as_bytes(header_of(download, *total)), path_)) return discard();
  auto locked = os::FileLock::try_lock(std::move(fd));
  if (!locked || !*locked) return discard();  // nobody could tell whether we are still at work on it
  file_ = std::move(**locked);
}

void KeptPart::begin(const transfer::Download& download) {
  position_ = 0;
  file_.reset();
  size_ = download.held();
  if (size_ == 0) {
    discard();
    return start_file(download);
  }
  total_ = download.head().content_length().value_or(size_);
  log(LogLevel::kInfo, "going on at {} with what an interrupted download left", human_size(size_));
  os::UniqueFd fd(
      os::syscalls().openat(AT_FDCWD, path_.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd) return;
  if (auto locked = os::FileLock::try_lock(std::move(fd)); locked && *locked) file_ = std::move(**locked);
}

void KeptPart::record(Bytes bytes) {
  const uint64_t at = position_;
  position_ += bytes.size();
  if (!file_ || position_ <= size_) return;
  const Bytes fresh = bytes.subspan(at < size_ ? size_ - at : 0);
  if (size_ / kLookStep != (size_ + fresh.size()) / kLookStep &&
      !has_room_for(path_, total_ - std::min(total_, size_)))
    return discard();
  if (!os::write_all(file_->fd(), fresh, path_)) return discard();  // a full disk has better uses
  size_ += fresh.size();
}

void KeptPart::discard() {
  file_.reset();
  size_ = 0;
  if (!path_.empty()) (void)os::remove_tree(path_);
}

Result<size_t> KeepingSource::read(MutableBytes buffer) {
  auto got = source_.read(buffer);
  if (got) part_.record(buffer.first(*got));
  return got;
}

}  // namespace tfhub::client
