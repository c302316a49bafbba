#include "transfer/resume.h"

#include <fmt/core.h>

#include <charconv>

#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::transfer {
namespace {

// RFC 9110, 13.1.5: never a weak tag, and no date where there is any tag; 8.8.2.2: a date is strong when the
// host's own clock was at least a second later.
std::string validator_of(const ResponseHead& head) {
  const std::string_view etag = head.header("etag");
  if (!etag.empty()) return protocol::is_strong_etag(etag) ? std::string(etag) : std::string();
  const auto modified = protocol::parse_http_date(head.header("last-modified"));
  const auto date = protocol::parse_http_date(head.header("date"));
  if (!modified || !date || *date - *modified < std::chrono::seconds(1)) return {};
  return std::string(head.header("last-modified"));
}

Continuation changed(std::string why) {
  return {.kind = Continuation::Kind::kChanged, .why = std::move(why)};
}

bool same_validators(const ResponseHead& first, const ResponseHead& answer) {
  if (!first.header("etag").empty()) return first.header("etag") == answer.header("etag");
  return answer.header("etag").empty() && (answer.header("last-modified").empty() ||
                                           first.header("last-modified") == answer.header("last-modified"));
}

Continuation judge_part(const Representation& first, uint64_t position, const ResponseHead& answer) {
  const auto range = protocol::parse_content_range(answer.header("content-range"));
  if (!range || range->range.first > range->range.last)
    return changed("the host does not say which part it sends");
  if (range->range.first != position)
    return changed(fmt::format("the host sends a part from byte {} where {} was asked for",
                               range->range.first, position));
  if (!same_validators(first.head, answer)) return changed("it changed on the host meanwhile");
  if (!range->total && !first.size) return changed("the host does not say how long it is");
  const uint64_t size = range->total.value_or(first.size.value_or(0));
  if (first.size && size != *first.size)
    return changed(fmt::format("its length was {} and is now {}", *first.size, size));
  if (range->range.last >= size) return changed("the host sends a part that ends after the end");
  if (const auto length = answer.content_length(); length && *length != range->range.length())
    return changed("the host sends a part whose length contradicts its place");
  return {.kind = Continuation::Kind::kPart, .end = range->range.last + 1, .size = size};
}

// Nothing has been read yet, so a whole answer will do, if it is the same one: head() may have been looked
// at.
Continuation judge_whole(const Representation& first, uint64_t position, const ResponseHead& answer) {
  if (position > 0) return changed("the host sends it anew from the start");
  for (const char* name : {"etag", "last-modified", "content-encoding", "repr-digest", "digest",
                           "x-goog-hash", "link", "content-location"})
    if (first.head.header(name) != answer.header(name)) return changed("it changed on the host meanwhile");
  const auto size = Representation::of(answer).size;
  if (first.size && size && *first.size != *size) return changed("it changed on the host meanwhile");
  return {.kind = Continuation::Kind::kWhole};
}

// 416 with "bytes */N": when N is what we have, the cut was after the last byte.
Continuation judge_unsatisfiable(const Representation& first, uint64_t position, const ResponseHead& answer) {
  constexpr std::string_view kPrefix = "bytes */";
  const std::string_view range = answer.header("content-range");
  uint64_t size = 0;
  const bool named =
      range.starts_with(kPrefix) &&
      std::from_chars(range.data() + kPrefix.size(), range.data() + range.size(), size).ec == std::errc();
  if (!named || size != position || (first.size && *first.size != size) ||
      answer.header("etag") != first.head.header("etag"))
    return changed("the host has no such part of it any more");
  return {.kind = Continuation::Kind::kComplete, .end = size, .size = size};
}

}  // namespace

// Two URLs that differ in more than this name two files, and equal tags of two files say nothing.
std::string_view without_query(std::string_view url) {
  return url.substr(0, url.find_first_of("?#"));
}

Representation Representation::of(const ResponseHead& head) {
  Representation first;
  first.head = head;
  // With Transfer-Encoding, Content-Length means nothing (RFC 9112, 6.3).
  if (head.header("transfer-encoding").empty()) first.size = head.content_length();
  first.validator = validator_of(head);
  return first;
}

Continuation judge(const Representation& first, uint64_t position, const ResponseHead& answer) {
  if (without_query(first.head.url) != without_query(answer.url))
    return changed("the host now keeps it at another address");
  if (answer.status == 206) return judge_part(first, position, answer);
  if (answer.status == 416) return judge_unsatisfiable(first, position, answer);
  return judge_whole(first, position, answer);
}

}  // namespace tfhub::transfer
