# Read by CTest in build/release: the tests of the other builds, where they were made, under their own prefixes and tiers. A
# list is named where its tests are: CTest would look for the folders it names in this build.
foreach(build asan cuda clang tsan fuzz/fuzz fuzz-thread/fuzz fuzz-memory/fuzz)
  set(list ${CMAKE_CURRENT_LIST_DIR}/../build/${build}/CTestTestfile.cmake)
  if(EXISTS ${list})
    include(${list})
  endif()
endforeach()
