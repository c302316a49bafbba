// Secrets in text: user names and passwords in URLs, keys and signatures in their queries. Every text that
// leaves us goes through here: the constructor of Error, log_message(), printable(). So no sentence has to
// think of it, and where one is asked for a URL that it shows as data, it says redacted().
#pragma once

#include <string>
#include <string_view>

namespace tfhub {

// What stands in a secret's place.
constexpr std::string_view kHidden = "***";

// A handle, a URL or a proxy, with "user:password@" and the values of secret-looking query parameters
// replaced by kHidden. People write raw '@', '/', '?' and '#' into passwords: in doubt more is hidden, never
// less. Without a scheme ("user:password@proxy:3128") a colon before the '@' tells.
std::string redacted(std::string_view url);

// The same of whatever in a text looks like one: its words, as blanks and quotes end them.
std::string without_secrets(std::string_view text);

}  // namespace tfhub
