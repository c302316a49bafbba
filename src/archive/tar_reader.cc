#include "archive/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace tfhub::archive {
namespace {

// A pax header of ours is 1 KiB at most; others put extended attributes there.
constexpr uint64_t kMaxExtendedHeader = 1 << 20;
constexpr uint64_t kMostAfterEnd = 16 << 20;

template <size_t N>
std::string_view text(const char (&field)[N]) {
  return {field, strnlen(field, N)};
}

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(Code::kCorrupt,
              "the tar archive is damaged: {}; fetch it again, or ask its publisher for a sound one", what);
}

std::string_view kind(char type) {
  switch (type) {
    case '2':
      return "a symbolic link";
    case '3':
      return "a character device";
    case '4':
      return "a block device";
    case '6':
      return "a FIFO";
    case 'S':
      return "a sparse file";
    case 'V':
      return "a volume label";
    case 'M':
      return "a part of a multi-volume archive";
    default:
      return "of a type that models do not have";
  }
}

bool is_ustar(const TarHeader& h) {
  return std::memcmp(h.magic,
                     "ustar\0"
                     "00",
                     8) == 0;
}
bool is_gnu(const TarHeader& h) {
  return std::memcmp(h.magic, "ustar  ", 8) == 0;
}
bool is_v7(const TarHeader& h) {
  return all_zero(std::as_bytes(std::span(h.magic, 6)));
}

}  // namespace

Result<void> TarReader::push(Bytes bytes) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kHeader: {
        if (partial_size_ == 0 && bytes.size() >= kTarBlock) {
          TarHeader block;
          std::memcpy(&block, bytes.data(), kTarBlock);
          bytes = bytes.subspan(kTarBlock);
          TFHUB_TRY(header(block));
          break;
        }
        const size_t n = std::min(bytes.size(), kTarBlock - partial_size_);
        std::memcpy(partial_.data() + partial_size_, bytes.data(), n);
        partial_size_ += n;
        bytes = bytes.subspan(n);
        if (partial_size_ == kTarBlock) {
          partial_size_ = 0;
          TarHeader block;
          std::memcpy(&block, partial_.data(), kTarBlock);
          TFHUB_TRY(header(block));
        }
        break;
      }
      case State::kFile:
      case State::kExtended: {
        const size_t n = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
        if (state_ == State::kFile)
          TFHUB_TRY(handler_.data(bytes.first(n)));
        else
          extended_body_.append(as_text(bytes.first(n)));
        bytes = bytes.subspan(n);
        left_ -= n;
        if (left_ == 0) TFHUB_TRY(end_body());
        break;
      }
      case State::kPadding: {
        const size_t n = std::min(padding_, bytes.size());
        bytes = bytes.subspan(n);
        padding_ -= n;
        if (padding_ == 0) state_ = State::kHeader;
        break;
      }
      case State::kAfterEnd:
        if (!all_zero(bytes))
          return fail(Code::kCorrupt,
                      "there is something after the end of the tar archive; only zeros may follow it");
        // tar(1) fills its last record, of 10 KiB or as many as it was told.
        after_end_ += bytes.size();
        if (after_end_ > kMostAfterEnd)
          return fail(Code::kCorrupt, "the zeros after the end of the tar archive have no end");
        return {};
    }
  }
  return {};
}

Result<void> TarReader::finish() const {
  if (state_ == State::kAfterEnd) return {};
  return fail(Code::kCorrupt, "the tar archive breaks off before its end marker; fetch it again");
}

Result<void> TarReader::end_body() {
  if (state_ == State::kFile)
    TFHUB_TRY(handler_.end_file());
  else
    TFHUB_TRY(end_extended());
  state_ = padding_ == 0 ? State::kHeader : State::kPadding;
  return {};
}

Result<void> TarReader::header(const TarHeader& h) {
  if (all_zero(std::as_bytes(std::span(&h, 1)))) {
    if (extended_.pax || extended_.long_name || extended_.long_link)
      return damaged("an extended header is followed by no entry");
    if (++zero_blocks_ == 2) state_ = State::kAfterEnd;
    return {};
  }
  if (zero_blocks_ != 0) return damaged("a single zero block stands where the end marker has two");
  if (!tar_checksum_matches(h)) return damaged("the checksum of a header is wrong");
  if (!is_ustar(h) && !is_gnu(h) && !is_v7(h)) return damaged("a header is of no known tar format");
  switch (h.type) {
    case 'x':
    case 'g':
    case 'L':
    case 'K':
      return begin_extended(h);
    default:
      return entry(h);
  }
}

