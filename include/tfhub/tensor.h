// A tensor: a shape and the elements in C order (the last dimension runs fastest), as models take and give
// them. Cheap to copy: copies share the elements, which never change. C++20.
//
//   auto x = tfhub::Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
//   for (float value : x.values<float>()) ...
//
// What makes no sense (a shape that does not fit the values, values of another type) throws
// std::invalid_argument: it is a mistake in the program, not in the model.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tfhub/export.h"

namespace tfhub {

// TensorFlow's name of an element's type: "float32" for float, "string" for std::string. No member `value`:
// no tensor has such elements in C++ (they are read by Tensor::bytes).
template <typename T>
struct DtypeOf {};
template <>
struct DtypeOf<float> {
  static constexpr std::string_view value = "float32";
};
template <>
struct DtypeOf<double> {
  static constexpr std::string_view value = "float64";
};
template <>
struct DtypeOf<int8_t> {
  static constexpr std::string_view value = "int8";
};
template <>
struct DtypeOf<int16_t> {
  static constexpr std::string_view value = "int16";
};
template <>
struct DtypeOf<int32_t> {
  static constexpr std::string_view value = "int32";
};
template <>
struct DtypeOf<int64_t> {
  static constexpr std::string_view value = "int64";
};
template <>
struct DtypeOf<uint8_t> {
  static constexpr std::string_view value = "uint8";
};
template <>
struct DtypeOf<uint16_t> {
  static constexpr std::string_view value = "uint16";
};
template <>
struct DtypeOf<uint32_t> {
  static constexpr std::string_view value = "uint32";
};
template <>
struct DtypeOf<uint64_t> {
  static constexpr std::string_view value = "uint64";
};
template <>
struct DtypeOf<bool> {
  static constexpr std::string_view value = "bool";
};
template <>
struct DtypeOf<std::string> {
  static constexpr std::string_view value = "string";
};

class TFHUB_API Tensor {
 public:
  // No elements: float32, shape (0).
  Tensor() = default;

  // An empty shape is a scalar's. std::vector<bool> is taken as everybody writes it; values<bool>() is a span
  // of plain bools all the same.
  template <typename T>
  static Tensor of(std::vector<int64_t> shape, std::vector<T> values) {
    const size_t count = values.size();
    if constexpr (std::is_same_v<T, bool>) {
      const auto plain = std::make_shared<bool[]>(count);
      std::copy(values.begin(), values.end(), plain.get());
      return Tensor(DtypeOf<T>::value, std::move(shape), plain, plain.get(), count);
    } else {
      const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
      return Tensor(DtypeOf<T>::value, std::move(shape), kept, kept->data(), count);
    }
  }

  // Elements of any type but string, as they lie in memory: for float16, bfloat16 and others that C++ has no
  // type for. `bytes` keeps the memory alive, and nobody changes it while a tensor lives.
  static Tensor of_bytes(std::string_view dtype, std::vector<int64_t> shape,
                         std::shared_ptr<const void> bytes, size_t size);

  const std::string& dtype() const { return dtype_; }  // as tf.DType is called: "float32", "int64", "string"
  const std::vector<int64_t>& shape() const { return shape_; }
  size_t size() const { return size_; }  // elements

  // Valid as long as this tensor or a copy of it.
  template <typename T>
  std::span<const T> values() const {
    return {static_cast<const T*>(elements(DtypeOf<T>::value)), size_};
  }
  std::span<const std::byte> bytes() const;  // of any type but string

 private:
  Tensor(std::string_view dtype, std::vector<int64_t> shape, std::shared_ptr<const void> owner,
         const void* elements, size_t count);
  const void* elements(std::string_view dtype) const;

  std::string dtype_ = "float32";
  std::vector<int64_t> shape_ = {0};
  std::shared_ptr<const void> elements_;
  size_t size_ = 0;
};

}  // namespace tfhub
