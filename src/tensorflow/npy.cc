#include "tensorflow/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"
#include "savedmodel/dtypes.h"
#include "savedmodel/wire.h"
#include "tensorflow/npy_header.h"

namespace tfhub::tensorflow {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kHeaderAlignment = 64;  // of what follows the header

struct NpyType {
  std::string_view dtype, descr;  // the descr without its byte order
};
constexpr std::array kTypes{
    NpyType{"float16", "f2"},   NpyType{"float32", "f4"},     NpyType{"float64", "f8"},
    NpyType{"int8", "i1"},      NpyType{"int16", "i2"},       NpyType{"int32", "i4"},
    NpyType{"int64", "i8"},     NpyType{"uint8", "u1"},       NpyType{"uint16", "u2"},
    NpyType{"uint32", "u4"},    NpyType{"uint64", "u8"},      NpyType{"bool", "b1"},
    NpyType{"complex64", "c8"}, NpyType{"complex128", "c16"},
};

using Buffer = std::vector<std::byte>;

// What the header says of an element.
struct Element {
  char kind;  // of the array protocol: f, i, u, b, c, S, U
  bool big_endian;
  size_t size;             // bytes
  std::string_view dtype;  // empty: S or U
};

Result<Element> element_of(const std::string& descr) {
  const auto refused = [&] {
    return fail(Code::kCorrupt,
                "it holds elements of the type '{}', which no tensor has; save it with another dtype",
                printable(descr));
  };
  if (descr.size() < 3 || std::string_view("<>|").find(descr[0]) == std::string_view::npos) return refused();
  Element element{descr[1], descr[0] == '>', 0, {}};
  const auto [end, error] = std::from_chars(descr.data() + 2, descr.data() + descr.size(), element.size);
  if (error != std::errc() || end != descr.data() + descr.size() || element.size == 0 ||
      element.size > 1 << 30)
    return refused();
  if (element.kind == 'S') return element;
  if (element.kind == 'U') {
    element.size *= sizeof(char32_t);
    return element;
  }
  const auto* type = std::find_if(kTypes.begin(), kTypes.end(), [&](const NpyType& each) {
    return descr.compare(1, descr.npos, each.descr) == 0;
  });
  if (type == kTypes.end()) return refused();
  element.dtype = type->dtype;
  return element;
}

// The elements, the last dimension running fastest.
Buffer in_c_order(Bytes data, const NpyHeader& header, size_t size) {
  if (!header.fortran_order) return {data.begin(), data.end()};
  const std::vector<int64_t>& shape = header.shape;
  Buffer ordered(data.size());
  std::vector<size_t> index(shape.size());
  for (size_t at = 0; at < data.size(); at += size) {
    size_t from = 0;
    for (size_t axis = shape.size(); axis-- > 0;)
      from = from * static_cast<size_t>(shape[axis]) + index[axis];
    std::memcpy(&ordered[at], &data[from * size], size);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < static_cast<size_t>(shape[axis])) break;
      index[axis] = 0;
    }
  }
  return ordered;
}

void turn_around(Buffer& bytes, size_t part) {
  for (size_t at = 0; at < bytes.size(); at += part)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + part));
}

// Zeros behind an element are no part of it.
Result<std::string> text_of(Bytes element, char kind) {
  if (kind == 'S') {
    std::string text(as_text(element));
    text.erase(text.find_last_not_of('\0') + 1);
    return text;
  }
  std::string text;
  size_t written = 0;  // up to the last character that is not zero
  for (size_t at = 0; at < element.size(); at += sizeof(char32_t)) {
    const auto code = savedmodel::wire::load<char32_t>(element, at);
    if (!append_utf8(text, code)) return fail(Code::kCorrupt, "it holds text that is no Unicode");
    if (code != 0) written = text.size();
  }
  text.resize(written);
  return text;
}

Result<Tensor> strings_in_file(const Buffer& bytes, const NpyHeader& header, const Element& element) {
  std::vector<std::string> values;
  for (size_t at = 0; at < bytes.size(); at += element.size) {
    TFHUB_ASSIGN(values.emplace_back(), text_of(Bytes(bytes).subspan(at, element.size), element.kind));
  }
  return Tensor::of<std::string>(header.shape, std::move(values));
}

