// HTML from strangers, made harmless: the border between a document and the page it stands in.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::documents {

struct SanitiseOptions {
  // As a document's page wants it: headings have ids and leave the h1 to the page, links to tfhub.dev lead
  // to this hub, bare URLs become links.
  bool page = false;
  std::string this_hub;
};

// Nothing of the input is passed on: it is read as a browser would read it, and only elements, attributes and
// URLs of an allow-list (html_elements.h, html_attributes.cc, safe_url.h) are written, anew and escaped. The
// output is balanced and nested as browsers nest, so it cannot end an element that it stands in: parsing it
// gives exactly the tree that was written. At most 64 elements deep. Valid UTF-8.
std::string sanitise(std::string_view html, const SanitiseOptions& options = {});

}  // namespace tfhub::documents
