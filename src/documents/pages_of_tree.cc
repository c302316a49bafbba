#include "documents/pages_of_tree.h"

#include "documents/utf8.h"

namespace tfhub::documents {

void PagesOfTree::add(const Document& document) {
  pages_.insert(document.url_path);
  pages_.insert(document.model_path());
  pages_.emplace(document.publisher());
  if (document.kind == Kind::kTfjs) tfjs_.insert(document.url_path);
}

bool PagesOfTree::has(std::string_view path) const {
  if (pages_.contains(path)) return true;
  const size_t file = path.rfind('/');
  return file != std::string_view::npos && tfjs_.contains(path.substr(0, file));
}

bool PagesOfTree::is_document_page(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('/'));
  if (first.empty()) return false;
  for (const std::string_view own : {"s", "api", "static", "healthz", "readyz", "metrics"})
    if (first == own) return false;
  for (const char c : first)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !is_digit(c) && c != '-' && c != '_')
      return false;
  return true;
}

}  // namespace tfhub::documents
