// What stands behind a SavedModel: something loaded that runs signatures.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "tfhub/saved_model.h"

namespace tfhub {

class SavedModel::Runner {
 public:
  explicit Runner(std::map<std::string, SignatureInfo> signatures) : signatures_(std::move(signatures)) {}
  virtual ~Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  const std::map<std::string, SignatureInfo>& signatures() const { return signatures_; }
  // `signature` is one of the above and `inputs` are what it wants. Any number of threads may call it at
  // once.
  virtual Result<Tensors> run(const std::string& signature, const Tensors& inputs) const = 0;

 private:
  std::map<std::string, SignatureInfo> signatures_;
};

}  // namespace tfhub
