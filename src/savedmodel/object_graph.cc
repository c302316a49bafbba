#include "savedmodel/object_graph.h"

#include <algorithm>
#include <map>
#include <string>

#include "savedmodel/structured_value.h"
#include "savedmodel/wire.h"

namespace tfhub::savedmodel {
namespace {

using wire::Field;
using wire::for_each_field;

bool is_public(std::string_view name) {
  return !name.empty() && (name.front() != '_' || name == "__call__");
}

// The root's attributes, by the index of the object that they lead to.
using Children = std::multimap<uint64_t, std::string>;
Result<Children> children_of(Bytes saved_object, Budget& budget) {
  Children children;
  const Result<void> read = for_each_field(saved_object, [&](const Field& field) -> Result<void> {
    if (!field.is_message(1)) return {};
    uint64_t index = 0;
    std::string_view name;
    TFHUB_TRY(for_each_field(field.bytes, [&](const Field& inner) -> Result<void> {
      if (inner.is_number(1)) index = inner.value;
      if (inner.is_text(2)) name = inner.text();
      return {};
    }));
    if (!is_public(name)) return {};
    TFHUB_TRY(budget.take(1, name.size()));
    children.emplace(index, name);
    return {};
  });
  TFHUB_TRY(read);
  return children;
}

// The concrete functions that an object stands for, if it is a function at all.
Result<std::vector<std::string>> concrete_names(Bytes saved_object, Budget& budget) {
  std::vector<std::string> names;
  const Result<void> read = for_each_field(saved_object, [&](const Field& field) -> Result<void> {
    if (!field.is_message(6) && !field.is_message(8)) return {};  // SavedFunction, SavedBareConcreteFunction
    return for_each_field(field.bytes, [&](const Field& inner) -> Result<void> {
      if (!inner.is_text(1)) return {};
      TFHUB_TRY(budget.take(1, inner.bytes.size()));
      names.emplace_back(inner.text());
      return {};
    });
  });
  TFHUB_TRY(read);
  return names;
}

Result<Signature> concrete_function(Bytes message, Budget& budget) {
  Signature variant;
  TFHUB_TRY(for_each_field(message, [&](const Field& field) -> Result<void> {
    if (field.is_message(3)) {
      TFHUB_ASSIGN(variant.inputs, flat_arguments(field.bytes, budget));
    }
    if (field.is_message(4)) {
      TFHUB_ASSIGN(variant.outputs, flat_results(field.bytes, budget));
    }
    return {};
  }));
  return variant;
}

bool same(const std::vector<TensorSpec>& a, const std::vector<TensorSpec>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const TensorSpec& x, const TensorSpec& y) {
    return x.key == y.key && x.dtype == y.dtype && x.shape == y.shape && x.encoding == y.encoding;
  });
}

// Many attributes may name one large function: each mention is paid for as if it were another.
Result<void> pay_again(const Signature& variant, Budget& budget) {
  TFHUB_TRY(budget.take(1));
  for (const auto* specs : {&variant.inputs, &variant.outputs})
    for (const TensorSpec& spec : *specs)
      TFHUB_TRY(budget.take(1 + (spec.shape ? spec.shape->size() : 0),
                            spec.key.size() + spec.name.size() + spec.encoding.size()));
  return {};
}

}  // namespace

Result<std::vector<Function>> read_functions(Bytes object_graph, Budget& budget) {
  // First which objects the root names: object 0, which its list begins with.
  Children children;
  std::map<std::string, std::vector<std::string>> functions;         // concrete names by attribute
  std::map<std::string, Signature, std::less<>> concrete_functions;  // by concrete name; only the wanted ones
  uint64_t index = 0;
  const Result<void> read = for_each_field(object_graph, [&](const Field& field) -> Result<void> {
    if (!field.is_message(1)) return {};
    TFHUB_TRY(budget.take(1));
    if (index == 0) {
      TFHUB_ASSIGN(children, children_of(field.bytes, budget));
    }
    const auto [begin, end] =
        index == 0 ? std::pair(children.end(), children.end()) : children.equal_range(index);
    for (auto child = begin; child != end; ++child) {
      TFHUB_ASSIGN(auto names, concrete_names(field.bytes, budget));
      for (const std::string& name : names) concrete_functions.try_emplace(name);
      if (!names.empty()) functions.emplace(child->second, std::move(names));
    }
    ++index;
    return {};
  });
  TFHUB_TRY(read);
  TFHUB_TRY(for_each_field(object_graph, [&](const Field& field) -> Result<void> {
    if (!field.is_message(2)) return {};
    TFHUB_ASSIGN(const auto entry, wire::map_entry(field.bytes));
    const auto wanted = concrete_functions.find(entry.key);
    if (wanted == concrete_functions.end()) return {};
    TFHUB_ASSIGN(wanted->second, concrete_function(entry.value, budget));
    return {};
  }));

  std::vector<Function> result;
  for (const auto& [name, concrete] : functions) {
    Function function{name, {}};
    for (const std::string& each : concrete) {
      const Signature& variant = concrete_functions.find(each)->second;
      TFHUB_TRY(pay_again(variant, budget));
      // Variants may differ in Python values alone, which we do not show. Comparing is bounded: with many,
      // all stay.
      const bool known =
          function.variants.size() < 64 &&
          std::any_of(function.variants.begin(), function.variants.end(), [&](const auto& other) {
            return same(variant.inputs, other.inputs) && same(variant.outputs, other.outputs);
          });
      if (known) continue;
      function.variants.push_back(variant);
    }
    result.push_back(std::move(function));
  }
  return result;
}

}  // namespace tfhub::savedmodel
