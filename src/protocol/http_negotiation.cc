// Link (RFC 8288) and Accept (RFC 9110, 12.5.1).
#include <algorithm>

#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::protocol {
namespace {

// The text up to the first `stop` outside quotes and angle brackets, taken off the front of `rest` with the
// stop.
std::string_view take_until(std::string_view& rest, char stop) {
  bool quoted = false, bracketed = false;
  size_t end = 0;
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (quoted) {
      if (c == '\\' && end + 1 < rest.size()) {
        ++end;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (bracketed) {
      bracketed = c != '>';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<') {
      bracketed = true;
    } else if (c == stop) {
      break;
    }
  }
  const std::string_view taken = rest.substr(0, end);
  rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
  return trim(taken);
}

// rel="canonical", rel=canonical, rel="alternate canonical".
bool is_canonical(std::string_view parameter) {
  const size_t equals = parameter.find('=');
  if (equals == std::string_view::npos || lower_ascii(trim(parameter.substr(0, equals))) != "rel")
    return false;
  std::string_view value = trim(parameter.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  while (!value.empty()) {
    const size_t space = value.find(' ');
    if (lower_ascii(value.substr(0, space)) == "canonical") return true;
    value = space == std::string_view::npos ? std::string_view() : value.substr(space + 1);
  }
  return false;
}

// A weight in thousandths; what is no weight counts as 0, so that it never wins.
int parse_weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (size_t i = 2; i < text.size() && i < 5; ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    weight += (text[i] - '0') * unit;
  }
  return std::min(weight, 1000);
}

// The weight that an item's parameters give it, in thousandths.
int weight_in(std::string_view parameters) {
  int weight = 1000;
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      weight = parse_weight(parameter.substr(2));
  }
  return weight;
}

// How one of our types fares: its weight by the most specific range that covers it.
struct Standing {
  int specificity = 0, weight = 0;
  size_t position = 0;
  void offer(int other_specificity, int other_weight, size_t other_position) {
    if (other_specificity > specificity) *this = {other_specificity, other_weight, other_position};
  }
};

}  // namespace

std::optional<std::string> canonical_link(std::string_view link_header) {
  while (!link_header.empty()) {
    std::string_view link = take_until(link_header, ',');
    const std::string_view target = take_until(link, ';');
    if (target.size() < 2 || target.front() != '<' || target.back() != '>') continue;
    while (!link.empty()) {
      if (is_canonical(take_until(link, ';'))) return std::string(target.substr(1, target.size() - 2));
    }
  }
  return std::nullopt;
}

bool accepts_gzip(std::string_view accept_encoding) {
  int gzip = -1, any = 0;
  while (!accept_encoding.empty()) {
    std::string_view item = take_until(accept_encoding, ',');
    const std::string coding = lower_ascii(take_until(item, ';'));
    if (coding == "gzip" || coding == "x-gzip") gzip = weight_in(item);
    if (coding == "*") any = weight_in(item);
  }
  return (gzip >= 0 ? gzip : any) > 0;
}

bool prefers_html(std::string_view accept) {
  Standing html, json;
  for (size_t position = 0; !accept.empty(); ++position) {
    std::string_view item = take_until(accept, ',');
    const std::string type = lower_ascii(take_until(item, ';'));
    const int weight = weight_in(item);
    if (type == "*/*") {
      html.offer(1, weight, position);
      json.offer(1, weight, position);
    }
    if (type == "text/*") html.offer(2, weight, position);
    if (type == "application/*") json.offer(2, weight, position);
    if (type == "text/html") html.offer(3, weight, position);
    if (type == "application/json" || type == "application/problem+json") json.offer(3, weight, position);
  }
  if (html.weight == 0 || html.specificity < 2) return false;  // "*/*" is a program
  if (html.weight != json.weight) return html.weight > json.weight;
  if (html.specificity != json.specificity) return html.specificity > json.specificity;
  return html.position < json.position;
}

}  // namespace tfhub::protocol
