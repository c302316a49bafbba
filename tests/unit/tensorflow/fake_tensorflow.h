// As much of TensorFlow's C API as conversion needs, with accounts of what is alive.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/c_api.h"

namespace tfhub::tensorflow {

// TensorFlow's handle of a tensor.
struct TF_Tensor {
  int type;
  std::vector<int64_t> shape;
  void* data;
  size_t size;
  void (*deallocator)(void*, size_t, void*);
  void* arg;
};

// Tensors and strings that were made and not let go yet.
inline int live_tensors = 0, live_strings = 0;

inline std::string& string_in(const TF_TString* string) {
  std::string* held = nullptr;
  std::memcpy(&held, string, sizeof held);
  return *held;
}

inline CApi fake_tensorflow() {
  CApi api{};
  api.NewTensor = [](int type, const int64_t* dims, int rank, void* data, size_t size,
                     void (*deallocator)(void*, size_t, void*), void* arg) {
    ++live_tensors;
    return new TF_Tensor{type, {dims, dims + rank}, data, size, deallocator, arg};
  };
  api.DeleteTensor = [](TF_Tensor* tensor) {
    --live_tensors;
    tensor->deallocator(tensor->data, tensor->size, tensor->arg);
    delete tensor;
  };
  api.TensorType = [](const TF_Tensor* tensor) { return tensor->type; };
  api.NumDims = [](const TF_Tensor* tensor) { return static_cast<int>(tensor->shape.size()); };
  api.Dim = [](const TF_Tensor* tensor, int i) { return tensor->shape[static_cast<size_t>(i)]; };
  api.TensorByteSize = [](const TF_Tensor* tensor) { return tensor->size; };
  api.TensorData = [](const TF_Tensor* tensor) { return tensor->data; };
  api.StringInit = [](TF_TString* string) {
    ++live_strings;
    const auto* held = new std::string;
    std::memcpy(string, &held, sizeof held);
  };
  api.StringCopy = [](TF_TString* to, const char* text, size_t size) { string_in(to).assign(text, size); };
  api.StringGetDataPointer = [](const TF_TString* string) -> const char* { return string_in(string).data(); };
  api.StringGetSize = [](const TF_TString* string) { return string_in(string).size(); };
  api.StringDealloc = [](TF_TString* string) {
    --live_strings;
    delete &string_in(string);
  };
  return api;
}

}  // namespace tfhub::tensorflow
