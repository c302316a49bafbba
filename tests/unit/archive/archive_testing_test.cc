// The helpers of archive_testing.h.
#include "archive/archive_testing.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "archive/tar_format.h"
#include "os/staging.h"
#include "testing/temp_dir.h"

namespace tfhub::archive::testing {

namespace fs = std::filesystem;

TarBuilder& TarBuilder::add(const Member& m) {
  std::string block(kTarBlock, '\0');
  const auto put = [&block](size_t at, size_t width, std::string_view text) {
    block.replace(at, std::min(width, text.size()), text.substr(0, width));
  };
  char octal[32];
  std::snprintf(octal, sizeof octal, "%011zo", m.body.size());
  put(0, 100, m.name);
  put(100, 8, "0000644");
  put(108, 8, "0000000");
  put(116, 8, "0000000");
  put(124, 12, m.size_field.empty() ? std::string_view(octal) : std::string_view(m.size_field));
  put(136, 12, "00000000000");
  block[156] = m.type;
  put(157, 100, m.linkname);
  put(257, 8, m.magic);
  put(345, 155, m.prefix);
  put(148, 8, "        ");
  long sum = 0;
  for (const char c : block)
    sum += m.signed_checksum ? static_cast<signed char>(c) : static_cast<unsigned char>(c);
  std::snprintf(octal, sizeof octal, "%06lo", sum);
  put(148, 8, std::string(octal) + std::string("\0 ", 2));
  bytes_ += block;
  bytes_ += m.body;
  bytes_.append(tar_padding(m.body.size()), '\0');
  return *this;
}

std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return std::to_string(length) + rest;
}

TarBuilder& TarBuilder::pax(const std::vector<std::pair<std::string, std::string>>& records, char type) {
  std::string body;
  for (const auto& [key, value] : records) body += pax_record(key, value);
  return add({.name = "PaxHeader", .body = body, .type = type});
}

TarBuilder& TarBuilder::long_name(const std::string& name) {
  return add({.name = "././@LongLink",
              .body = name + std::string(1, '\0'),
              .type = 'L',
              .magic = std::string("ustar  \0", 8)});
}

std::string gzip(std::string_view bytes) {
  std::string out(bytes.size() + bytes.size() / 8 + 4096, '\0');
  std::vector<uint8_t> level_buffer(ISAL_DEF_LVL1_DEFAULT);
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = level_buffer.data();
  stream.level_buf_size = static_cast<uint32_t>(level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uint32_t>(bytes.size());
  stream.next_out = reinterpret_cast<uint8_t*>(out.data());
  stream.avail_out = static_cast<uint32_t>(out.size());
  EXPECT_EQ(isal_deflate(&stream), COMP_OK);
  EXPECT_EQ(stream.avail_in, 0u);
  out.resize(stream.total_out);
  return out;
}

std::string bzip2(std::string_view bytes) {
  std::string out(bytes.size() + bytes.size() / 8 + 4096, '\0');
  auto size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                                     static_cast<unsigned>(bytes.size()), 1, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

std::string xz(std::string_view bytes) {
  std::string out(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(
      lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()),
                              bytes.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
      LZMA_OK);
  out.resize(size);
  return out;
}

SteppedSource::SteppedSource(std::string_view bytes, size_t step) : rest_(bytes), step_(step) {}
SteppedSource::SteppedSource(std::string_view bytes, size_t step, Error error)
    : rest_(bytes), step_(step), error_(std::move(error)) {}
SteppedSource::~SteppedSource() = default;

Result<size_t> SteppedSource::read(MutableBytes buffer) {
  if (rest_.empty() && error_) return tl::unexpected(*error_);
  const size_t n = std::min({buffer.size(), step_, rest_.size()});
  std::memcpy(buffer.data(), rest_.data(), n);
  rest_.remove_prefix(n);
  return n;
}

Unpacked unpack(ByteSource& source, ExtractOptions options) {
  const tfhub::testing::TempDir directory;
  auto staging = os::StagingDirectory::create(directory / "staging");
  if (!staging) throw std::runtime_error(staging.error().message());
  Unpacked unpacked{extract(source, *staging, options), {}};
  for (const auto& entry : fs::recursive_directory_iterator(staging->path())) {
    const std::string relative = fs::relative(entry.path(), staging->path()).string();
    if (entry.is_directory())
      unpacked.files[relative + "/"] = "";
    else
      unpacked.files[relative] = tfhub::testing::read_text(entry.path().string());
  }
  return unpacked;
}

Unpacked unpack(std::string_view archive, ExtractOptions options) {
  MemorySource source(as_bytes(archive));
  return unpack(source, std::move(options));
}

int run(const std::string& command) {
  return std::system(command.c_str());
}

}  // namespace tfhub::archive::testing
