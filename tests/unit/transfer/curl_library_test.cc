// A libcurl that is too old lacks a function: whichever it is, that is said before anything is called.
#include "transfer/curl_library.h"

#include <dlfcn.h>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>

#include <array>

#include "testing/temp_dir.h"

namespace tfhub::transfer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using tfhub::testing::read_text;
using tfhub::testing::TempDir;
using tfhub::testing::write_text;

// Where the library lies that this process would use.
std::string installed() {
  for (const char* const name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    link_map* map = nullptr;
    if (library != nullptr && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0) return map->l_name;
  }
  return {};
}

Result<CurlLibrary> library_at(const std::string& path) {
  const std::array names = {path.c_str()};
  return CurlLibrary::open(names);
}

// `library` without the function: in its table of symbols it becomes one that another library is to have.
std::string without(std::string library, std::string_view function) {
  const auto at = [&](uint64_t offset) { return library.data() + offset; };
  const auto* const header = reinterpret_cast<const ElfW(Ehdr)*>(at(0));
  const auto* const sections = reinterpret_cast<const ElfW(Shdr)*>(at(header->e_shoff));
  int made = 0;
  for (int i = 0; i < header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_DYNSYM) continue;
    const char* const names = at(sections[sections[i].sh_link].sh_offset);
    auto* const symbols = reinterpret_cast<ElfW(Sym)*>(at(sections[i].sh_offset));
    for (size_t n = 0; n < sections[i].sh_size / sizeof(ElfW(Sym)); ++n) {
      if (names + symbols[n].st_name != function) continue;
      symbols[n].st_shndx = SHN_UNDEF;
      symbols[n].st_value = 0;
      ++made;
    }
  }
  EXPECT_EQ(made, 1) << function;
  return library;
}

TEST(CurlLibrary, WhichFunctionItLacksIsSaid) {
  const std::string library = read_text(installed());
  ASSERT_FALSE(library.empty());
  const TempDir directory;
  write_text(directory / "whole.so", library);
  // It calls most of them itself, and finds them there.
  ASSERT_NE(dlopen((directory / "whole.so").c_str(), RTLD_NOW | RTLD_GLOBAL), nullptr) << dlerror();
  const auto whole = library_at(directory / "whole.so");
  ASSERT_TRUE(whole) << whole.error().message();
  for (const std::string name :
       {"curl_global_init_mem", "curl_free",          "curl_slist_append",  "curl_slist_free_all",
        "curl_easy_init",       "curl_easy_setopt",   "curl_easy_getinfo",  "curl_easy_perform",
        "curl_easy_send",       "curl_easy_recv",     "curl_easy_pause",    "curl_easy_reset",
        "curl_easy_cleanup",    "curl_easy_strerror", "curl_multi_init",    "curl_multi_add_handle",
        "curl_multi_perform",   "curl_multi_poll",    "curl_multi_cleanup", "curl_multi_remove_handle",
        "curl_multi_info_read", "curl_url",           "curl_url_set",       "curl_multi_strerror",
        "curl_url_get",         "curl_url_cleanup"}) {
    write_text(directory / (name + ".so"), without(library, name));
    const auto opened = library_at(directory / (name + ".so"));
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().code(), Code::kUnexpected);
    EXPECT_THAT(opened.error().message(), AllOf(HasSubstr("has no " + name + ";"), HasSubstr("libcurl4")));
  }
}

}  // namespace
}  // namespace tfhub::transfer
