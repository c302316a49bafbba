# The unit tests: tests/unit/NAME/*_test.cc becomes the program unit_NAME, one ctest entry. Building everything leaves them
# out (a user has no use for them): the target unit_tests is all of them.
find_package(GTest)
add_custom_target(unit_tests)

# What nearly every unit includes, read by the compiler once: 0.9 of 2.2 seconds of a unit. One for the rooms, one for the
# tests, each made with the first target that has it. Files still include what they use: scripts/lint.sh reads them without.
option(TFHUB_PRECOMPILED "Precompile the headers of the standard library, fmt and expected" ON)
set(TFHUB_COMMON_HEADERS <algorithm> <array> <charconv> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <string>
                         <string_view> <thread> <unordered_map> <vector> <fmt/format.h> <tl/expected.hpp>)

# tfhub_precompile(NAME FIRST HEADER…): FIRST has been through here before all others, and is compiled as they are.
function(tfhub_precompile NAME FIRST)
  if(NOT TFHUB_PRECOMPILED)
    return()
  endif()
  if("${NAME}" STREQUAL "${FIRST}")
    target_precompile_headers(${NAME} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${NAME} REUSE_FROM ${FIRST})
  endif()
endfunction()

# What the compiler reads at once in the trees for sanitizers: units that include so many files each. Not CMAKE_UNITY_BUILD, whose
# units name the files by absolute paths (before CMake 4): the compiler's cache would know none of them in another clone.
set(TFHUB_UNITY "0" CACHE STRING "How many source files one unit of the compiler includes; 0: each file is its own unit")

# tfhub_units(VARIABLE NAME file…): what to compile for these files. Those of TFHUB_ALONE stay by themselves.
function(tfhub_units VARIABLE NAME)
  set(units ${ARGN})
  if(TFHUB_UNITY)
    list(TRANSFORM ARGN REPLACE "^${CMAKE_SOURCE_DIR}/(src|tests/unit)/" "" OUTPUT_VARIABLE files)
    set(units)
    foreach(file IN LISTS TFHUB_ALONE)
      if(file IN_LIST files)
        list(REMOVE_ITEM files "${file}")
        list(APPEND units "${CMAKE_SOURCE_DIR}/src/${file}")
      endif()
    endforeach()
    set(number 0)
    while(files)
      list(SUBLIST files 0 ${TFHUB_UNITY} batch)
      list(REMOVE_ITEM files ${batch})
      list(TRANSFORM batch REPLACE "(.+)" "#include \"\\1\"\n")
      list(JOIN batch "" includes)
      set(unit "${CMAKE_BINARY_DIR}/units/${NAME}_${number}.cc")
      file(CONFIGURE OUTPUT "${unit}" CONTENT "${includes}" @ONLY)  # written only when it changes
      list(APPEND units "${unit}")
      math(EXPR number "${number} + 1")
    endwhile()
  endif()
  set(${VARIABLE} ${units} PARENT_SCOPE)
endfunction()

# ThreadSanitizer looks at the tests in which a second thread can start; to it the others are compiled for nothing.
if(TFHUB_TESTS AND TFHUB_SANITIZE STREQUAL "thread")
  execute_process(COMMAND "${CMAKE_SOURCE_DIR}/scripts/concurrent_tests.py" OUTPUT_VARIABLE TFHUB_CONCURRENT_TESTS
                  COMMAND_ERROR_IS_FATAL ANY OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" TFHUB_CONCURRENT_TESTS "${TFHUB_CONCURRENT_TESTS}")
  list(TRANSFORM TFHUB_CONCURRENT_TESTS PREPEND "${CMAKE_SOURCE_DIR}/tests/unit/")
endif()

# tfhub_glob_tests(VARIABLE PATTERN): the tests of this tree among the files of tests/unit that match.
function(tfhub_glob_tests VARIABLE PATTERN)
  file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/${PATTERN}")
  if(TFHUB_SANITIZE STREQUAL "thread")
    set(all ${tests})
    set(tests)
    foreach(test IN LISTS all)
      if(test IN_LIST TFHUB_CONCURRENT_TESTS)
        list(APPEND tests "${test}")
      endif()
    endforeach()
  endif()
  set(${VARIABLE} ${tests} PARENT_SCOPE)
endfunction()

# tfhub_gtest_program(NAME TESTS file… LINKS library…): a program of GoogleTest, one of unit_tests.
function(tfhub_gtest_program NAME)
  cmake_parse_arguments(PROGRAM "" "" "TESTS;LINKS" ${ARGN})
  tfhub_units(units ${NAME} ${PROGRAM_TESTS})
  add_executable(${NAME} EXCLUDE_FROM_ALL ${units})
  add_dependencies(unit_tests ${NAME})
  target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}/tests/unit")
  target_link_libraries(${NAME} PRIVATE ${PROGRAM_LINKS} GTest::gmock GTest::gtest_main)
  if(TFHUB_SANITIZE STREQUAL "address")  # undefined behaviour is looked for in src; here the checks cost 40 % of compiling
    target_compile_options(${NAME} PRIVATE -fno-sanitize=undefined)
  endif()
  tfhub_precompile(${NAME} unit_base <gtest/gtest.h> <gmock/gmock.h> ${TFHUB_COMMON_HEADERS})
