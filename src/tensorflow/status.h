// How a call of TensorFlow ended, as ours tell it.
#pragma once

#include <memory>
#include <string>

#include "tensorflow/c_api.h"
#include "tfhub/result.h"

namespace tfhub::tensorflow {

class Status {
 public:
  explicit Status(const CApi& api) : api_(api), status_(api.NewStatus(), api.DeleteStatus) {}
  TF_Status* get() const { return status_.get(); }
  bool ok() const { return code() == TF_OK; }
  // "`what`: TensorFlow's first line"; all of its words are beneath. `refused` is the code where TensorFlow
  // says that what it was given is wrong.
  Error error(const std::string& what, Code refused) const;

 private:
  int code() const { return api_.GetCode(status_.get()); }

  const CApi& api_;
  std::unique_ptr<TF_Status, void (*)(TF_Status*)> status_;
};

}  // namespace tfhub::tensorflow
