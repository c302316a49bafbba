// What the archive tests share: tars built byte by byte (independent of our own writer), the compressions,
// and unpacking into a fresh directory.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract.h"
#include "base/byte_stream.h"

namespace tfhub::archive::testing {

// Builds any tar, valid or not; every add() is one header with its body.
class TarBuilder {
 public:
  struct Member {
    std::string name;
    std::string body;
    char type = '0';
    std::string size_field = {};  // empty: octal size of `body`
    std::string magic = std::string(
        "ustar\0"
        "00",
        8);
    std::string prefix = {};
    std::string linkname = {};
    bool signed_checksum = false;
  };
  TarBuilder& add(const Member& member);
  TarBuilder& file(std::string name, std::string body) {
    return add({.name = std::move(name), .body = std::move(body)});
  }
  TarBuilder& directory(std::string name) { return add({.name = std::move(name), .body = "", .type = '5'}); }
  // A pax header of these records before the next entry.
  TarBuilder& pax(const std::vector<std::pair<std::string, std::string>>& records, char type = 'x');
  TarBuilder& long_name(const std::string& name);
  TarBuilder& raw(std::string_view bytes) { return bytes_ += bytes, *this; }
  std::string unfinished() const { return bytes_; }
  std::string end() const { return bytes_ + std::string(1024, '\0'); }

 private:
  std::string bytes_;
};

std::string pax_record(const std::string& key, const std::string& value);

std::string gzip(std::string_view bytes);
std::string bzip2(std::string_view bytes);
std::string xz(std::string_view bytes);

// Gives `step` bytes a read, then the end or `error`.
class SteppedSource final : public ByteSource {
 public:
  SteppedSource(std::string_view bytes, size_t step);
  SteppedSource(std::string_view bytes, size_t step, Error error);
  ~SteppedSource() override;
  Result<size_t> read(MutableBytes buffer) override;
  size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  size_t step_;
  std::optional<Error> error_;
};

struct Unpacked {
  Result<Extracted> result;
  std::map<std::string, std::string> files;  // path -> content; directories end in '/'
};
// Unpacks into a fresh directory and reads back what is there.
Unpacked unpack(std::string_view archive, ExtractOptions options = {});
Unpacked unpack(ByteSource& source, ExtractOptions options = {});

// Runs a shell command; its exit status.
int run(const std::string& command);

}  // namespace tfhub::archive::testing
