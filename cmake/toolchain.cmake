# Compiler, linker and warnings, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(TFHUB_CCACHE ccache)
if(TFHUB_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${TFHUB_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TFHUB_CCACHE}")
endif()
find_program(TFHUB_MOLD mold)
if(TFHUB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# address (with undefined behaviour), thread, or empty.
set(TFHUB_SANITIZE "" CACHE STRING "Sanitizer to build with: address, thread or none")
if(TFHUB_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1")  # builds in two thirds of the time, and its reports read better
endif()
if(TFHUB_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
elseif(TFHUB_SANITIZE STREQUAL "thread")
  # Asio fences with atomic_thread_fence, which g++'s TSan cannot follow; it says so as a warning.
  add_compile_options(-fsanitize=thread -Wno-tsan -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=thread)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Werror)
if(TFHUB_SANITIZE)
  # g++ 12 loses sight of things among the checks it adds; its warnings count where there are none. In a
  # unit of many files all but the first are included ones: that a type of theirs stays in the unit is as it should be.
  add_compile_options(-Wno-maybe-uninitialized -Wno-subobject-linkage -Wno-error)
endif()
if(TFHUB_FUZZ)  # fuzz/CMakeLists.txt: by another compiler, which warns of other things
  add_compile_options(-fsanitize=fuzzer-no-link -Wno-error -Wno-unknown-warning-option)
endif()
