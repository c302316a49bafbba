// Bounds what makes cmark slow, before it reads a text. Pure. Each line of a list 2,000 deep is compared with
// 2,000 items, and each cell of a table's row is found by walking through those before it: a megabyte of
// either takes half a minute.
#pragma once

#include <string>
#include <string_view>

namespace tfhub::documents {

// Indentation beyond 64 columns goes; the 13th quote or list mark in front of one line becomes text; so does
// the 501st '|' of a line. No document that a person wrote changes.
std::string with_bounds(std::string_view markdown);

}  // namespace tfhub::documents
