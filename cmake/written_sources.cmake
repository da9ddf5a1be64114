# The sources that the build writes: boresight_version, what the command says of itself, the mutants' table, and the style of
# the HTML report.

# The commit is asked at every build, and the file rewritten only when it changed.
set(version_source ${PROJECT_BINARY_DIR}/version.cc)
add_custom_target(boresight_commit
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${version_source} -DVERSION=${PROJECT_VERSION}
          -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${version_source} COMMENT "Asking git for the commit" VERBATIM)
add_library(boresight_version STATIC ${version_source})
add_dependencies(boresight_version boresight_commit)
target_include_directories(boresight_version PRIVATE ${PROJECT_BINARY_DIR}/roots/cli)

if(TARGET boresight_cli)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS mutants/mutants.json cli/mutants.cc.in)
  file(READ mutants/mutants.json MUTANTS_JSON)
  configure_file(cli/mutants.cc.in ${PROJECT_BINARY_DIR}/mutants.cc @ONLY)
  target_sources(boresight_cli PRIVATE ${PROJECT_BINARY_DIR}/mutants.cc)
endif()

# What the HTML report looks like.
set(page ${PROJECT_SOURCE_DIR}/properties/report/html)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page}/style.css ${page}/script.js ${page}/assets.cc.in)
file(READ ${page}/style.css PAGE_STYLE)
file(READ ${page}/script.js PAGE_SCRIPT)
configure_file(${page}/assets.cc.in ${PROJECT_BINARY_DIR}/page_assets.cc @ONLY)
if(NOT FOR_FUZZERS)
  target_sources(boresight_properties PRIVATE ${PROJECT_BINARY_DIR}/page_assets.cc)
endif()
