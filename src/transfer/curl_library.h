// libcurl, opened with dlopen when the first request starts: it is 30 libraries deep, and a cache hit, which
// needs no network, would spend most of its 3 ms on loading them. After the first call every thread may use
// the table.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <span>

#include "tfhub/result.h"

namespace tfhub::transfer {

// The functions we call, each with the type that curl's own header declares.
struct CurlLibrary {
  decltype(&::curl_global_init_mem) global_init_mem = nullptr;
  decltype(&::curl_free) free = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_send) easy_send = nullptr;
  decltype(&::curl_easy_recv) easy_recv = nullptr;
  decltype(&::curl_easy_pause) easy_pause = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_strerror) multi_strerror = nullptr;
  decltype(&::curl_url) url = nullptr;
  decltype(&::curl_url_set) url_set = nullptr;
  decltype(&::curl_url_get) url_get = nullptr;
  decltype(&::curl_url_cleanup) url_cleanup = nullptr;

  // The first of `names` that can be opened; it stays open until the process ends.
  static Result<CurlLibrary> open(std::span<const char* const> names);
};

// The one table of this process. kUnexpected, naming the package to install, when there is no libcurl.
Result<const CurlLibrary*> curl_library();

// Owners of what libcurl hands out. Only made when the library is there.
struct CurlDeleter {
  const CurlLibrary* curl = nullptr;
  void operator()(CURL* easy) const { curl->easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl->slist_free_all(list); }
  void operator()(CURLU* url) const { curl->url_cleanup(url); }
  void operator()(char* text) const { curl->free(text); }
};
using EasyHandle = std::unique_ptr<CURL, CurlDeleter>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter>;
using CurlText = std::unique_ptr<char, CurlDeleter>;

struct MultiDeleter {  // CURL and CURLM are both void
  const CurlLibrary* curl = nullptr;
  void operator()(CURLM* multi) const { curl->multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

}  // namespace tfhub::transfer
