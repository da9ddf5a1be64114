# NVCC: where it is, or not found. Every question of the kind is asked here; `cmake -P cmake/find_nvcc.cmake` prints the answer for who is
# not CMake, nothing where there is none.
find_program(NVCC nvcc HINTS $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE AND NVCC)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo ${NVCC})
endif()
