# boresight-prove: the claims of impl/geometry.h, proved by Z3, beside the command. boresight_proofs, all but the claims, sees
# nothing of impl; the claims' sources see two of its headers, and are compiled anew for each bug planted in one of them.

# The proofs alone see two headers of impl: its index arithmetic and its algorithm, over numbers of their own.
include_root(proofs impl geometry.h online_softmax.h)

find_path(Z3_INCLUDE_DIR z3++.h)
find_library(Z3_LIBRARY z3)
if(Z3_INCLUDE_DIR AND Z3_LIBRARY)
  set(PROOFS_BUILT ON)
else()
  set(PROOFS_BUILT OFF)
  message(STATUS "Z3 (z3++.h, libz3) is not here: boresight-prove is NOT built, and nothing is proved (Debian: libz3-dev)")
endif()

# proof_test(NAME COMMAND..): of a prover; skipped, aloud, where none is built.
function(proof_test name)
  if(PROOFS_BUILT)
    add_test(NAME ${name} COMMAND ${ARGN})
  else()
    add_test(NAME ${name} COMMAND sh -c "echo 'Z3 is not here, so nothing is proved' && exit 77")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS test TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

# prover(TARGET [SEES directories..]): the claims over the geometry.h that is found first. The claims are TARGET_claims.
function(prover target)
  cmake_parse_arguments(PARSE_ARGV 1 prover "" "" "SEES")
  room_sources(sources properties/proofs/claims FALSE)
  add_library(${target}_claims OBJECT EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${target}_claims PRIVATE ${prover_SEES} ${PROJECT_BINARY_DIR}/roots/proofs)
  target_link_libraries(${target}_claims PUBLIC boresight_proofs)
  add_executable(${target} $<TARGET_OBJECTS:${target}_claims>)
  target_link_libraries(${target} PRIVATE boresight_prove_main)
endfunction()

if(NOT PROOFS_BUILT)
  return()
endif()
room_sources(proofs_sources properties/proofs FALSE claims/ field/ main.cc)
add_library(boresight_proofs STATIC ${proofs_sources})
target_include_directories(boresight_proofs PUBLIC ${PROJECT_BINARY_DIR}/roots/properties)
target_include_directories(boresight_proofs SYSTEM PRIVATE ${Z3_INCLUDE_DIR})
target_link_libraries(boresight_proofs PUBLIC boresight_problem PRIVATE ${Z3_LIBRARY} Threads::Threads)
add_library(boresight_prove_main OBJECT properties/proofs/main.cc)
target_link_libraries(boresight_prove_main PUBLIC boresight_proofs CLI11::CLI11)
prover(boresight_prove)
set_target_properties(boresight_prove PROPERTIES OUTPUT_NAME boresight-prove)

# Libraries of solvers are not made for sanitizers.
if("properties" IN_LIST BORESIGHT_TEST_ROOMS AND NOT BORESIGHT_SANITIZE)
  room_sources(proofs_test_sources properties/proofs TRUE field/)
  add_executable(proofs_tests ${proofs_test_sources} $<TARGET_OBJECTS:boresight_prove_claims>)
  target_include_directories(proofs_tests PRIVATE ${PROJECT_BINARY_DIR}/roots/proofs)
  target_link_libraries(proofs_tests PRIVATE boresight_proofs boresight_reference GTest::gtest_main)
  add_dependencies(room_tests proofs_tests)
  include(GoogleTest)
  gtest_discover_tests(proofs_tests DISCOVERY_MODE PRE_TEST TEST_PREFIX ${BORESIGHT_TEST_PREFIX}proofs/
                       WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES LABELS ${BORESIGHT_TIER} TIMEOUT 600)
endif()
