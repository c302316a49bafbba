// Protobuf messages by hand: what the readers are fed with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfhub::savedmodel::testing {

inline std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}
inline std::string number(uint32_t field, int64_t value) {
  return varint(field << 3) + varint(static_cast<uint64_t>(value));
}
inline std::string text(uint32_t field, std::string_view value) {
  return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
}
inline std::string entry(uint32_t field, std::string_view key, std::string_view value) {
  return text(field, text(1, key) + text(2, value));
}

inline std::string shape(const std::vector<int64_t>& sizes) {
  std::string result;
  for (const int64_t size : sizes) result += text(2, size == 0 ? std::string() : number(1, size));
  return result;
}
inline std::string unknown_rank() {
  return number(3, 1);
}
inline std::string tensor_info(std::string_view name, int dtype, std::string_view shape_message) {
  return text(1, name) + number(2, dtype) + text(3, shape_message);
}

inline std::string node(std::string_view name, std::string_view op) {
  return text(1, text(1, name) + text(2, op) + entry(5, "T", number(6, 1)));
}
// A FunctionDef in a FunctionDefLibrary in a GraphDef.
inline std::string function(std::string_view name, const std::vector<std::string>& ops) {
  std::string body = text(1, text(1, name));
  for (const std::string& op : ops) body += text(3, text(1, "n") + text(2, op));
  return text(2, text(1, body));
}
inline std::string info(const std::vector<std::string>& tags, std::string_view version) {
  std::string result = text(5, version);
  for (const std::string& tag : tags) result += text(4, tag);
  return text(1, result);
}
inline std::string saved_model(const std::vector<std::string>& meta_graphs) {
  std::string result = number(1, 1);
  for (const std::string& graph : meta_graphs) result += text(2, graph);
  return result;
}

}  // namespace tfhub::savedmodel::testing
