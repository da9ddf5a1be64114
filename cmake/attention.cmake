# libboresight_attention.so: our kernels behind the C functions of impl/attention.h, for programs in C and whatever loads libraries.
# It exports those alone, and where kernels are compiled for GPUs those of impl/cuda/attention.h. Its name has the minor version, since
# before 1.0 another minor version may be another interface.
foreach(part impl problem)
  set_target_properties(boresight_${part} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(boresight_${part} PRIVATE -fno-semantic-interposition)  # calls within stay calls, or are inlined
endforeach()
set(exported ${PROJECT_SOURCE_DIR}/cmake/attention$<$<BOOL:${GPU}>:_cuda>.map)
add_library(boresight_attention SHARED $<TARGET_OBJECTS:boresight_impl> $<TARGET_OBJECTS:boresight_problem>)
target_link_libraries(boresight_attention PRIVATE ${FMT} ${HIGHWAY} ${FIBERS} ${GPU} Threads::Threads)
target_link_options(boresight_attention PRIVATE -Wl,--version-script=${exported} -Wl,--no-undefined)
set_target_properties(boresight_attention PROPERTIES LINKER_LANGUAGE CXX LINK_DEPENDS ${exported} VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
