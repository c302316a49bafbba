// Tensors of ours as TensorFlow's, and back. Numbers are not copied on either way (but into TensorFlow where
// they are not aligned as it wants them); strings are.
#pragma once

#include <memory>

#include "tensorflow/c_api.h"
#include "tfhub/result.h"
#include "tfhub/tensor.h"

namespace tfhub::tensorflow {

using TensorPointer = std::unique_ptr<TF_Tensor, void (*)(TF_Tensor*)>;

// The result keeps the elements of `tensor` alive as long as TensorFlow needs them.
Result<TensorPointer> to_tensorflow(const CApi& api, const Tensor& tensor);

// kUnexpected: of a type that is no values (a resource, a variant).
Result<Tensor> from_tensorflow(const CApi& api, TensorPointer tensor);

}  // namespace tfhub::tensorflow
