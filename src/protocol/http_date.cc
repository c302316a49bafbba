// Dates and waiting times (RFC 9110, sections 5.6.7 and 10.2.3). Independent of the locale.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <limits>

#include "base/text.h"
#include "protocol/http.h"

namespace tfhub::protocol {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::array<char, 4> month{};
};

std::optional<std::chrono::system_clock::time_point> to_time(const Parts& parts) {
  const auto month = std::find(kMonths.begin(), kMonths.end(), std::string_view(parts.month.data()));
  if (month == kMonths.end() || parts.day < 1 || parts.day > 31 || parts.hour < 0 || parts.hour > 23 ||
      parts.minute < 0 || parts.minute > 59 || parts.second < 0 || parts.second > 60) {
    return std::nullopt;
  }
  std::tm tm{};
  tm.tm_mday = parts.day;
  tm.tm_mon = static_cast<int>(month - kMonths.begin());
  tm.tm_year = parts.year - 1900;
  tm.tm_hour = parts.hour;
  tm.tm_min = parts.minute;
  tm.tm_sec = parts.second;
  return std::chrono::system_clock::from_time_t(timegm(&tm));
}

// RFC 9110: a two-digit year that seems over 50 years ahead is the last one with those digits.
int full_year(int two_digits) {
  const auto now = std::time(nullptr);
  std::tm tm{};
  gmtime_r(&now, &tm);
  const int this_year = tm.tm_year + 1900;
  const int year = this_year - this_year % 100 + two_digits;
  return year > this_year + 50 ? year - 100 : year;
}

}  // namespace

std::string http_date(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<size_t>(tm.tm_wday)], tm.tm_mday, kMonths[static_cast<size_t>(tm.tm_mon)],
                tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
  return text.data();
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  const std::string date(trim(text));
  if (date.size() > 40) return std::nullopt;
  const int length = static_cast<int>(date.size());
  Parts p;
  int end = 0;
  if (std::sscanf(date.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &p.day, p.month.data(),
                  &p.year, &p.hour, &p.minute, &p.second, &end) == 6 &&
      end == length) {
    return to_time(p);
  }
  p = {};
  end = 0;  // RFC 850
  if (std::sscanf(date.c_str(), "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &p.day, p.month.data(),
                  &p.year, &p.hour, &p.minute, &p.second, &end) == 6 &&
      end == length) {
    p.year = full_year(p.year);
    return to_time(p);
  }
  p = {};
  end = 0;  // asctime()
  if (std::sscanf(date.c_str(), "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", p.month.data(), &p.day,
                  &p.hour, &p.minute, &p.second, &p.year, &end) == 6 &&
      end == length) {
    return to_time(p);
  }
  return std::nullopt;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view header,
                                                      std::chrono::system_clock::time_point now) {
  header = trim(header);
  if (header.empty()) return std::nullopt;
  if (std::all_of(header.begin(), header.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    int64_t seconds = 0;
    for (const char c : header) seconds = std::min<int64_t>(seconds * 10 + (c - '0'), 1'000'000'000);
    return std::chrono::seconds(seconds);
  }
  const auto date = parse_http_date(header);
  if (!date) return std::nullopt;
  return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(*date - now));
}

}  // namespace tfhub::protocol
