#include "server/list_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::server {
namespace {

constexpr std::array<std::string_view, 7> kParameters = {"tensors",   "ops",   "assets",     "signatures",
                                                         "functions", "files", "deployments"};
constexpr size_t kNeighbours = 2;  // numbers before and after that of the part shown

std::optional<size_t> number(std::string_view text) {
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

std::string link(const ListInParts& list, size_t part, std::string_view text, std::string_view more = {}) {
  return fmt::format("<a href=\"?{}={}#{}\"{}>{}</a>\n", list.parameter, part, list.anchor, more, text);
}

// Previous, the first, the neighbours, the last, next.
std::string links(const ListInParts& list, size_t shown) {
  const size_t last = list.parts.size();
  if (last < 2) return {};
  std::string html =
      fmt::format("<nav class=\"pages\" aria-label=\"Parts of the list: {}\">\n", list.parameter);
  if (shown > 1) html += link(list, shown - 1, "Previous", " rel=\"prev\"");
  for (size_t part = 1; part <= last; ++part) {
    const size_t distance = part < shown ? shown - part : part - shown;
    if (distance > kNeighbours && part != 1 && part != last) {
      html += "<span aria-hidden=\"true\">…</span>\n";
      part = part < shown ? shown - kNeighbours - 1 : last - 1;
    } else {
      html += link(list, part, std::to_string(part), part == shown ? " aria-current=\"page\"" : "");
    }
  }
  if (shown < last) html += link(list, shown + 1, "Next", " rel=\"next\"");
  return html + "</nav>\n";
}

}  // namespace

void ListInParts::add(std::string_view row, size_t weight) {
  if (parts.empty() || rows + weight > kRowsAPart) {
    parts.emplace_back();
    rows = 0;
  }
  parts.back() += row;
  rows += weight;
}

size_t ListInParts::bytes() const {
  size_t sum = sizeof(ListInParts) + before.size() + summary.size() + head.size() + tail.size();
  for (const std::string& part : parts) sum += part.capacity();
  return sum;
}

AskedParts::AskedParts(std::string_view query) {
  for (auto& [name, value] : protocol::parse_query(query))
    if (std::find(kParameters.begin(), kParameters.end(), name) != kParameters.end())
      asked_[name] = std::move(value);
  any_ = !asked_.empty();
}

size_t AskedParts::wanted(std::string_view parameter, size_t parts) const {
  const auto asked = asked_.find(parameter);
  const size_t part = asked == asked_.end() ? 1 : number(asked->second).value_or(1);
  return part > parts ? 0 : part - 1;
}

std::string AskedParts::html(const ListInParts& list) {
  std::string html = list.before;
  if (list.parts.empty()) return html;
  size_t shown = 1;
  const auto asked = asked_.find(list.parameter);
  const bool open = asked != asked_.end();
  if (open) {
    const auto part = number(asked->second);
    if (!part || *part > list.parts.size()) return html;  // check() tells
    shown = *part;
    asked_.erase(asked);
  }
  if (!list.summary.empty())
    html += fmt::format("<details id=\"{}\"{}><summary>{}</summary>\n", list.anchor, open ? " open" : "",
                        list.summary);
  html.append(list.head).append(list.parts[shown - 1]).append(list.tail).append(links(list, shown));
  return html + (list.summary.empty() ? "" : "</details>\n");
}

Result<void> AskedParts::check() const {
  if (asked_.empty()) return {};
  const auto& [name, value] = *asked_.begin();
  if (!number(value))
    return fail(Code::kUsage, "{} is '{}'; parts of a list count from 1.", name, printable(value, 40));
  return fail(Code::kNotFound, "This page has no part {} of {}.", printable(value, 40), name);
}

}  // namespace tfhub::server
