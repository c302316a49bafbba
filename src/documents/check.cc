#include "documents/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/text.h"
#include "documents/check_document.h"
#include "documents/document.h"
#include "documents/hub_link.h"
#include "documents/markdown.h"
#include "documents/pages_of_tree.h"
#include "documents/vocabulary.h"

namespace tfhub::documents {
namespace {

class TreeChecker {
 public:
  explicit TreeChecker(const Tree& tree) : tree_(tree) {}

  std::vector<Finding> run() {
    read_vocabularies();
    for (const TreeFile& file : tree_.documents) read(file);
    for (const auto& [path, document] : documents_) check_one(path, document);
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.path, a.line) < std::tie(b.path, b.line);
    });
    return std::move(findings_);
  }

 private:
  void add(const std::string& path, int line, std::string_view rule, std::string message) {
    findings_.push_back({path, line, std::string(rule), std::move(message)});
  }

  void read_vocabularies() {
    for (const auto& [key, yaml] : tree_.tags) {
      auto vocabulary = parse_vocabulary(yaml);
      if (vocabulary) {
        vocabularies_.by_key.emplace(key, std::move(*vocabulary));
      } else {
        add("tags/" + key, 1, "vocabulary", vocabulary.error().message());
      }
    }
  }

  void read(const TreeFile& file) {
    auto document = parse(file.text);
    if (!document) return add(file.path, 1, "identity", document.error().message());
    const std::string identity =
        fmt::format("{} {}/{}", to_string(document->kind), document->name, document->version);
    const auto [first, fresh] = first_with_.emplace(identity, file.path);
    if (!fresh)
      add(file.path, 1, "duplicate",
          fmt::format("{} describes the same; one of them has to go", printable(first->second, 400)));
    pages_.add(*document);
    documents_.emplace_back(file.path, std::move(*document));
  }

  void check_one(const std::string& path, const Document& document) {
    check_document(document, vocabularies_, [&](int line, std::string_view rule, std::string message) {
      add(path, line, rule, std::move(message));
    });
    check_parent(path, document);
    for (const Link& link : links_with_lines(document.body)) check_link(path, document, link);
  }

  void check_parent(const std::string& path, const Document& document) {
    for (size_t i = 0; i < document.metadata.size(); ++i) {
      const auto& [key, value] = document.metadata[i];
      if (key != "parent-model" || value.empty()) continue;
      const std::string parent = parent_model(document);
      if (parent.empty() || !pages_.has(parent))
        add(path, document.metadata_lines[i], "missing-parent",
            fmt::format("there is no document of '{}'", printable(value)));
      return;
    }
  }

  void check_link(const std::string& path, const Document& document, const Link& link) {
    auto page = hub_path(link.target);
    if (!page && link.target.starts_with('/') && !link.target.starts_with("//")) page = link.target;
    if (!page) return;
    const std::string bare = bare_path(*page);
    if (!PagesOfTree::is_document_page(bare) || pages_.has(bare)) return;
    add(path, document.body_line + link.line - 1, "dead-link",
        fmt::format("{} leads to no document of this tree", printable(link.target)));
  }

  const Tree& tree_;
  Vocabularies vocabularies_;
  std::vector<std::pair<std::string, Document>> documents_;
  std::map<std::string, std::string> first_with_;  // identity → path
  PagesOfTree pages_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check(const Tree& tree) {
  return TreeChecker(tree).run();
}

}  // namespace tfhub::documents
