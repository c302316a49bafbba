// The part of include/tfhub/c_api.h that lies over include/tfhub/saved_model.h: tensors and models.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "call.h"
#include "tfhub/saved_model.h"

struct tfhub_tensor {
  tfhub::Tensor tensor;
};
struct tfhub_model {
  tfhub::SavedModel model;
};

namespace {

using tfhub::Result;
using tfhub::Tensor;
using tfhub::TensorInfo;
using tfhub::Tensors;
using tfhub::c::absent;
using tfhub::c::guarded;
using Json = nlohmann::ordered_json;

// What Tensor throws is a mistake of the caller's.
template <typename Make>
tfhub_tensor* made(tfhub_status* status, Make make) noexcept {
  return guarded<tfhub_tensor*>(status, nullptr, [&]() -> Result<tfhub_tensor*> {
    try {
      Result<Tensor> tensor = make();
      if (!tensor) return tl::unexpected(std::move(tensor).error());
      return std::make_unique<tfhub_tensor>(tfhub_tensor{std::move(*tensor)}).release();
    } catch (const std::invalid_argument& error) {
      return tl::unexpected(tfhub::Error(tfhub::Code::kUsage, error.what()));
    }
  });
}

std::vector<int64_t> shape_of(const int64_t* shape, size_t rank) {
  return rank == 0 ? std::vector<int64_t>() : std::vector<int64_t>(shape, shape + rank);
}

Json json_of(const std::map<std::string, TensorInfo>& infos) {
  Json all = Json::object();
  for (const auto& [name, info] : infos) {
    Json shape;  // null
    if (info.shape) shape = *info.shape;
    all[name] = {{"dtype", info.dtype}, {"shape", std::move(shape)}};
  }
  return all;
}

// One of the caller's C strings, none of which may be NULL.
Result<std::string> name_in(const char* const* names, size_t index) {
  if (names == nullptr || names[index] == nullptr) return absent("the name of an input or output");
  return names[index];
}

using Owned = std::vector<std::unique_ptr<tfhub_tensor>>;

Result<Owned> picked(const Tensors& results, const char* const* names, size_t count) {
  Owned picked;
  for (size_t i = 0; i < count; ++i) {
    const Result<std::string> name = name_in(names, i);
    if (!name) return tl::unexpected(name.error());
    const auto found = results.find(*name);
    if (found == results.end())
      return tl::unexpected(tfhub::Error(tfhub::Code::kUsage, "the signature has no output '" + *name +
                                                                  "'; tfhub_model_signatures lists them"));
    picked.push_back(std::make_unique<tfhub_tensor>(tfhub_tensor{found->second}));
  }
  return picked;
}

}  // namespace