Result<void> TarReader::entry(const TarHeader& h) {
  TFHUB_ASSIGN(const std::string name, name_of(h));
  // Before POSIX a directory was an entry of type NUL whose name ended in '/'.
  const bool old_directory = h.type == '\0' && name.ends_with('/');
  const bool directory = h.type == '5' || old_directory;
  if (h.type == '1') return hard_link(h, name);
  if (extended_.link) return damaged("something that is no link has a target");
  if (!directory && h.type != '0' && h.type != '\0')
    return fail(Code::kCorrupt, "'{}' is {}; a model holds only regular files and directories",
                printable(name), kind(h.type));
  TFHUB_ASSIGN(const uint64_t size, size_of(h));
  extended_ = {};
  if (directory) {
    if (size != 0) return damaged(fmt::format("the directory '{}' claims to have content", printable(name)));
    return handler_.directory(name);
  }
  TFHUB_TRY(handler_.begin_file(name, size));
  left_ = size;
  padding_ = tar_padding(size);
  state_ = State::kFile;
  return size == 0 ? end_body() : Result<void>();
}

Result<void> TarHandler::hard_link(std::string_view name, std::string_view) {
  return fail(Code::kCorrupt, "'{}' is a hard link; a model holds only regular files and directories",
              printable(name));
}

Result<void> TarReader::hard_link(const TarHeader& h, const std::string& name) {
  TFHUB_ASSIGN(const uint64_t size, size_of(h));
  const std::string target = extended_.link.value_or(std::string(text(h.linkname)));
  extended_ = {};
  // Some writers (star) give the size of the file, and no bytes; some (pax -o linkdata) the bytes too.
  if (size != 0) return damaged(fmt::format("the hard link '{}' claims to have content", printable(name)));
  return handler_.hard_link(name, target);
}

Result<uint64_t> TarReader::size_of(const TarHeader& h) const {
  const auto own = parse_tar_number(h.size);
  if (!own) return damaged("the size of an entry is negative, too large or not a number");
  if (!extended_.size) return *own;
  // The pax size counts (POSIX); a reader that does not know pax takes the other. They may differ only where
  // the old field cannot hold the size.
  if (*extended_.size <= kMaxOctalSize && *own != *extended_.size)
    return damaged("an entry has two different sizes");
  return *extended_.size;
}

Result<std::string> TarReader::name_of(const TarHeader& h) const {
  if (extended_.path) return *extended_.path;
  std::string name(text(h.name));
  if (is_ustar(h) && h.prefix[0] != '\0') name = fmt::format("{}/{}", text(h.prefix), name);
  return name;
}

Result<void> TarReader::begin_extended(const TarHeader& h) {
  const auto size = parse_tar_number(h.size);
  if (!size || *size == 0) return damaged("an extended header has no valid size");
  if (*size > kMaxExtendedHeader)
    return fail(Code::kCorrupt, "an extended header claims {}; more than {} is never needed",
                human_size(*size), human_size(kMaxExtendedHeader));
  bool& seen = h.type == 'L' ? extended_.long_name : h.type == 'K' ? extended_.long_link : extended_.pax;
  if (h.type == 'g') {
    TFHUB_TRY(handler_.global_header());
  } else {
    if (seen) return damaged("an entry has two extended headers of one kind");
    seen = true;
  }
  extended_type_ = h.type;
  extended_body_.clear();
  left_ = *size;
  padding_ = tar_padding(*size);
  state_ = State::kExtended;
  return {};
}

Result<void> TarReader::end_extended() {
  std::string_view body = extended_body_;
  if (extended_type_ == 'L' || extended_type_ == 'K') {
    auto& into = extended_type_ == 'L' ? extended_.path : extended_.link;
    const std::string_view name = body.substr(0, body.find('\0'));
    if (!all_zero(as_bytes(body.substr(name.size()))))
      return damaged("a long name is followed by something else");
    if (into && *into != name) return damaged("an entry has two different names");
    into = std::string(name);
    return {};
  }
  while (!body.empty()) {  // "<length> <key>=<value>\n", the length counting all of it
    size_t length = 0;
    const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), length);
    const size_t digits = static_cast<size_t>(end - body.data());
    if (error != std::errc() || length > body.size() || length < digits + 3 || *end != ' ' ||
        body[length - 1] != '\n')
      return damaged("a pax header is malformed");
    const std::string_view record = body.substr(digits + 1, length - digits - 2);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return damaged("a pax header is malformed");
    TFHUB_TRY(pax_record(record.substr(0, equals), record.substr(equals + 1)));
    body.remove_prefix(length);
  }
  return {};
}

Result<void> TarReader::pax_record(std::string_view key, std::string_view value) {
  if (key.starts_with("GNU.sparse.") || key == "SCHILY.realsize")
    return fail(Code::kCorrupt,
                "it holds a sparse file; a model holds only plain regular files and directories");
  if (key != "path" && key != "linkpath" && key != "size")
    return {};  // owners, times, comments: nothing of them is kept
  if (extended_type_ == 'g') return damaged("a global header gives every entry one name or size");
  if (key == "path" || key == "linkpath") {
    auto& into = key == "path" ? extended_.path : extended_.link;
    if (into && *into != value) return damaged("an entry has two different names");
    into = std::string(value);
    return {};
  }
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
  if (error != std::errc() || end != value.data() + value.size() || size > uint64_t{INT64_MAX})
    return damaged("the size of an entry is negative, too large or not a number");
  if (extended_.size && *extended_.size != size) return damaged("an entry has two different sizes");
  extended_.size = size;
  return {};
}

}  // namespace tfhub::archive
