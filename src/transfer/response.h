// Answers that are not what was wanted: which of them are worth another try, and what they say in words.
#pragma once

#include <string>
#include <string_view>

#include "transfer/failure.h"
#include "transfer/http.h"

namespace tfhub::transfer {

// 408, 429, 500, 502, 503, 504: another try may find the server well again.
bool is_temporary(int status);

// The failure that a response of any status not wanted is.
Failure status_failure(const SmallResponse& response, const std::string& url);

// What a body says in one line: the detail of a problem+json (RFC 9457), the message of other JSON or of S3's
// XML, the title of a page, the beginning of a text; shortened, safe to print. Empty: nothing to tell.
std::string words_of(std::string_view body, std::string_view content_type);

}  // namespace tfhub::transfer