extern "C" {

tfhub_tensor* tfhub_tensor_new(const char* dtype, const int64_t* shape, size_t rank, const void* data,
                               size_t size, tfhub_status* status) {
  return made(status, [&]() -> Result<Tensor> {
    if (dtype == nullptr) return absent("the type");
    if (shape == nullptr && rank > 0) return absent("the shape");
    if (data == nullptr && size > 0) return absent("the data");
    const std::shared_ptr<std::byte[]> copy = std::make_shared<std::byte[]>(size);
    if (size > 0) std::memcpy(copy.get(), data, size);
    return Tensor::of_bytes(dtype, shape_of(shape, rank), copy, size);
  });
}

tfhub_tensor* tfhub_tensor_new_strings(const int64_t* shape, size_t rank, const char* const* strings,
                                       const size_t* sizes, size_t count, tfhub_status* status) {
  return made(status, [&]() -> Result<Tensor> {
    if (shape == nullptr && rank > 0) return absent("the shape");
    std::vector<std::string> values;
    for (size_t i = 0; i < count; ++i) {
      if (strings == nullptr || strings[i] == nullptr) return absent("a string");
      values.emplace_back(strings[i], sizes != nullptr ? sizes[i] : std::strlen(strings[i]));
    }
    return Tensor::of<std::string>(shape_of(shape, rank), std::move(values));
  });
}

const char* tfhub_tensor_dtype(const tfhub_tensor* tensor) {
  return tensor->tensor.dtype().c_str();
}
size_t tfhub_tensor_rank(const tfhub_tensor* tensor) {
  return tensor->tensor.shape().size();
}
const int64_t* tfhub_tensor_shape(const tfhub_tensor* tensor) {
  return tensor->tensor.shape().data();
}
size_t tfhub_tensor_count(const tfhub_tensor* tensor) {
  return tensor->tensor.size();
}
size_t tfhub_tensor_size(const tfhub_tensor* tensor) {
  return tensor->tensor.dtype() == "string" ? 0 : tensor->tensor.bytes().size();
}
const void* tfhub_tensor_data(const tfhub_tensor* tensor) {
  return tensor->tensor.dtype() == "string" ? nullptr : tensor->tensor.bytes().data();
}
const char* tfhub_tensor_string(const tfhub_tensor* tensor, size_t index, size_t* size) {
  if (tensor->tensor.dtype() != "string" || index >= tensor->tensor.size()) return nullptr;
  const std::string& value = tensor->tensor.values<std::string>()[index];
  if (size != nullptr) *size = value.size();
  return value.c_str();
}
void tfhub_tensor_free(tfhub_tensor* tensor) {
  delete tensor;
}

tfhub_model* tfhub_load(const char* handle, const tfhub_options* options, tfhub_status* status) {
  return guarded<tfhub_model*>(status, nullptr, [&]() -> Result<tfhub_model*> {
    if (handle == nullptr) return absent("the handle");
    const tfhub_options& given = options != nullptr ? *options : tfhub::c::defaults();
    auto model = tfhub::load(handle, {.tags = given.tags,
                                      .io_device = given.io_device,
                                      .cache_dir = given.cache_dir,
                                      .load_format = given.load_format,
                                      .progress = tfhub::c::progress_of(given)});
    if (!model) return tl::unexpected(std::move(model).error());
    return std::make_unique<tfhub_model>(tfhub_model{std::move(*model)}).release();
  });
}

char* tfhub_model_signatures(const tfhub_model* model, tfhub_status* status) {
  return tfhub::c::guarded_string(status, [&]() -> Result<std::string> {
    if (model == nullptr) return absent("the model");
    Json all = Json::object();
    for (const auto& [name, info] : model->model.signatures())
      all[name] = {{"inputs", json_of(info.inputs)}, {"outputs", json_of(info.outputs)}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
  });
}

int tfhub_model_run(const tfhub_model* model, const char* signature, const char* const* input_names,
                    const tfhub_tensor* const* inputs, size_t input_count, const char* const* output_names,
                    tfhub_tensor** outputs, size_t output_count, tfhub_status* status) {
  if (outputs != nullptr) std::fill(outputs, outputs + output_count, nullptr);
  tfhub_status own;
  tfhub_status* told = status != nullptr ? status : &own;
  guarded<bool>(told, false, [&]() -> Result<bool> {
    if (model == nullptr) return absent("the model");
    if (signature == nullptr) return absent("the signature");
    if (outputs == nullptr && output_count > 0) return absent("the place for outputs");
    Tensors given;
    for (size_t i = 0; i < input_count; ++i) {
      Result<std::string> name = name_in(input_names, i);
      if (!name) return tl::unexpected(std::move(name).error());
      if (inputs == nullptr || inputs[i] == nullptr) return absent("an input");
      given[*name] = inputs[i]->tensor;
    }
    const auto results = model->model.run(signature, given);
    if (!results) return tl::unexpected(results.error());
    Result<Owned> wanted = picked(*results, output_names, output_count);
    if (!wanted) return tl::unexpected(std::move(wanted).error());
    for (size_t i = 0; i < output_count; ++i) outputs[i] = (*wanted)[i].release();
    return true;
  });
  return tfhub_status_code(told);
}

void tfhub_model_free(tfhub_model* model) {
  delete model;
}

}  // extern "C"
