// What is wrong in a tree of documents, as its authors want to be told. Pure.
#pragma once

#include <string>
#include <vector>

#include "documents/tree.h"

namespace tfhub::documents {

struct Finding {
  std::string path;  // relative to docs/, or "tags/<key>" of a vocabulary
  int line = 0;      // from 1
  std::string rule;
  std::string message;
};

// By path and line. Nothing that is found keeps a page from working. The rules:
//   identity       the first line names nothing
//   description    there is none
//   required-key   a key that documents of this kind must have is missing
//   unknown-key    a key that documents of this kind do not have
//   unknown-value  a value that is not in the vocabulary of its key (tags/), no true or false, no format
//   bad-url        a value that is no URL, or one of a host that its key does not allow; an icon likewise
//   dead-link      a link to a page of tfhub.dev, or of this hub, that no document of the tree makes
//   missing-parent a parent-model that no document of the tree describes
//   duplicate      several documents with one identity
//   vocabulary     a file of tags/ that cannot be read; its key is not checked
std::vector<Finding> check(const Tree& tree);

}  // namespace tfhub::documents
