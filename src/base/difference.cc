#include "base/difference.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tfhub {

std::string difference(const Manifest& before, const Manifest& now) {
  const Sha256Digest unknown{};
  auto a = before.begin(), b = now.begin();
  while (a != before.end() || b != now.end()) {
    if (b == now.end() || (a != before.end() && a->path < b->path)) return printable(a->path) + " is gone";
    if (a == before.end() || b->path < a->path) return printable(b->path) + " is new";
    if (a->size != b->size)
      return fmt::format("{} has {} bytes, not {}", printable(a->path), b->size, a->size);
    if (a->sha256 != b->sha256 && a->sha256 != unknown && b->sha256 != unknown)
      return printable(a->path) + " has other bytes";
    ++a;
    ++b;
  }
  return {};
}

}  // namespace tfhub
