#include "base/secrets.h"

#include <algorithm>
#include <array>

#include "base/secrets.h"
#include "base/text.h"

namespace tfhub {
namespace {

constexpr size_t npos = std::string_view::npos;
constexpr std::array<std::string_view, 9> kSecretKeys = {"token", "sig",        "key",  "secret", "password",
                                                         "pwd",   "credential", "auth", "passwd"};

// "host", "host:8080", "[::1]:8080": nothing of a user in it.
bool is_plain_host(std::string_view authority) {
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == npos ? 0 : bracket);
  if (colon == npos) return true;
  const std::string_view port = authority.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == npos;
}

// Where in `text` the part begins that may hold a user and a password, and where the '@' after it is.
struct UserInfo {
  size_t begin = 0, at = npos;
};
UserInfo find_user_info(std::string_view text) {
  const size_t last_at = text.rfind('@');
  if (last_at == npos) return {};
  const size_t scheme = text.find("://");
  if (scheme == npos || scheme > last_at) {
    const size_t colon = text.find(':');
    return {0, colon < last_at ? last_at : npos};
  }
  // One word may hold several: a mirror is prefix=replacement.
  for (size_t at = scheme; at < last_at; at = text.find("://", at + 1)) {
    // libcurl passes over more slashes than two.
    const size_t begin = std::min(text.find_first_not_of('/', at + 3), text.size());
    const size_t end = std::min(text.find_first_of("/?#", begin), text.size());
    const std::string_view authority = text.substr(begin, end - begin);
    // A '/' in the password ends what looks like the host, and "user:first-half" is none.
    if (authority.find('@') != npos || !is_plain_host(authority)) return {begin, last_at};
  }
  return {};
}

bool names_a_secret(std::string_view parameter) {
  const std::string key = lower_ascii(parameter);
  return std::any_of(kSecretKeys.begin(), kSecretKeys.end(),
                     [&](std::string_view each) { return key.find(each) != npos; });
}

void hide_query_values(std::string& text, size_t from) {
  for (size_t at = text.find('?', from); at != npos; at = text.find('&', at + 1)) {
    const size_t next = std::min(text.find_first_of("&#", at + 1), text.size());
    const size_t equals = text.find('=', at);
    if (equals >= next || !names_a_secret(std::string_view(text).substr(at + 1, equals - at - 1))) continue;
    text.replace(equals + 1, next - equals - 1, kHidden);
  }
}

}  // namespace

std::string redacted(std::string_view url) {
  std::string text(url);
  if (const UserInfo user = find_user_info(text); user.at != npos)
    text.replace(user.begin, user.at - user.begin, kHidden);
  hide_query_values(text, 0);
  return text;
}

std::string without_secrets(std::string_view text) {
  if (text.find_first_of("@?") == npos) return std::string(text);
  constexpr std::string_view kEnds = " \t\r\n\"'<>";
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(kEnds), text.size());
    out += redacted(text.substr(0, end));
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace tfhub
