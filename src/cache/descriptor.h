// M.descriptor.txt: tensorflow_hub's three lines and, below them, our record of the files
// (docs/cache_format.md). Parsing allocates nothing per file: a hit on a model of 8,000 files stands or falls
// with it.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/manifest.h"
#include "cache/place.h"
#include "tfhub/result.h"

namespace tfhub::cache {

// One file of a record. `path` is followed by a NUL, so path.data() can go to a system call.
struct RecordedFile {
  uint64_t size = 0;
  std::string_view sha256;  // 64 hex digits
  std::string_view path;
};

class Descriptor {
 public:
  enum class Record {
    kNone,   // tensorflow_hub's, or of a later version of this format
    kWhole,  // ours, and its checksum holds
    kTorn,   // there is something below the three lines, and it is damaged
  };
  // `used`: when the file was last written.
  static Descriptor parse(std::string text, std::chrono::system_clock::time_point used = {});
  // Nothing: there is no such file, or it is not of `owners`. Something that cannot be such a file is kTorn.
  static Result<std::optional<Descriptor>> read(const std::string& path, Owners owners = Owners::kAnybody);

  Record record() const { return record_; }
  const std::string& handle() const { return handle_; }  // "" where no line says it
  const std::string& etag() const { return etag_; }
  // The target's handle, in an alias's descriptor; and its key, which a handle whose password is left out
  // does not give.
  const std::string& alias_of() const { return alias_of_; }
  const std::string& alias_key() const { return alias_key_; }
  std::chrono::system_clock::time_point downloaded() const { return downloaded_; }  // the epoch: unknown
  std::chrono::system_clock::time_point written() const { return written_; }        // the file's own mtime
  // The same, unless no cache can be so old: then the download.
  std::chrono::system_clock::time_point used() const { return used_; }

  bool has_files() const { return files_begin_ < files_end_; }
  // Calls visit(const RecordedFile&) for each file until one call returns false. Whether all returned true.
  template <typename Visit>
  bool every_file(Visit&& visit) const;

 private:
  static Descriptor torn();
  Record parse_record(size_t begin);
  static bool parse_file(std::string_view line, RecordedFile& file);

  std::string text_;
  size_t files_begin_ = 0, files_end_ = 0;  // of the file lines in text_, each ended by a NUL
  Record record_ = Record::kNone;
  std::string handle_, etag_, alias_of_, alias_key_;
  std::chrono::system_clock::time_point downloaded_, written_, used_;
};

// What a new descriptor says. An alias has a target and no files. Handles are written without passwords and
// keys: whoever may read the cache may read a descriptor.
struct DescriptorText {
  std::string handle;
  std::string etag;
  std::string alias_of;
  const Manifest* files = nullptr;
};
// With this process and the present moment as the downloader. kCorrupt: a path that no line can hold.
Result<std::string> format_descriptor(const DescriptorText& content);

template <typename Visit>
bool Descriptor::every_file(Visit&& visit) const {
  size_t at = files_begin_;
  while (at < files_end_) {
    const size_t end = text_.find('\0', at);
    RecordedFile file;
    if (!parse_file(std::string_view(text_).substr(at, end - at), file) || !visit(file)) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace tfhub::cache
