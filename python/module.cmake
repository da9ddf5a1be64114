# The Python package's native module, boresight._native: the judge as a library, without our kernels, the command and their tests.
# What is missing is told with the command that installs it, since pip shows this alone.
foreach(package fmt Eigen3 nlohmann_json rapidcheck)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    list(APPEND missing ${package})
  endif()
endforeach()
find_path(DLPACK_HEADER dlpack/dlpack.h)
if(NOT DLPACK_HEADER)
  list(APPEND missing dlpack)
endif()
find_package(Python 3.10 QUIET COMPONENTS Interpreter Development.Module)
if(NOT Python_Development.Module_FOUND)
  list(APPEND missing "the headers of Python")
endif()
if(missing)
  list(JOIN missing ", " missing)
  message(FATAL_ERROR "boresight is compiled here, and these are missing: ${missing}. On Debian and Ubuntu, as root: apt-get install g++ "
                      "libfmt-dev libeigen3-dev nlohmann-json3-dev librapidcheck-dev libdlpack-dev python3-dev")
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
find_package(Threads REQUIRED)
find_package(Python 3.10 COMPONENTS Interpreter Development.Module REQUIRED)
find_package(nanobind CONFIG REQUIRED)

room(problem    SEES                   LINKS fmt::fmt)
room(reference  SEES problem           LINKS Eigen3::Eigen)
room(properties SEES reference problem LINKS nlohmann_json::nlohmann_json rapidcheck Threads::Threads
     EXCEPT proofs/ audit/ census/ confusion/ exhaustive lint/ vector report/merge.cc report/parse.cc)
room(strangers  SEES problem           LINKS Threads::Threads ${CMAKE_DL_LIBS})
# What words from outside mean is the command's decision: tokens, names of laws, durations.
set(read_by_the_command case_of choose duration machine)
include_root(cli cli version.h case_of.h choose.h duration.h machine.h)
include(cmake/written_sources.cmake)
target_compile_options(boresight_reference PRIVATE -O3)
# Half of what the judge takes to compile is these headers. (Everywhere else each source includes what it needs by itself.)
target_precompile_headers(boresight_properties PRIVATE <Eigen/Core> <fmt/format.h> <nlohmann/json.hpp> <algorithm> <map> <string>
                          <vector>)

room_sources(sources python/native FALSE)
list(TRANSFORM read_by_the_command REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/cli/\\1.cc" OUTPUT_VARIABLE cli_sources)
nanobind_add_module(_native NB_STATIC NOMINSIZE ${sources} ${cli_sources})
set_target_properties(nanobind-static PROPERTIES SYSTEM ON)  # its own warnings are not ours
target_compile_options(nanobind-static PRIVATE -w)
target_link_libraries(_native PRIVATE boresight_properties boresight_strangers boresight_version)
target_include_directories(_native PRIVATE ${PROJECT_BINARY_DIR}/roots/python ${PROJECT_BINARY_DIR}/roots/cli)
include_root(python python)
install(TARGETS _native LIBRARY DESTINATION boresight)
