// The headings of a document within a page: one h1 is the page's own, and each has an id that links find.
// Both are known only at the end, so the tags are put in then.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tfhub::documents {

// "Model & training" -> "model--training": as GitHub makes them, which authors' links count on.
std::string slug(std::string_view text);
// The id of the first heading with this text, and what a link to it says after '#'. The prefix keeps
// documents from taking the ids of the page.
std::string heading_id(std::string_view text);

class Headings {
 public:
  // A heading begins, ends at this place of the output. They do not nest.
  void begin(size_t place, int level);
  void end(size_t place);
  void text(std::string_view plain);  // counts while one is open

  // `html` with its heading tags. page: one level down where the document has an h1 of its own, with ids.
  std::string finish(std::string html, bool page);

 private:
  struct Heading {
    size_t begin = 0, end = 0;
    int level = 1;
    std::string text;
  };
  std::string unique(const std::string& id);

  std::vector<Heading> all_;
  bool open_ = false;
  std::unordered_map<std::string, size_t> taken_;  // how often
};

}  // namespace tfhub::documents
