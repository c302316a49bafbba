#include "tfhub/tensor.h"

#include <fmt/core.h>

#include <stdexcept>

#include "savedmodel/description.h"
#include "savedmodel/dtypes.h"

namespace tfhub {
namespace {

// Throws where a shape of known dimensions does not hold `count` elements.
void check_count(const std::vector<int64_t>& shape, size_t count) {
  const auto wanted = savedmodel::element_count(shape);
  if (wanted && *wanted == count) return;
  throw std::invalid_argument(
      fmt::format("a tensor of shape {} cannot have {} elements", savedmodel::shape_text(shape), count));
}

uint64_t size_of(std::string_view dtype) {
  if (const auto size = savedmodel::dtype_size(dtype)) return *size;
  throw std::invalid_argument(fmt::format("'{}' is no type whose elements are plain bytes", dtype));
}

}  // namespace

Tensor::Tensor(std::string_view dtype, std::vector<int64_t> shape, std::shared_ptr<const void> owner,
               const void* elements, size_t count)
    : dtype_(dtype), shape_(std::move(shape)), elements_(std::move(owner), elements), size_(count) {
  check_count(shape_, size_);
}

Tensor Tensor::of_bytes(std::string_view dtype, std::vector<int64_t> shape, std::shared_ptr<const void> bytes,
                        size_t size) {
  const uint64_t each = size_of(dtype);
  if (size % each != 0)
    throw std::invalid_argument(fmt::format("{} bytes are no whole number of {} elements", size, dtype));
  const void* elements = bytes.get();
  return Tensor(dtype, std::move(shape), std::move(bytes), elements, size / each);
}

std::span<const std::byte> Tensor::bytes() const {
  return {static_cast<const std::byte*>(elements_.get()), size_ * size_of(dtype_)};
}

const void* Tensor::elements(std::string_view dtype) const {
  if (dtype == dtype_) return elements_.get();
  throw std::invalid_argument(fmt::format("the tensor holds {}, not {}", dtype_, dtype));
}

}  // namespace tfhub
