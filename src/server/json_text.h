// JSON strings and objects as text. nlohmann's are used where there is structure; an error answer is too
// frequent.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tfhub::server {

// `text` in quotes; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string_view text, std::string& out);
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace tfhub::server
