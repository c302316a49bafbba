#include "documents/tree.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "documents/document.h"
#include "os/file.h"

namespace tfhub::documents {
namespace {

constexpr uint64_t kMaxTags = 1 << 20;
constexpr uint64_t kMaxTree = 512 << 20;  // tfhub.dev's whole tree has 10 MB

// A tree is often somebody else's: a clone, an archive. Below its root no link is followed, so that nothing
// of whoever reads it, a key or a configuration, is taken for a part of it.
struct Root {
  std::string path;
  std::string docs;  // relative to it
};

bool is_folder(const std::string& root, const std::string& relative) {
  const auto info = os::stat_beneath(root, relative);
  return info && *info && (*info)->type == os::FileInfo::Type::kDirectory;
}

Result<Root> find_docs(const std::string& directory) {
  for (const char* docs : {"docs", "assets/docs"})
    if (is_folder(directory, docs)) return Root{directory, docs};
  // "." and "docs/" say what they are only when written out.
  std::error_code error;
  const std::filesystem::path full = std::filesystem::weakly_canonical(directory, error);
  if (!error && full.filename() == "docs" && is_folder(full.parent_path().string(), "docs"))
    return Root{full.parent_path().string(), "docs"};
  return fail(Code::kNotFound,
              "there are no documents in {}: it has neither docs/ nor assets/docs/; name the directory that "
              "holds docs/",
              printable(directory, 400));
}

// Nothing: it is left out, and a warning says why.
Result<std::optional<std::string>> read_beneath(const Root& root, const std::string& relative,
                                                uint64_t limit) {
  const std::string path = os::join(root.path, relative);
  TFHUB_ASSIGN(const auto info, os::stat_beneath(root.path, relative));
  if (!info || info->type != os::FileInfo::Type::kFile) {
    warn("{} is left out: it is {}", printable(path, 400),
         info && info->type == os::FileInfo::Type::kSymlink ? "a link, and none is followed in such a tree"
                                                            : "no regular file");
    return std::nullopt;
  }
  if (info->size > limit)
    return fail(Code::kCorrupt, "{} has {}; such a file may have at most {}", printable(path, 400),
                human_size(info->size), human_size(limit));
  TFHUB_ASSIGN(const os::UniqueFd fd, os::open_read_beneath(root.path, relative));
  TFHUB_ASSIGN(std::string text, os::read_all(fd.get(), path, limit));
  return text;
}

Result<std::map<std::string, std::string>> read_tags(const Root& root, const std::string& folder) {
  std::map<std::string, std::string> tags;
  TFHUB_ASSIGN(const auto names, os::list_directory(os::join(root.path, folder)));
  for (const std::string& name : names) {
    std::string key = name.substr(0, name.rfind('.'));
    if (name.substr(key.size()) != ".yaml" && name.substr(key.size()) != ".yml") continue;
    std::replace(key.begin(), key.end(), '_', '-');
    TFHUB_ASSIGN(auto text, read_beneath(root, os::join(folder, name), kMaxTags));
    if (text) tags[key] = std::move(*text);
  }
  return tags;
}

}  // namespace

Result<Tree> read_tree(const std::string& directory) {
  TFHUB_ASSIGN(const Root root, find_docs(directory));
  const std::string docs = os::join(root.path, root.docs);
  Tree tree;
  TFHUB_ASSIGN(const auto entries, os::walk(docs));
  uint64_t total = 0;
  for (const os::WalkEntry& entry : entries) {
    if (entry.info.type == os::FileInfo::Type::kDirectory || !entry.path.ends_with(".md")) continue;
    TFHUB_ASSIGN(auto text, read_beneath(root, os::join(root.docs, entry.path), kMaxDocument));
    if (!text) continue;
    total += text->size();
    if (total > kMaxTree)
      return fail(Code::kCorrupt, "the documents in {} have over {} together; this is no tree of documents",
                  printable(docs, 400), human_size(kMaxTree));
    tree.documents.push_back({entry.path, std::move(*text)});
  }
  std::sort(tree.documents.begin(), tree.documents.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  for (const char* tags : {"tags", "assets/tags"}) {
    if (!is_folder(root.path, tags)) continue;
    TFHUB_ASSIGN(tree.tags, read_tags(root, tags));
    break;
  }
  return tree;
}

}  // namespace tfhub::documents
