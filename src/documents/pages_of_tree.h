// Which pages a tree's documents make: what a link may lead to. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "documents/document.h"

namespace tfhub::documents {

class PagesOfTree {
 public:
  void add(const Document& document);

  // `path`: as bare_path() gives it. The pages of versions, of models without a version, of publishers and
  // collections; and the files of a TF.js model, which stand below its page.
  bool has(std::string_view path) const;
  // Whether it could be the page of a document at all: the hub's own pages ("s", "api/…") could not.
  static bool is_document_page(std::string_view path);

 private:
  std::set<std::string, std::less<>> pages_;
  std::set<std::string, std::less<>> tfjs_;
};

}  // namespace tfhub::documents
