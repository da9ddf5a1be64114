# boresight-prove: the claims of impl/geometry.h, proved by Z3, beside the command. boresight_proofs, all but the claims, sees
# nothing of impl; the claims' sources see two of its headers, and are compiled anew for each bug planted in one of them.
# The proofs alone see two headers of impl: its index arithmetic and its algorithm, over numbers of their own.
include_root(proofs impl geometry.h online_softmax.h)

find_path(Z3_INCLUDE_DIR z3++.h)
find_library(Z3_LIBRARY z3)
if(NOT Z3_INCLUDE_DIR OR NOT Z3_LIBRARY)
  message(STATUS "Z3 (z3++.h, libz3) is not here: boresight-prove is NOT built, and nothing is proved (Debian: libz3-dev)")
  return()
endif()

room_sources(proofs_sources properties/proofs FALSE claims/ main.cc)
room_sources(claims_sources properties/proofs/claims FALSE)
add_library(boresight_proofs STATIC ${proofs_sources})
target_include_directories(boresight_proofs PUBLIC ${PROJECT_BINARY_DIR}/roots/properties PRIVATE ${Z3_INCLUDE_DIR})
target_link_libraries(boresight_proofs PUBLIC boresight_problem PRIVATE ${Z3_LIBRARY} Threads::Threads)
add_library(boresight_prove_main OBJECT properties/proofs/main.cc)
target_link_libraries(boresight_prove_main PUBLIC boresight_proofs CLI11::CLI11)

# prover(TARGET OUTPUT_NAME [SEES directories..]): the claims over the geometry.h that is found first.
function(prover target output)
  cmake_parse_arguments(PARSE_ARGV 2 prover "" "" "SEES")
  add_executable(${target} ${claims_sources})
  target_include_directories(${target} PRIVATE ${prover_SEES} ${PROJECT_BINARY_DIR}/roots/proofs)
  target_link_libraries(${target} PRIVATE boresight_prove_main)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output})
endfunction()
prover(boresight_prove boresight-prove)
