# Buckets as stores (gs, s3, az): src/store/bucket/, the one part with Rust in it, because Apache OpenDAL is. Left out with
# -DTFHUB_CLOUD=OFF.
set(TFHUB_CARGO_DIRECTORY "${CMAKE_BINARY_DIR}/cargo" CACHE PATH "Where cargo builds: trees may share one")
option(TFHUB_CLOUD "Stores in buckets: gs://, s3://, az://. Needs cargo and rustc 1.91" ON)
set(TFHUB_BUCKET_FOLDER "${CMAKE_SOURCE_DIR}/src/store/bucket")
set(TFHUB_BUCKET_CRATE "${TFHUB_CARGO_DIRECTORY}/release/libtfhub_bucket.a")

if(TFHUB_CLOUD)
  find_program(TFHUB_CARGO cargo)
  if(NOT TFHUB_CARGO)
    message(FATAL_ERROR "cargo is missing; install it, or build without buckets: -DTFHUB_CLOUD=OFF")
  endif()
  file(GLOB parts CONFIGURE_DEPENDS "${TFHUB_BUCKET_FOLDER}/*.rs")
  add_custom_command(
    OUTPUT "${TFHUB_BUCKET_CRATE}"
    COMMAND "${CMAKE_SOURCE_DIR}/scripts/bucket_crate.sh" "${TFHUB_CARGO_DIRECTORY}"
    DEPENDS "${TFHUB_BUCKET_FOLDER}/Cargo.toml" "${TFHUB_BUCKET_FOLDER}/Cargo.lock" ${parts}
    COMMENT "Building the access to buckets (Rust)"
    VERBATIM)
  add_custom_target(tfhub_bucket_crate DEPENDS "${TFHUB_BUCKET_CRATE}")
endif()

# tfhub_cloud(ROOM): adds it to the room's library.
function(tfhub_cloud ROOM)
  if(NOT TFHUB_CLOUD)
    return()
  endif()
  # What links waits for the crate, by the file's name. Not add_dependencies: objects of this room and of all above it would
  # wait as well, half the time of a build.
  set(links "${TFHUB_BUCKET_CRATE}" tfhub_dep_openssl_ssl m)
  if(TFHUB_ROOMS_FROM)
    target_link_libraries(tfhub_${ROOM} INTERFACE ${links})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${TFHUB_BUCKET_FOLDER}/*.cc")
  tfhub_units(units tfhub_${ROOM}_bucket ${sources})
  target_sources(tfhub_${ROOM} PRIVATE ${units})
  target_compile_definitions(tfhub_${ROOM} PRIVATE TFHUB_CLOUD)
  target_link_libraries(tfhub_${ROOM} PUBLIC ${links})

  # What every store must pass, for tests/stores, which starts the servers that it needs: not one of ctest's.
  if(TFHUB_TESTS)
    tfhub_glob_tests(own "${ROOM}/bucket/*_test.cc")
    tfhub_glob_tests(suite "${ROOM}/object_store_suite_test.cc")
    tfhub_gtest_program(bucket_test TESTS ${own} ${suite} LINKS tfhub_${ROOM})
  endif()
endfunction()
