#include "tensorflow/convert.h"

#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "savedmodel/dtypes.h"

namespace tfhub::tensorflow {
namespace {

constexpr auto kTensorAlignment = std::align_val_t{64};  // what Eigen may rely on

// TensorFlow's strings, until its last reference to them is gone.
class Strings {
 public:
  Strings(const CApi& api, std::span<const std::string> values)
      : api_(api),
        count_(values.size()),
        strings_(static_cast<TF_TString*>(::operator new(count_ * sizeof(TF_TString), kTensorAlignment))) {
    for (size_t i = 0; i < count_; ++i) {
      api_.StringInit(&strings_[i]);
      api_.StringCopy(&strings_[i], values[i].data(), values[i].size());
    }
  }
  ~Strings() {
    for (size_t i = 0; i < count_; ++i) api_.StringDealloc(&strings_[i]);
    ::operator delete(strings_, kTensorAlignment);
  }
  Strings(const Strings&) = delete;
  Strings& operator=(const Strings&) = delete;

  TF_TString* data() const { return strings_; }
  size_t bytes() const { return count_ * sizeof(TF_TString); }

 private:
  const CApi& api_;
  size_t count_;
  TF_TString* strings_;
};

// Hands the memory of `owner` to TensorFlow, which calls back when it is done with it.
template <typename Owner>
Result<TensorPointer> lend(const CApi& api, int type, const Tensor& tensor, void* data, size_t bytes,
                           std::unique_ptr<Owner> owner) {
  const std::vector<int64_t>& shape = tensor.shape();
  Owner* lent = owner.release();
  TF_Tensor* made = api.NewTensor(
      type, shape.data(), static_cast<int>(shape.size()), data, bytes,
      [](void*, size_t, void* arg) { std::unique_ptr<Owner>(static_cast<Owner*>(arg)); }, lent);
  if (made == nullptr)
    return fail(Code::kUnexpected, "TensorFlow takes no tensor of type {} with {} elements", tensor.dtype(),
                tensor.size());
  return TensorPointer(made, api.DeleteTensor);
}

std::vector<std::string> strings_in_tensor(const CApi& api, const TF_Tensor* tensor, size_t count) {
  const auto* strings = static_cast<const TF_TString*>(api.TensorData(tensor));
  std::vector<std::string> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i)
    values.emplace_back(api.StringGetDataPointer(&strings[i]), api.StringGetSize(&strings[i]));
  return values;
}

}  // namespace

Result<TensorPointer> to_tensorflow(const CApi& api, const Tensor& tensor) {
  const auto type = savedmodel::dtype_number(tensor.dtype());
  if (!type) return fail(Code::kUsage, "TensorFlow has no type '{}'", tensor.dtype());
  if (*type == TF_STRING) {
    auto strings = std::make_unique<Strings>(api, tensor.values<std::string>());
    TF_TString* data = strings->data();
    const size_t bytes = strings->bytes();
    return lend(api, *type, tensor, data, bytes, std::move(strings));
  }
  const std::span<const std::byte> bytes = tensor.bytes();
  // Never written to: what TensorFlow does not own it does not reuse for results.
  void* data = const_cast<std::byte*>(bytes.data());
  return lend(api, *type, tensor, data, bytes.size(), std::make_unique<Tensor>(tensor));
}

Result<Tensor> from_tensorflow(const CApi& api, TensorPointer tensor) {
  std::vector<int64_t> shape(static_cast<size_t>(api.NumDims(tensor.get())));
  for (size_t i = 0; i < shape.size(); ++i) shape[i] = api.Dim(tensor.get(), static_cast<int>(i));
  const int type = api.TensorType(tensor.get());
  if (type == TF_STRING) {
    TFHUB_ASSIGN(const uint64_t count, savedmodel::element_count(shape));
    return Tensor::of<std::string>(std::move(shape), strings_in_tensor(api, tensor.get(), count));
  }
  const std::string dtype = savedmodel::dtype_name(static_cast<uint64_t>(type));
  if (!savedmodel::is_number(dtype))
    return fail(Code::kUnexpected, "an output is of the type {}, which has no values to give back", dtype);
  const size_t bytes = api.TensorByteSize(tensor.get());
  const void* data = api.TensorData(tensor.get());
  const std::shared_ptr<TF_Tensor> owner = std::move(tensor);
  return Tensor::of_bytes(dtype, std::move(shape), std::shared_ptr<const void>(owner, data), bytes);
}

}  // namespace tfhub::tensorflow
