#include "archive/detect.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "archive/tar_format.h"
#include "base/error.h"
#include "base/text.h"

namespace tfhub::archive {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kLookedAt = 64 << 10;  // a page's <title> stands within that

bool is_plain_tar(Bytes head) {
  if (head.size() < kTarBlock) return false;
  TarHeader header;
  std::memcpy(&header, head.data(), kTarBlock);
  const bool blank =
      std::all_of(head.begin(), head.begin() + kTarBlock, [](std::byte b) { return b == std::byte{0}; });
  return blank || tar_checksum_matches(header);
}

// The text between <title> and </title>, on one line; empty if there is none.
std::string title_of(std::string_view page) {
  const std::string lower = lower_ascii(page);
  const size_t tag = lower.find("<title");
  if (tag == std::string::npos) return "";
  const size_t begin = lower.find('>', tag);
  if (begin == std::string::npos) return "";
  const size_t end = lower.find('<', begin);
  if (end == std::string::npos) return "";
  std::string title(trim(page.substr(begin + 1, end - begin - 1)));
  std::replace_if(
      title.begin(), title.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return printable(title, 100);
}

std::string first_line(std::string_view text) {
  return printable(trim(text.substr(0, text.find('\n'))), 100);
}

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x20 || u == '\n' || u == '\r' || u == '\t';
  });
}

std::string binary_format(std::string_view head) {
  struct Magic {
    size_t offset;
    std::string_view bytes;
    const char* meaning;
  };
  static constexpr Magic kMagics[] = {
      {0, "PK\x03\x04"sv, "a zip archive"},
      {0, "PK\x05\x06"sv, "an empty zip archive"},
      {0, "7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
      {0, "Rar!"sv, "a RAR archive"},
      {0, "\x28\xb5\x2f\xfd"sv, "zstd data"},
      {0, "\x04\x22\x4d\x18"sv, "LZ4 data"},
      {0, "\x1f\x9d"sv, "data of compress(1)"},
      {0, "\x89HDF\r\n"sv, "an HDF5 file (a Keras .h5 model?)"},
      {0, "\x89PNG"sv, "a PNG picture"},
      {0, "%PDF"sv, "a PDF document"},
      {4, "TFL3"sv, "a TF Lite model, which is not an archive (fetch it with `tfhub pull --format tflite`)"},
  };
  for (const Magic& magic : kMagics)
    if (head.size() >= magic.offset && head.substr(magic.offset).starts_with(magic.bytes))
      return magic.meaning;
  return "";
}

std::string describe(Bytes head) {
  const std::string_view all = as_text(head);
  if (std::string known = binary_format(all); !known.empty()) return known;
  std::string_view text = all.substr(0, kLookedAt);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trim(text);
  const std::string lower = lower_ascii(text.substr(0, 1024));
  if (lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.starts_with("<head") ||
      (lower.starts_with('<') && lower.find("<html") != std::string::npos)) {
    const std::string title = title_of(text);
    return title.empty() ? "an HTML page (of a login portal or a proxy?)"
                         : fmt::format("an HTML page titled '{}' (of a login portal or a proxy?)", title);
  }
  if (is_text(text.substr(0, 1024))) {
    if (text.empty()) return "blank text";
    const std::string line = first_line(text);
    if (text.starts_with('<')) return fmt::format("XML, beginning with '{}'", line);
    if (text.starts_with('{') || text.starts_with('[')) return fmt::format("JSON, beginning with '{}'", line);
    return fmt::format("text, beginning with '{}'", line);
  }
  return fmt::format("unknown data beginning with the bytes {}",
                     hex(head.first(std::min<size_t>(head.size(), 8))));
}

}  // namespace

Result<Compression> detect(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.empty()) return fail(Code::kCorrupt, "it is not an archive: it is empty");
  if (text.starts_with("\x1f\x8b")) return Compression::kGzip;
  if (text.starts_with("BZh") && text.size() > 3 && text[3] >= '1' && text[3] <= '9')
    return Compression::kBzip2;
  if (text.starts_with("\xfd"
                       "7zXZ\0"sv))
    return Compression::kXz;
  if (is_plain_tar(head)) return Compression::kNone;
  return fail(Code::kCorrupt, "it is not an archive (tar, plain or with gzip, bzip2 or xz) but {}",
              describe(head));
}

}  // namespace tfhub::archive
