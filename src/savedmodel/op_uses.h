// Which operations a graph uses, and what is to be said about them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "savedmodel/budget.h"
#include "savedmodel/description.h"

namespace tfhub::savedmodel {

class OpUses {
 public:
  Result<void> add(std::string_view op, Budget& budget);
  // A function of the graph's own library: a node may call it by its name, so that is no custom operation.
  Result<void> add_function(std::string_view name, Budget& budget);

  // Most used first; among equals by name. Calls of the graph's own functions are not listed.
  std::vector<OpUse> uses() const;
  // Operations that run Python or touch files, and those that neither TensorFlow has nor the program that the
  // graph is for. What every SavedModel has (saving and restoring variables, filling tables from assets) is
  // none.
  std::vector<Warning> warnings(std::span<const std::string_view> also_known = {}) const;

 private:
  std::map<std::string, uint64_t, std::less<>> counts_;
  std::set<std::string, std::less<>> functions_;
};

// Whether TensorFlow itself, of the version in known_ops.cc or older, registers `op`. Names that begin with
// an underscore are its own too.
bool is_tensorflow_op(std::string_view op);
// That version: "2.21".
std::string_view known_ops_version();

}  // namespace tfhub::savedmodel
