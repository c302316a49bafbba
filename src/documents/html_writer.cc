#include "documents/html_writer.h"

#include <algorithm>

#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

bool is_cell(std::string_view name) {
  return name == "td" || name == "th";
}
bool is_item(std::string_view name) {
  return name == "li" || name == "dt" || name == "dd";
}
bool is_list(std::string_view name) {
  return name == "ul" || name == "ol" || name == "dl";
}
// Where only rows and cells may stand.
bool is_table_structure(std::string_view name) {
  return name == "table" || name == "thead" || name == "tbody" || name == "tr";
}

}  // namespace

bool HtmlWriter::inside(std::string_view name) const {
  return nearest(name) != kNone;
}

size_t HtmlWriter::nearest(std::string_view name) const {
  for (size_t i = open_.size(); i-- > 0;)
    if (open_[i]->name == name) return i;
  return kNone;
}

void HtmlWriter::close_to(size_t index) {
  while (open_.size() > index) {
    const HtmlElement& last = *open_.back();
    if (last.is_heading()) {
      headings_.end(out_.size());
    } else if (last.name == "a" && out_.size() == link_end_) {
      // A link around a link, which the inner one ended, or one without words: nobody could follow it, and
      // who tabs through the page would stop at nothing.
      out_.resize(link_begin_);
      link_end_ = kNone;
    } else {
      out_.append("</").append(last.name).append(">");
    }
    open_.pop_back();
  }
}

void HtmlWriter::close_in_scope(std::string_view name) {
  for (size_t i = open_.size(); i-- > 0;) {
    if (open_[i]->name == name) return close_to(i);
    if (is_cell(open_[i]->name)) return;
  }
}

// Not even in a table's cell does a heading stand in a heading.
void HtmlWriter::close_heading() {
  for (size_t i = open_.size(); i-- > 0;)
    if (open_[i]->is_heading()) return close_to(i);
}

// A <li> ends the <li> before it, a <dt> or <dd> the <dt> or <dd>, unless a list or a cell began in between.
// Browsers differ on what else the search passes (<div> and <p> surely), so here it passes everything.
void HtmlWriter::close_item(const HtmlElement& element) {
  for (size_t i = open_.size(); i-- > 0;) {
    const std::string_view each = open_[i]->name;
    if (is_item(each) && (each == "li") == (element.name == "li")) return close_to(i);
    if (is_list(each) || is_cell(each)) return;
  }
}

// Ends what stands between the table and the new part, and begins the row that a cell lacks. false: there is
// no table for it.
bool HtmlWriter::prepare_table_part(std::string_view name) {
  const size_t table = nearest("table");
  if (table == kNone) return false;
  size_t parent = table;
  for (size_t i = table + 1; i < open_.size(); ++i) {
    const std::string_view each = open_[i]->name;
    const bool section = each == "thead" || each == "tbody";
    if ((section && (name == "tr" || is_cell(name))) || (each == "tr" && is_cell(name))) parent = i;
  }
  close_to(parent + 1);
  if (is_cell(name) && open_.back()->name != "tr") push(*find_element("tr"), "");
  return true;
}

// Browsers move what stands between cells out of its table; here it gets a cell.
void HtmlWriter::leave_table_structure() {
  if (open_.empty() || !is_table_structure(open_.back()->name)) return;
  prepare_table_part("td");
  push(*find_element("td"), "");
}

void HtmlWriter::open(const HtmlElement& element, std::string_view attributes) {
  if (element.nesting == HtmlElement::Nesting::kTablePart) {
    if (open_.size() + 3 <= kMaxDepth && prepare_table_part(element.name)) push(element, attributes);
    return;
  }
  leave_table_structure();
  if (!element.is_inline()) close_in_scope("p");
  if (element.is_heading()) close_heading();
  if (is_item(element.name)) close_item(element);
  if (element.name == "a") close_in_scope("a");
  // A row and a cell may have to follow by themselves.
  if (element.is_void() || open_.size() + 3 <= kMaxDepth) push(element, attributes);
}

void HtmlWriter::push(const HtmlElement& element, std::string_view attributes) {
  if (element.is_heading()) {
    headings_.begin(out_.size(), element.name[1] - '0');
  } else {
    const size_t begin = out_.size();
    out_.append("<").append(element.name).append(attributes).append(">");
    if (element.name == "a" && attributes.find(" href=") != std::string_view::npos) {
      link_begin_ = begin;
      link_end_ = out_.size();
    }
  }
  if (!element.is_void()) open_.push_back(&element);
}

void HtmlWriter::close(const HtmlElement& element) {
  if (element.is_void()) return;
  if (element.is_heading()) return close_heading();  // </h2> ends an <h3> too
  const bool part = element.nesting == HtmlElement::Nesting::kTablePart;
  for (size_t i = open_.size(); i-- > 0;) {
    const HtmlElement& each = *open_[i];
    if (each.name == element.name) return close_to(i);
    // What an end tag does not reach through.
    if (part ? each.name == "table" : element.name != "table" && is_cell(each.name)) return;
    if (is_item(element.name) && is_list(each.name)) return;
    if (element.is_inline() && !each.is_inline()) return;
  }
}

void HtmlWriter::text(std::string_view html, std::string_view plain) {
  if (!open_.empty() && is_table_structure(open_.back()->name)) {
    if (std::all_of(plain.begin(), plain.end(), is_space)) {
      out_ += html;
      return;
    }
    leave_table_structure();
  }
  out_ += html;
  headings_.text(plain);
}

std::string HtmlWriter::finish(bool page) {
  close_to(0);
  return headings_.finish(std::move(out_), page);
}

}  // namespace tfhub::documents
