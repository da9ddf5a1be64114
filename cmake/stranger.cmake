# Libraries of kernels as a stranger builds them: C11 or C++20, and of this tree the one header that is installed.
enable_language(C)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_FLAGS_RELEASE "-O2")

set(installed_root ${PROJECT_BINARY_DIR}/roots/installed)
file(MAKE_DIRECTORY ${installed_root}/boresight)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/problem/boresight.h ${installed_root}/boresight/boresight.h SYMBOLIC)

# stranger(TARGET FILE SOURCE [options..]): TARGET builds FILE.so, with these compile options, where it is called.
function(stranger target file source)
  add_library(${target} MODULE EXCLUDE_FROM_ALL ${source})
  target_include_directories(${target} PRIVATE ${installed_root})
  target_compile_options(${target} PRIVATE ${ARGN})
  target_link_libraries(${target} PRIVATE m Threads::Threads)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${file})
endfunction()
