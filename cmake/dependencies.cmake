# Every library we link, in one place. docs/architecture.md says why each; scripts/packages.txt names the
# Debian packages they come from.
find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)

# A cache hit takes about 3 ms, most of it the dynamic linker: what has a static archive in Debian is linked
# statically into the executable, and libcurl (30 libraries deep) is opened only when a download starts.
function(tfhub_static_library NAME FILE)
  find_library(TFHUB_LIB_${NAME} NAMES lib${FILE}.a ${FILE} REQUIRED)
  add_library(tfhub_dep_${NAME} INTERFACE)
  target_link_libraries(tfhub_dep_${NAME} INTERFACE "${TFHUB_LIB_${NAME}}" ${ARGN})
endfunction()

tfhub_static_library(crypto crypto ${CMAKE_DL_LIBS} Threads::Threads)
tfhub_static_library(openssl_ssl ssl tfhub_dep_crypto)
tfhub_static_library(lzma lzma Threads::Threads)
tfhub_static_library(utf8proc utf8proc)
tfhub_static_library(cmark_core cmark-gfm)
tfhub_static_library(cmark cmark-gfm-extensions tfhub_dep_cmark_core)
tfhub_static_library(yaml yaml-cpp)
tfhub_static_library(sqlite sqlite3 ${CMAKE_DL_LIBS} m)

# Debian builds libbz2.a without -fPIC, and has no static ISA-L.
find_package(BZip2 REQUIRED)
add_library(tfhub_dep_bz2 INTERFACE)
target_link_libraries(tfhub_dep_bz2 INTERFACE BZip2::BZip2)
add_library(tfhub_dep_isal INTERFACE)
target_link_libraries(tfhub_dep_isal INTERFACE PkgConfig::ISAL)
