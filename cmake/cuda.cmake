# The kernels of impl/cuda on GPUs, where nvcc compiles them: boresight_gpu, of impl/cuda/gpu/*.cu, in the place of gpu/absent.cc.
# Code for sm_80 and sm_90a, and PTX for what came after. CUDA's runtime is linked in, so that the command runs where there is no
# driver, and says so. What ptxas tells of each kernel is kept beside its object (tests/cuda_gate.py). Line numbers are in the code, and
# change nothing else of it: compute-sanitizer names lines by them.
set(BORESIGHT_CUDA OFF CACHE STRING "Our kernels on GPUs too: OFF, ON, or AUTO for where nvcc is")
if(NOT BORESIGHT_CUDA MATCHES "^(OFF|ON|AUTO)$")
  message(FATAL_ERROR "BORESIGHT_CUDA is ${BORESIGHT_CUDA}; allowed: OFF, ON, AUTO")
endif()
if(NOT BORESIGHT_CUDA STREQUAL OFF)
  include(cmake/find_nvcc.cmake)
  if(BORESIGHT_CUDA STREQUAL ON AND NOT NVCC)
    message(FATAL_ERROR "BORESIGHT_CUDA is ON, and nvcc is not here; AUTO goes on without")
  endif()
endif()
if(BORESIGHT_CUDA STREQUAL OFF OR NOT NVCC)
  return()
endif()
set(CUDA_ABSENT cuda/gpu/absent.cc)

cmake_path(GET NVCC PARENT_PATH nvcc_directory)
execute_process(COMMAND ${NVCC} --dryrun -c x.cu OUTPUT_QUIET ERROR_VARIABLE said)
string(REGEX MATCH "_HERE_=([^\n]+)" found "${said}")
cmake_path(GET CMAKE_MATCH_1 PARENT_PATH toolkit)  # where nvcc really lies, whatever leads to it
find_library(CUDART cudart_static REQUIRED NO_DEFAULT_PATH PATHS ${toolkit}/lib64 ${toolkit}/lib ${toolkit}/targets/x86_64-linux/lib ${toolkit}/targets/sbsa-linux/lib)

set(CUDA_FLAGS -std=c++20 -O3 -lineinfo --expt-relaxed-constexpr -ccbin ${CMAKE_CXX_COMPILER} -Xcompiler -fPIC
               -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90a,code=sm_90a -gencode arch=compute_80,code=compute_80
               -Xptxas -v -I${PROJECT_BINARY_DIR}/roots/impl_private -I${PROJECT_BINARY_DIR}/roots/problem)
if(CCACHE)  # by what was included: of one preprocessing for several architectures it could not tell
  set(nvcc_cached env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 ${CCACHE})
endif()

# An object of one .cu, and beside it X.ptxas.
function(cuda_object result source)
  cmake_path(GET source STEM name)
  set(object ${PROJECT_BINARY_DIR}/cuda/${name}.o)
  add_custom_command(OUTPUT ${object} BYPRODUCTS ${object}.ptxas DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/nvcc.sh DEPFILE ${object}.d
                     COMMAND ${PROJECT_SOURCE_DIR}/cmake/nvcc.sh ${object}.ptxas ${nvcc_cached} ${NVCC} ${CUDA_FLAGS} -MD -MF ${object}.d -MT ${object}
                             -c ${source} -o ${object}
                     COMMENT "nvcc ${name}.cu" VERBATIM)
  set(${result} ${object} PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/cuda)
file(GLOB cuda_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/impl/cuda/gpu/*.cu)
foreach(source IN LISTS cuda_sources)
  cuda_object(object ${source})
  list(APPEND cuda_objects ${object})
endforeach()
add_library(boresight_gpu STATIC ${cuda_objects})
set_source_files_properties(${cuda_objects} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
set_target_properties(boresight_gpu PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(boresight_gpu INTERFACE boresight_impl boresight_problem ${CUDART} Threads::Threads ${CMAKE_DL_LIBS} rt)
set(GPU boresight_gpu)
