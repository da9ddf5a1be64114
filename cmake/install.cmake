# What `cmake --install` puts where: the programs, one library of all that judges and of our kernels, another of these kernels alone, the public headers, and what
# CMake and pkg-config need to find them, wherever the prefix is moved to. Tests and planted bugs stay here.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/boresight)

# The rooms as one archive. registered_kernels() is alone in its object (impl/registry.cc): a program that defines its own is
# linked with that one. Headers need none of these libraries, the objects do; nlohmann_json and Eigen are compiled in.
add_library(boresight_archive STATIC)
foreach(part problem impl reference properties registry)
  target_sources(boresight_archive PRIVATE $<TARGET_OBJECTS:boresight_${part}>)
endforeach()
target_link_libraries(boresight_archive PRIVATE fmt::fmt rapidcheck hwy::hwy ${FIBERS} Threads::Threads)
target_include_directories(boresight_archive INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(boresight_archive INTERFACE cxx_std_20)
set_target_properties(boresight_archive PROPERTIES OUTPUT_NAME boresight EXPORT_NAME boresight LINKER_LANGUAGE CXX)

# The C interface alone, for who writes a kernel: headers, ours and DLPack's. (We compile without DLPack's package: by its header.)
add_library(boresight_kernel_interface INTERFACE)
target_link_libraries(boresight_kernel_interface INTERFACE dlpack::dlpack)
target_include_directories(boresight_kernel_interface INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(boresight_kernel_interface PROPERTIES EXPORT_NAME kernel)

# The kernels without the judge (cmake/attention.cmake): its header is <boresight/attention.h>.
target_link_libraries(boresight_attention INTERFACE $<INSTALL_INTERFACE:dlpack::dlpack>)
target_include_directories(boresight_attention INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(boresight_attention PROPERTIES EXPORT_NAME attention)

install(TARGETS boresight RUNTIME)
install(TARGETS boresight_archive EXPORT boresight ARCHIVE)
install(TARGETS boresight_kernel_interface EXPORT kernel)
install(TARGETS boresight_attention EXPORT attention LIBRARY)
foreach(part boresight kernel attention)
  install(EXPORT ${part} NAMESPACE boresight:: DESTINATION ${package_directory} FILE ${part}-targets.cmake)
endforeach()

# All that is installed, for a build of nothing else. The other programs are installed where they were built: `boresight prove`
# looks for its prover beside itself.
add_custom_target(installable DEPENDS boresight boresight_archive boresight_attention)
foreach(program boresight_prove boresight_field)
  if(TARGET ${program})
    add_dependencies(installable ${program})
    install(PROGRAMS $<TARGET_FILE:${program}> TYPE BIN OPTIONAL)
  endif()
endforeach()

install(CODE "set(SOURCE [[${PROJECT_SOURCE_DIR}]])
set(SCRATCH [[${PROJECT_BINARY_DIR}/installed_headers]])
set(INCLUDE_DIRECTORY [[${CMAKE_INSTALL_INCLUDEDIR}]])")
install(SCRIPT cmake/install_headers.cmake)

# The package. Before 1.0 a minor version may break its users, so that 0.1 is no 0.2.
configure_package_config_file(cmake/boresight-config.cmake.in ${PROJECT_BINARY_DIR}/package/boresight-config.cmake
                              INSTALL_DESTINATION ${package_directory} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/boresight-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/boresight-config.cmake ${PROJECT_BINARY_DIR}/package/boresight-config-version.cmake
        DESTINATION ${package_directory})
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE PREFIX_FROM_PKGCONFIG)
if(FIBERS)
  set(FIBERS_LIBRARY -lboost_context)
endif()
foreach(name boresight boresight-kernel boresight-attention)
  configure_file(cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/package/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

# What README.md refers to, by the same paths.
install(FILES LICENSE README.md CHANGELOG.md ARCHITECTURE.md CONTRIBUTING.md TYPE DOC)
install(DIRECTORY docs TYPE DOC)
install(DIRECTORY examples TYPE DOC PATTERN CMakeLists.txt EXCLUDE)
install(DIRECTORY tests/outside DESTINATION ${CMAKE_INSTALL_DOCDIR}/tests)
file(GLOB pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} */README.md */*/README.md)
list(FILTER pages EXCLUDE REGEX "^build")
foreach(page ${pages} properties/report/report.schema.json reference/error_bound.md)
  cmake_path(GET page PARENT_PATH directory)
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${directory})
endforeach()
