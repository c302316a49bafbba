#include "server/list_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "protocol/url.h"
#include "server/html.h"

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

// One part of a list, as it is shown.
struct Shown {
  std::string rows;
  size_t part, parts;  // from 1
  size_t matching = 0;
  std::string_view words = {};  // those that the names of its rows hold
};

std::string link(const ListInParts& list, const Shown& shown, size_t part, std::string_view text,
                 std::string_view more = {}) {
  const std::string named =
      shown.words.empty() ? "" : fmt::format("named={}&amp;", protocol::percent_encode_path(shown.words));
  return fmt::format("<a href=\"?{}{}={}#{}\"{}>{}</a>\n", named, list.parameter, part, list.anchor, more,
                     text);
}

// Previous, the first, the neighbours, the last, next.
std::string links(const ListInParts& list, const Shown& shown) {
  const size_t current = shown.part, last = shown.parts;
  if (last < 2) return {};
  std::string html =
      fmt::format("<nav class=\"pages\" aria-label=\"Parts of the list: {}\">\n", list.parameter);
  if (current > 1) html += link(list, shown, current - 1, "Previous", " rel=\"prev\"");
  for (size_t part = 1; part <= last; ++part) {
    const size_t distance = part < current ? current - part : part - current;
    if (distance > kNeighbours && part != 1 && part != last) {
      html += "<span aria-hidden=\"true\">…</span>\n";
      part = part < current ? current - kNeighbours - 1 : last - 1;
    } else {
      html += link(list, shown, part, std::to_string(part), part == current ? " aria-current=\"page\"" : "");
    }
  }
  if (current < last) html += link(list, shown, current + 1, "Next", " rel=\"next\"");
  return html + "</nav>\n";
}

// The part of those rows whose names hold `words`; nothing: there is no such part.
std::optional<Shown> named_rows(const ListInParts& list, size_t part, std::string_view words) {
  const std::string wanted = lower_ascii(words);
  Shown shown{.rows = {}, .part = part, .parts = 1, .words = words};
  for (const ListInParts::NamedRow& row : list.named) {
    if (row.name.find(wanted) == std::string::npos) continue;
    shown.parts = shown.matching++ / kRowsAPart + 1;
    if (shown.parts == part) shown.rows += row.html;
  }
  if (part > shown.parts) return std::nullopt;
  return shown;
}

// The field, and what it found. The script looks while one types.
std::string filter(const ListInParts& list, const Shown& shown) {
  const std::string found =
      shown.words.empty() ? "" : fmt::format("{} of {}", shown.matching, list.named.size());
  return fmt::format(
      "<form class=\"filter\" action=\"#{0}\" data-filter=\"{0}\"><label>Filter by name <input "
      "type=\"search\" "
      "name=\"named\" value=\"{1}\"></label><button>Filter</button><span class=\"quiet\" "
      "role=\"status\">{2}</span></form>\n",
      list.anchor, escape_html(shown.words), found);
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

void ListInParts::add_named(std::string_view name, std::string row) {
  named.push_back({lower_ascii(name), std::move(row)});
}

size_t ListInParts::bytes() const {
  size_t sum = sizeof(ListInParts) + before.size() + summary.size() + head.size() + tail.size();
  for (const std::string& part : parts) sum += part.capacity();
  for (const NamedRow& row : named) sum += sizeof(NamedRow) + row.name.capacity() + row.html.capacity();
  return sum;
}

AskedParts::AskedParts(std::string_view query) {
  for (auto& [name, value] : protocol::parse_query(query)) {
    if (name == "named")
      named_ = std::move(value);
    else if (std::find(kParameters.begin(), kParameters.end(), name) != kParameters.end())
      asked_[name] = std::move(value);
  }
  any_ = named_ || !asked_.empty();
}

size_t AskedParts::wanted(std::string_view parameter, size_t parts) const {
  const auto asked = asked_.find(parameter);
  const size_t part = asked == asked_.end() ? 1 : number(asked->second).value_or(1);
  return part > parts ? 0 : part - 1;
}

std::string AskedParts::html(const ListInParts& list) {
  std::string html = list.before;
  const bool by_name = !list.named.empty();
  if (list.parts.empty() && !by_name) return html;
  size_t part = 1;
  const auto asked = asked_.find(list.parameter);
  const bool open = asked != asked_.end() || (by_name && named_);
  if (asked != asked_.end()) part = number(asked->second).value_or(0);
  std::optional<Shown> shown;
  if (part != 0 && by_name) {
    shown = named_rows(list, part, named_ ? std::string_view(*named_) : std::string_view());
  } else if (part != 0 && part <= list.parts.size()) {
    shown = Shown{.rows = list.parts[part - 1], .part = part, .parts = list.parts.size()};
  }
  if (!shown) return html;  // check() tells
  if (asked != asked_.end()) asked_.erase(asked);
  if (!list.summary.empty())
    html += fmt::format("<details id=\"{}\"{}><summary>{}</summary>\n", list.anchor, open ? " open" : "",
                        list.summary);
  if (by_name) html += filter(list, *shown);
  html.append(list.head).append(shown->rows).append(list.tail).append(links(list, *shown));
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
