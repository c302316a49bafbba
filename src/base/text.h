// Numbers as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tfhub {

// "1536" -> 1536, "10GiB", "10G", "1.5GB": K, M, G, T with an optional "iB" (or nothing) are powers of 1024,
// with "B" powers of 1000. Nothing on anything else, a sign or an overflow included.
std::optional<uint64_t> parse_size(std::string_view text);
// "90", "90s", "15m", "12h", "30d", "2w"; a bare number is seconds.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

std::string human_size(uint64_t bytes);                 // "512 B", "1.5 KiB", "487.2 MiB"
std::string human_duration(std::chrono::seconds time);  // "42s", "3m", "5h", "12d"

// 2026-11-21T08:01:10Z, as JSON and pages have it.
std::string iso8601(std::chrono::system_clock::time_point time);

// 32 lower-case hex digits from the kernel's random source: a staging name, a lock's token.
std::string random_token();

// For terminals and logs: without_secrets() (base/secrets.h), and what could drive or mislead a terminal
// (control characters, C1 and bidirectional ones included, and bytes that are no UTF-8) becomes \xNN. At most
// `at_most` bytes of the text, whole characters.
std::string printable(std::string_view text, size_t at_most = 200);

std::string_view trim(std::string_view text);
std::string_view without_trailing_slashes(std::string_view text);  // "/" becomes ""
std::string lower_ascii(std::string_view text);
int hex_digit(char c);  // 0 to 15 in either case; -1: none

}  // namespace tfhub
