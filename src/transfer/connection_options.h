// How libcurl connects, whom it trusts, and what it tells of a failure: the same in everything this room
// does.
#pragma once

#include <chrono>
#include <string>

#include "transfer/curl_library.h"
#include "transfer/failure.h"
#include "transfer/http.h"

namespace tfhub::transfer {

// The file of the authorities to trust; empty: those of the system.
std::string ca_bundle(const HttpOptions& options);

// Sets what every connection to the server of `url` needs: its way, its time and its trust. `url`, `proxy`
// and `error_text` (CURL_ERROR_SIZE bytes) stay while it is made.
void set_connection_options(const CurlLibrary& curl, CURL* easy, const std::string& url,
                            const std::string& proxy, const HttpOptions& options,
                            std::chrono::milliseconds connect_timeout, char* error_text);

// What libcurl knows of a failure of `easy`; `error_text` as above.
CurlReport report_of(const CurlLibrary& curl, CURL* easy, CURLcode code, const char* error_text,
                     const std::string& url, const std::string& proxy);

}  // namespace tfhub::transfer
