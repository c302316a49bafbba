#include "tensorflow/inputs.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/text.h"
#include "savedmodel/description.h"

namespace tfhub::tensorflow {
namespace {

std::string list_of(const std::map<std::string, TensorInfo>& wanted) {
  if (wanted.empty()) return "nothing";
  std::vector<std::string> parts;
  parts.reserve(wanted.size());
  for (const auto& [name, info] : wanted)
    parts.push_back(fmt::format("{} ({})", printable(name), text_of(info)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

bool fits(const std::vector<int64_t>& shape, const savedmodel::Shape& wanted) {
  if (!wanted) return true;
  if (shape.size() != wanted->size()) return false;
  for (size_t i = 0; i < shape.size(); ++i)
    if ((*wanted)[i] >= 0 && (*wanted)[i] != shape[i]) return false;
  return true;
}

}  // namespace

std::string text_of(const TensorInfo& info) {
  return fmt::format("{} {}", info.dtype, savedmodel::shape_text(info.shape));
}

Result<void> check_inputs(const std::string& signature, const std::map<std::string, TensorInfo>& wanted,
                          const Tensors& given) {
  for (const auto& [name, tensor] : given)
    if (!wanted.contains(name))
      return fail(Code::kUsage, "the signature {} has no input '{}'; it takes {}", printable(signature),
                  printable(name), list_of(wanted));
  for (const auto& [name, info] : wanted) {
    const auto found = given.find(name);
    if (found == given.end())
      return fail(Code::kUsage, "the input '{}' of the signature {} is missing; it takes {}", printable(name),
                  printable(signature), list_of(wanted));
    const Tensor& tensor = found->second;
    if (tensor.dtype() != info.dtype || !fits(tensor.shape(), info.shape))
      return fail(Code::kUsage, "the input '{}' is {} {}, but the signature {} wants {}", printable(name),
                  tensor.dtype(), savedmodel::shape_text(tensor.shape()), printable(signature),
                  text_of(info));
  }
  return {};
}

Result<const SignatureInfo*> find_signature(const std::map<std::string, SignatureInfo>& signatures,
                                            const std::string& name) {
  if (const auto found = signatures.find(name); found != signatures.end()) return &found->second;
  std::vector<std::string> names;
  names.reserve(signatures.size());
  for (const auto& [each, info] : signatures) names.push_back(printable(each));
  return fail(Code::kUsage, "there is no signature '{}'; the model has {}", printable(name),
              names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

}  // namespace tfhub::tensorflow
