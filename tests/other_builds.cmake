# Read by CTest in build/release: the tests of the other builds, where they were made, under their own prefixes and tiers.
foreach(build asan clang tsan)
  set(list ${CMAKE_CURRENT_LIST_DIR}/../build/${build}/CTestTestfile.cmake)
  if(EXISTS ${list})
    include(${list})
  endif()
endforeach()
