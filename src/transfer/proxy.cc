#include "transfer/proxy.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/settings.h"
#include "base/text.h"
#include "protocol/url.h"

namespace tfhub::transfer {
namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string either_case(const std::string& lower) {
  const std::string value = environment(lower);
  return value.empty() ? environment(upper(lower)) : value;
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;  // 32 or 128
};

std::optional<Address> address(std::string_view text) {
  Address out;
  const std::string host(text);
  if (inet_pton(AF_INET, host.c_str(), out.bytes.data()) == 1) return out.bits = 32, out;
  if (inet_pton(AF_INET6, host.c_str(), out.bytes.data()) == 1) return out.bits = 128, out;
  return std::nullopt;
}

bool in_network(const Address& host, std::string_view network) {
  const size_t slash = network.find('/');
  const auto base = address(network.substr(0, slash));
  if (!base || base->bits != host.bits) return false;
  unsigned prefix = base->bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = network.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix > base->bits) return false;
  }
  for (unsigned bit = 0; bit < prefix; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if (((host.bytes[bit / 8] ^ base->bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool entry_matches(std::string_view host, std::string_view port, std::string_view entry) {
  if (entry == "*") return true;
  if (const auto numeric = address(host); numeric && in_network(*numeric, entry)) return true;
  // "name:port" holds for that port alone.
  if (const size_t colon = entry.rfind(':'); colon != std::string_view::npos && entry.find(':') == colon) {
    if (entry.substr(colon + 1) != port) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || !host.ends_with(entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

bool bypasses_proxy(std::string_view host, std::string_view port, std::string_view no_proxy) {
  std::string name = lower_ascii(host);
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  if (name.ends_with('.')) name.pop_back();
  const std::string list = lower_ascii(no_proxy);
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of(", "), rest.size());
    const std::string_view entry = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!entry.empty() && entry_matches(name, port, entry)) return true;
  }
  return false;
}

namespace {

// People write passwords as they are. What is not escaped, and would end or split the part before the host,
// is escaped; what is stays.
std::string with_escaped_user(const std::string& proxy) {
  const size_t scheme = proxy.find("://");
  const size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t at = proxy.rfind('@');
  if (at == std::string::npos || at < begin) return proxy;
  std::string out = proxy.substr(0, begin);
  for (const char c : std::string_view(proxy).substr(begin, at - begin)) {
    if (std::string_view("@/?#\\ \"<>[]^`{|}").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out.append(proxy, at);
}

}  // namespace

std::string proxy_for(std::string_view url) {
  const auto parts = protocol::Url::parse(url);
  if (!parts) return {};
  std::string proxy = environment(parts->scheme + "_proxy");
  const bool believes_upper = parts->scheme != "http" || environment("REQUEST_METHOD").empty();
  if (proxy.empty() && believes_upper) proxy = environment(upper(parts->scheme) + "_PROXY");
  if (proxy.empty()) proxy = either_case("all_proxy");
  if (proxy.empty()) return {};

  std::string_view host = parts->authority;
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  std::string_view port = parts->scheme == "https" ? "443" : "80";
  const size_t bracket = host.rfind(']'), colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  return bypasses_proxy(host, port, either_case("no_proxy")) ? std::string() : with_escaped_user(proxy);
}

}  // namespace tfhub::transfer
