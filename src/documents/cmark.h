// The one door to cmark-gfm: a parsed Markdown text, bounded in time and memory, safe to use from many
// threads.
#pragma once

#include <cmark-gfm.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "documents/arena.h"

namespace tfhub::documents {

class Markdown {
 public:
  // What is beyond is not parsed; the largest real document has a tenth of it.
  static constexpr size_t kMaxParsed = 512 << 10;

  explicit Markdown(std::string_view text);

  // The text after the part that was parsed; empty with nearly every document. Where ok() is false,
  // parsing took too much memory and this is all of it.
  bool ok() const { return root_ != nullptr; }
  std::string_view rest() const { return rest_; }

  // Unsafe HTML; nothing when it takes too much memory.
  std::optional<std::string> html();
  // Every node, in the order of the text, when it is entered.
  void visit(const std::function<void(cmark_node*)>& visitor);

 private:
  Arena arena_;
  std::string text_;
  std::string_view rest_;
  cmark_node* root_ = nullptr;
  cmark_llist* extensions_ = nullptr;
};

// The literal or URL of a node; empty: it has none.
std::string_view literal(cmark_node* node);

}  // namespace tfhub::documents
