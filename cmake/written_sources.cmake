# The sources that the build writes: boresight_version, what the command says of itself, and the mutants' table.

# The commit is asked at every build, and the file rewritten only when it changed.
set(version_source ${PROJECT_BINARY_DIR}/version.cc)
add_custom_target(boresight_commit
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${version_source} -DVERSION=${PROJECT_VERSION}
          -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${version_source} COMMENT "Asking git for the commit" VERBATIM)
add_library(boresight_version STATIC ${version_source})
add_dependencies(boresight_version boresight_commit)
target_include_directories(boresight_version PRIVATE ${PROJECT_BINARY_DIR}/roots/cli)

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS mutants/mutants.json cli/mutants.cc.in)
file(READ mutants/mutants.json MUTANTS_JSON)
configure_file(cli/mutants.cc.in ${PROJECT_BINARY_DIR}/mutants.cc @ONLY)
target_sources(boresight_cli PRIVATE ${PROJECT_BINARY_DIR}/mutants.cc)
