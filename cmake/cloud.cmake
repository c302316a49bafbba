# Buckets as stores (gs, s3, az): src/store/bucket/, the one part with Rust in it, because Apache OpenDAL is. Left out with
# -DTFHUB_CLOUD=OFF; the sanitized trees leave it out too, a sanitizer would see nothing of it.
set(TFHUB_CARGO_DIRECTORY "${CMAKE_BINARY_DIR}/cargo" CACHE PATH "Where cargo builds: trees may share one")
option(TFHUB_CLOUD "Stores in buckets: gs://, s3://, az://. Needs cargo and rustc 1.91" ON)

# tfhub_cloud(ROOM): adds it to the room's library.
function(tfhub_cloud ROOM)
  if(NOT TFHUB_CLOUD)
    return()
  endif()
  find_program(TFHUB_CARGO cargo)
  if(NOT TFHUB_CARGO)
    message(FATAL_ERROR "cargo is missing; install it, or build without buckets: -DTFHUB_CLOUD=OFF")
  endif()
  set(crate "${CMAKE_SOURCE_DIR}/src/${ROOM}/bucket")
  set(built "${TFHUB_CARGO_DIRECTORY}/release/libtfhub_bucket.a")
  file(GLOB parts CONFIGURE_DEPENDS "${crate}/*.rs")
  # OpenSSL is found as the rest finds it, and linked once, by CMake.
  add_custom_command(
    OUTPUT "${built}"
    COMMAND "${CMAKE_COMMAND}" -E env OPENSSL_NO_VENDOR=1 OPENSSL_STATIC=0 "${TFHUB_CARGO}" build --release --locked
            --manifest-path "${crate}/Cargo.toml" --target-dir "${TFHUB_CARGO_DIRECTORY}"
    DEPENDS "${crate}/Cargo.toml" "${crate}/Cargo.lock" ${parts}
    COMMENT "Building the access to buckets (Rust)"
    USES_TERMINAL VERBATIM)
  add_custom_target(tfhub_bucket_crate DEPENDS "${built}")
  file(GLOB sources CONFIGURE_DEPENDS "${crate}/*.cc")
  target_sources(tfhub_${ROOM} PRIVATE ${sources})
  target_compile_definitions(tfhub_${ROOM} PRIVATE TFHUB_CLOUD)
  add_dependencies(tfhub_${ROOM} tfhub_bucket_crate)
  target_link_libraries(tfhub_${ROOM} PUBLIC "${built}" tfhub_dep_openssl_ssl m)

  # What every store must pass, for tests/stores, which starts the servers that it needs: not one of ctest's.
  if(TFHUB_TESTS)
    set(tests "${CMAKE_SOURCE_DIR}/tests/unit/${ROOM}")
    file(GLOB own CONFIGURE_DEPENDS "${tests}/bucket/*_test.cc")
    add_executable(bucket_test EXCLUDE_FROM_ALL ${own} "${tests}/object_store_suite_test.cc")
    add_dependencies(unit_tests bucket_test)
    target_include_directories(bucket_test PRIVATE "${CMAKE_SOURCE_DIR}/tests/unit")
    target_link_libraries(bucket_test PRIVATE tfhub_${ROOM} GTest::gmock GTest::gtest_main)
    tfhub_precompile(bucket_test unit_base)
  endif()
endfunction()
