# How everything is compiled: C++20, warnings are errors, one instruction set that every machine of the architecture has,
# and no contraction of a * b + c, so that a case has the same bits wherever the reference and the inputs are computed.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT DEFINED CMAKE_COMPILE_WARNING_AS_ERROR)
  set(CMAKE_COMPILE_WARNING_AS_ERROR ON)
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Assertions stay in a release: this is a judge, and a broken invariant must not become a verdict.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

# Paths below the tree are relative in the cache's keys, so that a fresh clone finds what another clone compiled.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_ABSSTDERR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${CCACHE})
endif()

# The C++ library that comes with clang has std::jthread behind a flag, before its version 20.
if(CMAKE_CXX_FLAGS MATCHES "-stdlib=libc\\+\\+")
  include(CheckCXXSourceCompiles)
  check_cxx_source_compiles("#include <thread>\nint main() { std::jthread thread; }" HAS_JTHREAD)
  if(NOT HAS_JTHREAD)
    add_compile_options(-fexperimental-library)
    add_link_options(-fexperimental-library)
  endif()
endif()

# A designated initializer leaves the other fields at their defaults on purpose.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers -ffp-contract=off)
# Highway compiles the kernels for every instruction set but these: vectors of a length that is not known can't be kept in arrays.
set(SETS_LEFT_OUT HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)
set(ALL_BUT_SSE4 "|HWY_SSSE3|HWY_AVX2|HWY_AVX3")
if(NOT BORESIGHT_INSTRUCTION_SETS MATCHES "^(all|SSE4)$")
  message(FATAL_ERROR "BORESIGHT_INSTRUCTION_SETS is ${BORESIGHT_INSTRUCTION_SETS}; allowed: all, SSE4")
endif()
if(BORESIGHT_INSTRUCTION_SETS STREQUAL "SSE4")  # besides what every compiler gives: the kernels in a fraction of the time
  string(APPEND SETS_LEFT_OUT ${ALL_BUT_SSE4})
endif()
add_compile_definitions("HWY_DISABLED_TARGETS=(${SETS_LEFT_OUT})")
if(BORESIGHT_SANITIZE)
  add_compile_options(-Og -fsanitize=${BORESIGHT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${BORESIGHT_SANITIZE})
endif()
