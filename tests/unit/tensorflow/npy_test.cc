// .npy files: what numpy.save writes is read, what we write is what it would write.
#include "tensorflow/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tensorflow/npy_header.h"

namespace tfhub::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As numpy.lib.format lays a file out, of version 1.0 or 2.0.
std::string file(const std::string& header, const std::string& data, char version = 1) {
  std::string text = "\x93NUMPY";
  text += {version, '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  if (version > 1) text += {'\0', '\0'};
  return text + header + data;
}
std::string header(const std::string& descr, const std::string& shape, const char* fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}
Result<Tensor> read(const std::string& bytes) {
  return read_npy(as_bytes(bytes));
}
template <typename T>
std::string raw(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}
void refused_npy(const std::string& bytes, const char* why) {
  const auto tensor = read(bytes);
  ASSERT_FALSE(tensor);
  EXPECT_EQ(tensor.error().code(), Code::kCorrupt);
  EXPECT_THAT(tensor.error().message(), HasSubstr(why));
}

TEST(Npy, ReadsWhatNumPyWrites) {
  const auto floats = read(file(header("<f4", "(2, 2)"), raw<float>({1, 2, 3, 4})));
  ASSERT_TRUE(floats) << floats.error().message();
  EXPECT_THAT(floats->shape(), ElementsAre(2, 2));
  EXPECT_THAT(floats->values<float>(), ElementsAre(1, 2, 3, 4));
  const auto scalar = read(file(header("<i8", "()"), raw<int64_t>({-5}), 2));
  ASSERT_TRUE(scalar) << scalar.error().message();
  EXPECT_THAT(scalar->values<int64_t>(), ElementsAre(-5));
  const auto flags = read(file(header("|b1", "(3,)"), std::string("\x01\x00\x02", 3)));
  ASSERT_TRUE(flags) << flags.error().message();
  EXPECT_THAT(flags->values<bool>(), ElementsAre(true, false, true));
  EXPECT_EQ(read(file(header("<f2", "(1,)"), "ab"))->dtype(), "float16");
  EXPECT_EQ(read(file(header("<c8", "(1,)"), "abcdefgh"))->dtype(), "complex64");
}

TEST(Npy, TurnsOtherOrdersAround) {
  const auto fortran = read(file(header("<i2", "(2, 3)", "True"), raw<int16_t>({1, 4, 2, 5, 3, 6})));
  ASSERT_TRUE(fortran) << fortran.error().message();
  EXPECT_THAT(fortran->values<int16_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  const auto big = read(file(header(">u4", "(2,)"), std::string("\0\0\0\x01\0\0\x01\0", 8)));
  ASSERT_TRUE(big) << big.error().message();
  EXPECT_THAT(big->values<uint32_t>(), ElementsAre(1, 256));
}

TEST(Npy, ReadsBytesAndUnicodeAsStrings) {
  const auto bytes = read(file(header("|S3", "(2,)"), std::string("ab\0xyz", 6)));
  ASSERT_TRUE(bytes) << bytes.error().message();
  EXPECT_THAT(bytes->values<std::string>(), ElementsAre("ab", "xyz"));
  const auto text = read(file(header("<U2", "(2,)"), raw<char32_t>({U'h', U'\u00e9', U'\U0001F600', 0})));
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_THAT(text->values<std::string>(), ElementsAre("h\u00e9", "\U0001F600"));
  const auto big = read(file(header(">U1", "(1,)"), std::string("\0\0\0A", 4)));
  ASSERT_TRUE(big) << big.error().message();
  EXPECT_THAT(big->values<std::string>(), ElementsAre("A"));
  refused_npy(file(header("<U1", "(1,)"), raw<char32_t>({0xd800})), "no Unicode");
}

TEST(Npy, RefusesWhatIsNoneOrDamagedOrNoTensor) {
  refused_npy("", "no .npy file");
  refused_npy("PK\x03\x04", "no .npy file");
  refused_npy("\x93NUMPY\x01", "cut short");
  refused_npy(std::string("\x93NUMPY\x09\x00", 8), "version 9");
  refused_npy(file(header("<f4", "(2,)"), "").substr(0, 20), "cut short");
  refused_npy(file(header("<f4", "(2,)"), "1234567"), "2 elements of 4 bytes, and 7 bytes follow");
  refused_npy(file(header("<f4", "(1,)"), "12345678"), "8 bytes follow");
  refused_npy(file(header("|O", "(1,)"), "12345678"), "'|O'");
  refused_npy(file(header("<M8", "(1,)"), "12345678"), "'<M8'");
  refused_npy(file(header("|S0", "(9,)"), ""), "'|S0'");
  refused_npy(file(header("<f4", "(9223372036854775807, 8)"), ""), "2^63");
  refused_npy(file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234"),
              "one plain array");
  refused_npy(file("{'descr': '<f4', 'shape': (1,), }", "1234"), "not that of one array");
  refused_npy(file("{'descr': '<f4', 'fortran_order': None, 'shape': (1,), }", "1234"), "order");
  refused_npy(file(header("<f4", "(-1,)"), ""), "a shape that is none");
  refused_npy(file(header("<f4", "(1,"), "1234"), "header");
}

TEST(Npy, WritesVersion1WithTheDataAligned) {
  const auto bytes = write_npy(Tensor::of<float>({3}, {1, 2, 3}));
  ASSERT_TRUE(bytes) << bytes.error().message();
  EXPECT_EQ(bytes->substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(bytes->size(), 128u + 12u);
  EXPECT_EQ((*bytes)[127], '\n');
  EXPECT_THAT(bytes->substr(10, 118), HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"));
}

TEST(Npy, WhatIsWrittenIsReadAgain) {
  for (const Tensor& tensor : {Tensor::of<double>({2, 1}, {0.5, -1}), Tensor::of<uint8_t>({}, {255}),
                               Tensor::of<bool>({2}, {true, false}), Tensor::of<float>({0, 4}, {}),
                               Tensor::of<uint64_t>({1}, {~uint64_t{0}})}) {
    const auto again = read(write_npy(tensor).value());
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->dtype(), tensor.dtype());
    EXPECT_EQ(again->shape(), tensor.shape());
    EXPECT_TRUE(std::ranges::equal(again->bytes(), tensor.bytes()));
  }
  const auto words = read(write_npy(Tensor::of<std::string>({3}, {"a", "", "l\u00f6ng"})).value());
  ASSERT_TRUE(words) << words.error().message();
  EXPECT_THAT(words->values<std::string>(), ElementsAre("a", "", "l\u00f6ng"));
}

TEST(Npy, RefusesToWriteWhatWouldNotComeBack) {
  const auto zero = write_npy(Tensor::of<std::string>({1}, {std::string("a\0", 2)}));
  ASSERT_FALSE(zero);
  EXPECT_EQ(zero.error().code(), Code::kUsage);
  EXPECT_THAT(zero.error().message(), HasSubstr("zero byte"));
  const auto memory = std::make_shared<uint16_t>();
  const auto brain = write_npy(Tensor::of_bytes("bfloat16", {1}, memory, 2));
  ASSERT_FALSE(brain);
  EXPECT_THAT(brain.error().message(), HasSubstr("no type bfloat16"));
}

}  // namespace
}  // namespace tfhub::tensorflow
