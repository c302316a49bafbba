// Writes HTML whose nesting no browser corrects. A browser ends elements by itself (a <p> at the next block,
// a <li> at the next <li>, even through an open <div>); the end tag that comes later then ends an element
// further out, which may be the page's own. So what a browser would end is ended here, explicitly, and
// parsing the output gives the tree that was written (HTML standard, 13.2.6.4, "in body" and the table
// modes).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/headings.h"
#include "documents/html_elements.h"

namespace tfhub::documents {

class HtmlWriter {
 public:
  // Elements deeper than this are dropped; browsers stop at 512.
  static constexpr size_t kMaxDepth = 64;

  // `attributes`: as written after the name, each with a space before it. Headings get theirs at the end.
  void open(const HtmlElement& element, std::string_view attributes);
  // The innermost open element of this name ends, with what is open in it. None: nothing happens.
  void close(const HtmlElement& element);
  // Text, escaped already; `plain` is the same, unescaped.
  void text(std::string_view html, std::string_view plain);

  bool inside(std::string_view name) const;
  // Ends what is open. Headings are numbered and named as `page` says (headings.h).
  std::string finish(bool page);

 private:
  size_t nearest(std::string_view name) const;  // its index in open_, or kNone
  void close_to(size_t index);                  // ends open_[index] and what is in it
  void close_in_scope(std::string_view name);   // the same for `name`, within the table cell
  void close_item(const HtmlElement& element);
  void close_heading();
  bool prepare_table_part(std::string_view name);
  void leave_table_structure();
  void push(const HtmlElement& element, std::string_view attributes);

  static constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<const HtmlElement*> open_;
  // Of the last <a href=…>: where its tag begins and ends in out_.
  size_t link_begin_ = kNone, link_end_ = kNone;
  std::string out_;
  Headings headings_;
};

}  // namespace tfhub::documents