endfunction()

# tfhub_unit_test(NAME LIBRARY…)
function(tfhub_unit_test NAME)
  tfhub_glob_tests(tests "${NAME}/*_test.cc")
  if(NOT TFHUB_TESTS OR NOT tests)
    return()
  endif()
  tfhub_gtest_program(unit_${NAME} TESTS ${tests} LINKS ${ARGN})
  add_test(NAME unit_${NAME} COMMAND unit_${NAME})
  set_tests_properties(unit_${NAME} PROPERTIES TIMEOUT 600 LABELS unit)
endfunction()

# A wheel beside a tree that is built, as the tests make it, links that tree's rooms: compiling them for it once more is half of
# what the whole build costs.
set(TFHUB_ROOMS_FROM "" CACHE PATH "A build tree of the same sources and compiler, whose rooms are linked instead of compiled")

# Rooms whose tests read much: the time that the compiler takes longer to optimise them, their tests save many times over. The
# precompiled header is for units of its own options.
set(TFHUB_BUSY archive documents savedmodel cache)

# tfhub_room(NAME USES room… LINKS dependency…): src/NAME/*.cc becomes the library tfhub_NAME, with its unit tests.
function(tfhub_room NAME)
  cmake_parse_arguments(ROOM "" "" "USES;LINKS;FOLDERS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${NAME}/*.cc")
  foreach(folder IN LISTS ROOM_FOLDERS)
    file(GLOB more CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${NAME}/${folder}/*.cc")
    list(APPEND sources ${more})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(NOT sources)
    return()
  endif()
  set(visible PUBLIC)
  if(TFHUB_ROOMS_FROM)
    set(visible INTERFACE)
    add_library(tfhub_${NAME} STATIC IMPORTED GLOBAL)
    set_target_properties(tfhub_${NAME} PROPERTIES IMPORTED_LOCATION "${TFHUB_ROOMS_FROM}/libtfhub_${NAME}.a")
  else()
    tfhub_units(units tfhub_${NAME} ${sources})
    add_library(tfhub_${NAME} STATIC ${units})
    if(TFHUB_SANITIZE AND NAME IN_LIST TFHUB_BUSY)
      target_compile_options(tfhub_${NAME} PRIVATE -O1)
    else()
      tfhub_precompile(tfhub_${NAME} tfhub_base ${TFHUB_COMMON_HEADERS})
    endif()
  endif()
  target_include_directories(tfhub_${NAME} ${visible} "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/include")
  if(NAME STREQUAL "base")
    target_link_libraries(tfhub_base ${visible} tl::expected nlohmann_json::nlohmann_json tfhub_dep_crypto Threads::Threads)
  endif()
  list(TRANSFORM ROOM_USES PREPEND tfhub_)
  list(TRANSFORM ROOM_LINKS PREPEND tfhub_dep_)
  target_link_libraries(tfhub_${NAME} ${visible} ${ROOM_USES} ${ROOM_LINKS})

  tfhub_unit_test(${NAME} tfhub_${NAME})
endfunction()
