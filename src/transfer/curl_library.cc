#include "transfer/curl_library.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace tfhub::transfer {
namespace {

// TensorFlow in the same process shows everybody its BoringSSL, zlib and curl, and libcurl would call those
// instead of what it was linked with: DEEPBIND lets it look at home first. Sanitizers cannot live with that.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kHow = RTLD_NOW | RTLD_LOCAL;
#else
constexpr int kHow = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

template <typename Function>
Result<void> find(void* library, const char* name, Function& function) {
  void* address = dlsym(library, name);
  if (address == nullptr)
    return fail(Code::kUnexpected,
                "the installed libcurl has no {}; install the Debian package libcurl4 (7.71 or newer)", name);
  function = reinterpret_cast<Function>(address);
  return {};
}

Result<CurlLibrary> open_and_initialise() {
  // Debian has two builds of one interface; the first is the one we test with, the second is on most machines
  // (git brings it).
  static constexpr std::array kNames = {"libcurl.so.4", "libcurl-gnutls.so.4"};
  TFHUB_ASSIGN(CurlLibrary curl, CurlLibrary::open(kNames));
  // With functions bound here, not there: a process may have an allocator of its own, which DEEPBIND hides.
  if (const CURLcode code = curl.global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, std::free, std::realloc,
                                                 strdup, std::calloc);
      code != CURLE_OK)
    return fail(Code::kUnexpected, "libcurl does not start: {}; reinstall the Debian package libcurl4",
                curl.easy_strerror(code));
  return curl;
}

}  // namespace

Result<CurlLibrary> CurlLibrary::open(std::span<const char* const> names) {
  void* library = nullptr;
  for (const char* name : names) {
    library = dlopen(name, kHow);
    if (library != nullptr) break;
  }
  if (library == nullptr) {
    const char* why = dlerror();
    return fail(
        Error(Code::kUnexpected, why != nullptr ? why : "dlopen failed")
            .in("downloading needs libcurl, which is not installed; install the Debian package libcurl4"));
  }
  CurlLibrary curl;
  TFHUB_TRY(find(library, "curl_global_init_mem", curl.global_init_mem));
  TFHUB_TRY(find(library, "curl_free", curl.free));
  TFHUB_TRY(find(library, "curl_slist_append", curl.slist_append));
  TFHUB_TRY(find(library, "curl_slist_free_all", curl.slist_free_all));
  TFHUB_TRY(find(library, "curl_easy_init", curl.easy_init));
  TFHUB_TRY(find(library, "curl_easy_setopt", curl.easy_setopt));
  TFHUB_TRY(find(library, "curl_easy_getinfo", curl.easy_getinfo));
  TFHUB_TRY(find(library, "curl_easy_perform", curl.easy_perform));
  TFHUB_TRY(find(library, "curl_easy_send", curl.easy_send));
  TFHUB_TRY(find(library, "curl_easy_recv", curl.easy_recv));
  TFHUB_TRY(find(library, "curl_easy_pause", curl.easy_pause));
  TFHUB_TRY(find(library, "curl_easy_reset", curl.easy_reset));
  TFHUB_TRY(find(library, "curl_easy_cleanup", curl.easy_cleanup));
  TFHUB_TRY(find(library, "curl_easy_strerror", curl.easy_strerror));
  TFHUB_TRY(find(library, "curl_multi_init", curl.multi_init));
  TFHUB_TRY(find(library, "curl_multi_add_handle", curl.multi_add_handle));
  TFHUB_TRY(find(library, "curl_multi_remove_handle", curl.multi_remove_handle));
  TFHUB_TRY(find(library, "curl_multi_perform", curl.multi_perform));
  TFHUB_TRY(find(library, "curl_multi_poll", curl.multi_poll));
  TFHUB_TRY(find(library, "curl_multi_info_read", curl.multi_info_read));
  TFHUB_TRY(find(library, "curl_multi_cleanup", curl.multi_cleanup));
  TFHUB_TRY(find(library, "curl_multi_strerror", curl.multi_strerror));
  TFHUB_TRY(find(library, "curl_url", curl.url));
  TFHUB_TRY(find(library, "curl_url_set", curl.url_set));
  TFHUB_TRY(find(library, "curl_url_get", curl.url_get));
  TFHUB_TRY(find(library, "curl_url_cleanup", curl.url_cleanup));
  return curl;
}

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> library =
      open_and_initialise();  // C++ makes this once, whoever comes first
  if (!library) return fail(library.error());
  return &*library;
}

}  // namespace tfhub::transfer
