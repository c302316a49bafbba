#include "transfer/head_lines.h"

#include <cstdlib>

#include "base/text.h"

namespace tfhub::transfer {

bool add_head_line(std::string_view line, ResponseHead& head) {
  if (line.starts_with("HTTP/")) {  // a new head: what came before was 1xx
    head.headers.clear();
    const size_t space = line.find(' ');
    head.status =
        space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    return false;
  }
  const std::string_view text = trim(line);
  if (text.empty()) return head.status >= 200;
  if ((line[0] == ' ' || line[0] == '\t') && !head.headers.empty()) {  // a folded line (RFC 9112, 5.2)
    head.headers.back().second.append(" ").append(text);
    return false;
  }
  if (const size_t colon = text.find(':'); colon != std::string_view::npos)
    head.headers.emplace_back(lower_ascii(trim(text.substr(0, colon))),
                              std::string(trim(text.substr(colon + 1))));
  return false;
}

}  // namespace tfhub::transfer
