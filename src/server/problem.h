// Errors: application/problem+json (RFC 9457), or a small page where the client asks for HTML. Never cached.
#pragma once

#include <string_view>

#include "server/reply.h"
#include "server/request.h"
#include "tfhub/result.h"

namespace tfhub::server {

// `detail` is one sentence for a person. What `reply` held before is dropped.
void answer_problem(const Request& request, unsigned status, std::string_view detail, Reply& reply);
// 404: no model, and no version of one, is at this path.
void answer_no_model(const Request& request, std::string_view path, Reply& reply);
// The store failed: 503 where trying again may help, else 500; what it said goes to the log, not to
// strangers.
// A search that failed, or that took too long (kNetwork): 503 in the words of the error.
void answer_unfinished_search(const Request& request, const Error& error, Reply& reply);
void answer_failure(const Request& request, const Error& error, Reply& reply);

inline constexpr std::string_view kAllowedMethods = "GET, HEAD, OPTIONS";
void answer_wrong_method(const Request& request, Reply& reply);
// OPTIONS, and what browsers ask before a request across origins.
void answer_options(Reply& reply);

}  // namespace tfhub::server