// Splits the file into its header's text and the data.
Result<std::pair<std::string_view, Bytes>> split(Bytes file) {
  const auto cut_short = [] { return fail(Code::kCorrupt, "it is cut short"); };
  if (!as_text(file).starts_with(kMagic))
    return fail(Code::kCorrupt, "it is no .npy file; write it with numpy.save");
  if (file.size() < kMagic.size() + 2) return cut_short();
  const auto version = static_cast<unsigned>(file[kMagic.size()]);
  if (version < 1 || version > 3)
    return fail(Code::kCorrupt, "it is a .npy file of version {}, and 1 to 3 are known here", version);
  const size_t width = version == 1 ? 2 : 4, begin = kMagic.size() + 2 + width;
  if (file.size() < begin) return cut_short();
  const size_t length = width == 2 ? savedmodel::wire::load<uint16_t>(file, begin - width)
                                   : savedmodel::wire::load<uint32_t>(file, begin - width);
  if (file.size() - begin < length) return cut_short();
  return std::pair(as_text(file.subspan(begin, length)), file.subspan(begin + length));
}

// The bytes of strings, each as long as the longest.
Result<std::pair<std::string, size_t>> packed(std::span<const std::string> values) {
  size_t size = 1;
  for (const std::string& value : values) {
    if (value.ends_with('\0'))
      return fail(Code::kUsage,
                  "a string of it ends in a zero byte, which a .npy file cannot hold; take it as JSON");
    size = std::max(size, value.size());
  }
  std::string bytes;
  for (const std::string& value : values) bytes.append(value).append(size - value.size(), '\0');
  return std::pair(std::move(bytes), size);
}

}  // namespace

Result<Tensor> read_npy(Bytes file) {
  TFHUB_ASSIGN(const auto parts, split(file));
  TFHUB_ASSIGN(const NpyHeader header, parse_npy_header(parts.first));
  TFHUB_ASSIGN(const Element element, element_of(header.descr));
  TFHUB_ASSIGN(const uint64_t count, savedmodel::element_count(header.shape));
  if (parts.second.size() % element.size != 0 || parts.second.size() / element.size != count)
    return fail(Code::kCorrupt, "its header speaks of {} elements of {} bytes, and {} bytes follow", count,
                element.size, parts.second.size());
  Buffer bytes = in_c_order(parts.second, header, element.size);
  // A complex number is two, and text is characters, each in its byte order.
  if (element.big_endian && element.kind != 'S')
    turn_around(bytes, element.kind == 'c'   ? element.size / 2
                       : element.kind == 'U' ? sizeof(char32_t)
                                             : element.size);
  if (element.dtype.empty()) return strings_in_file(bytes, header, element);
  if (element.kind == 'b')
    for (std::byte& value : bytes) value = std::byte{value != std::byte{0}};
  const auto kept = std::make_shared<const Buffer>(std::move(bytes));
  return Tensor::of_bytes(element.dtype, header.shape, std::shared_ptr<const void>(kept, kept->data()),
                          kept->size());
}

Result<std::string> write_npy(const Tensor& tensor) {
  NpyHeader header;
  header.shape = tensor.shape();
  std::string strings;
  Bytes data;
  if (tensor.dtype() == "string") {
    TFHUB_ASSIGN(auto all, packed(tensor.values<std::string>()));
    strings = std::move(all.first);
    data = as_bytes(strings);
    header.descr = fmt::format("|S{}", all.second);
  } else {
    const auto* type = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const NpyType& each) { return each.dtype == tensor.dtype(); });
    if (type == kTypes.end())
      return fail(Code::kUsage, "NumPy has no type {}; take it as JSON", tensor.dtype());
    data = tensor.bytes();
    header.descr = fmt::format("{}{}", type->descr.ends_with('1') ? '|' : '<', type->descr);
  }
  std::string text = to_text(header);
  const size_t begin = kMagic.size() + 4;  // version 1.0: tensors have too few dimensions for a longer header
  text.insert(text.size() - 1,
              (kHeaderAlignment - (begin + text.size()) % kHeaderAlignment) % kHeaderAlignment, ' ');
  std::string file(kMagic);
  file += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return file.append(text).append(as_text(data));
}

}  // namespace tfhub::tensorflow
