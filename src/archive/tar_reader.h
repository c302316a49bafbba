// A strict tar reader that is pushed bytes: ustar, GNU long names, pax headers (path, linkpath, size).
// Whatever is not a regular file, a directory or a hard link to one is refused, as is anything two readers
// could understand differently.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "archive/tar_format.h"
#include "base/byte_stream.h"

namespace tfhub::archive {

class TarHandler {
 public:
  virtual ~TarHandler() = default;
  // Names come as the archive has them.
  virtual Result<void> directory(std::string_view name) = 0;
  virtual Result<void> begin_file(std::string_view name, uint64_t size) = 0;
  virtual Result<void> data(Bytes bytes) = 0;
  virtual Result<void> end_file() = 0;
  // Another name of a file before it, as the archive calls that.
  virtual Result<void> hard_link(std::string_view name, std::string_view target);
  // A header about no entry in particular (pax 'g').
  virtual Result<void> global_header() = 0;
};

class TarReader {
 public:
  explicit TarReader(TarHandler& handler) : handler_(handler) {}

  // All faults are kCorrupt; the handler's errors pass through.
  Result<void> push(Bytes bytes);
  // All bytes were pushed: complains unless the end marker was among them.
  Result<void> finish() const;

 private:
  enum class State { kHeader, kFile, kExtended, kPadding, kAfterEnd };
  struct Extended {  // what the headers before an entry say about it
    std::optional<std::string> path, link;
    std::optional<uint64_t> size;
    bool long_name = false, long_link = false;
    bool pax = false;
  };

  Result<void> header(const TarHeader& header);
  Result<void> entry(const TarHeader& header);
  Result<void> hard_link(const TarHeader& header, const std::string& name);
  Result<void> begin_extended(const TarHeader& header);
  Result<void> end_extended();
  Result<void> pax_record(std::string_view key, std::string_view value);
  Result<uint64_t> size_of(const TarHeader& header) const;
  Result<std::string> name_of(const TarHeader& header) const;
  Result<void> end_body();
  Result<void> check_zero(Bytes bytes) const;

  TarHandler& handler_;
  State state_ = State::kHeader;
  std::array<std::byte, kTarBlock> partial_;  // a header cut by the border of two pushes
  size_t partial_size_ = 0;
  unsigned zero_blocks_ = 0;
  uint64_t after_end_ = 0;
  uint64_t left_ = 0;   // of the body
  size_t padding_ = 0;  // after the body
  char extended_type_ = 0;
  std::string extended_body_;
  Extended extended_;
};

}  // namespace tfhub::archive
