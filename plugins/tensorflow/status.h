// Outcomes as TensorFlow wants them told.
#pragma once

#include <exception>
#include <string>

#include "filesystem_interface.h"
#include "tfhub/result.h"

namespace tfhub::tensorflow {

// TF_SetStatus of the TensorFlow that loads us. False: there is none.
bool find_tensorflow();

void set_status(TF_Status* status, int code, const std::string& message = {});
void set_status(TF_Status* status, const Error& error);

// The value of `work`, a Result; its error is in `status`, and `otherwise` is given back.
template <typename Value, typename Work>
Value answer(TF_Status* status, Value otherwise, Work work) {
  try {
    auto result = work();
    if (!result) {
      set_status(status, result.error());
      return otherwise;
    }
    set_status(status, TF_OK);
    return std::move(*result);
  } catch (const std::exception& error) {  // memory: nothing may pass the border
    set_status(status, Error(Code::kUnexpected, error.what()));
    return otherwise;
  }
}

}  // namespace tfhub::tensorflow
