#include "documents/tree.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "documents/document.h"
#include "os/file.h"

namespace tfhub::documents {
namespace {

constexpr uint64_t kMaxTags = 1 << 20;
constexpr uint64_t kMaxTree = 512 << 20;  // tfhub.dev's whole tree has 10 MB

bool is_directory(const std::string& path) {
  const auto info = os::stat(path);
  return info && *info && (*info)->type == os::FileInfo::Type::kDirectory;
}

// The first of `names` that is a folder in `directory`; empty: none.
std::string folder(const std::string& directory, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::string path = os::join(directory, name);
    if (is_directory(path)) return path;
  }
  return {};
}

Result<std::string> find_docs(const std::string& directory) {
  if (std::string found = folder(directory, {"docs", "assets/docs"}); !found.empty()) return found;
  // "." and "docs/" say what they are only when written out.
  std::error_code error;
  const std::filesystem::path full = std::filesystem::weakly_canonical(directory, error);
  if (!error && full.filename() == "docs" && is_directory(full.string())) return full.string();
  return fail(Code::kNotFound,
              "there are no documents in {}: it has neither docs/ nor assets/docs/; name the directory that "
              "holds docs/",
              printable(directory, 400));
}

Result<std::string> read_document(const std::string& path) {
  TFHUB_ASSIGN(const auto info, os::stat(path, false));
  if (info && info->size > kMaxDocument)
    return fail(Code::kCorrupt, "{} has {}; a document may have at most {}", printable(path, 400),
                human_size(info->size), human_size(kMaxDocument));
  return os::read_file(path, kMaxDocument);
}

Result<std::map<std::string, std::string>> read_tags(const std::string& directory) {
  std::map<std::string, std::string> tags;
  if (directory.empty()) return tags;
  TFHUB_ASSIGN(const auto names, os::list_directory(directory));
  for (const std::string& name : names) {
    std::string key = name.substr(0, name.rfind('.'));
    if (name.substr(key.size()) != ".yaml" && name.substr(key.size()) != ".yml") continue;
    std::replace(key.begin(), key.end(), '_', '-');
    TFHUB_ASSIGN(tags[key], os::read_file(os::join(directory, name), kMaxTags));
  }
  return tags;
}

}  // namespace

Result<Tree> read_tree(const std::string& directory) {
  TFHUB_ASSIGN(const std::string docs, find_docs(directory));
  Tree tree;
  TFHUB_ASSIGN(const auto entries, os::walk(docs));
  uint64_t total = 0;
  for (const os::WalkEntry& entry : entries) {
    if (entry.info.type != os::FileInfo::Type::kFile || !entry.path.ends_with(".md")) continue;
    TFHUB_ASSIGN(std::string text, read_document(os::join(docs, entry.path)));
    total += text.size();
    if (total > kMaxTree)
      return fail(Code::kCorrupt, "the documents in {} have over {} together; this is no tree of documents",
                  printable(docs, 400), human_size(kMaxTree));
    tree.documents.push_back({entry.path, std::move(text)});
  }
  std::sort(tree.documents.begin(), tree.documents.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  std::string tags = folder(directory, {"tags", "assets/tags"});
  if (tags.empty()) tags = folder(os::parent(docs), {"tags"});
  TFHUB_ASSIGN(tree.tags, read_tags(tags));
  return tree;
}

}  // namespace tfhub::documents
