# Headers of libraries, compiled once for a target instead of once a source: parsing them is most of what a small source costs.
# Sources include what they need all the same. Not for fuzzers, nor for any target some of whose sources have flags of their own:
# g++ 12 crashes where a source is optimized otherwise than the header.
#
# ccache knows a precompiled header by the sum beside it (CCACHE_PCH_EXTSUM), which is the same in every tree: of what it is made from.
# It then goes by every definition too, so that what is told the tree's own path (the rooms' tests) is compiled as before.
function(precompiled target)
  if(FOR_FUZZERS OR NOT TARGET ${target})
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  string(SHA256 sum "${ARGN} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${Eigen3_VERSION} ${fmt_VERSION} ${nlohmann_json_VERSION} ${GTest_VERSION} ${CLI11_VERSION}")
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.gch.sum CONTENT "${sum}\n")
endfunction()
