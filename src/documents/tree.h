// A tree of documents on a disk, as tfhub.dev's repository has it:
//   docs/<publisher>/…/<version>.md   or   assets/docs/…
//   tags/<vocabulary>.yaml            or   assets/tags/…, or tags/ beside docs/
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tfhub/result.h"

namespace tfhub::documents {

struct TreeFile {
  std::string path;  // relative to docs/
  std::string text;
};

struct Tree {
  std::vector<TreeFile> documents;  // by path
  std::map<std::string, std::string>
      tags;  // "task", "network-architecture" (network_architecture.yaml) → yaml
};

// Every *.md below docs/ and every *.yaml in tags/; links are not followed. `directory` may also be the docs/
// folder itself. kNotFound when there is none; kCorrupt when a document is larger than kMaxDocument, or all
// of them are too large for memory.
Result<Tree> read_tree(const std::string& directory);

}  // namespace tfhub::documents
