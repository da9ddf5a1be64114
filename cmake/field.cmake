# boresight-field: the flash algorithm over a finite field. Its sources never see impl/, but for the two of the subject, which
# are compiled with the root of the proofs; so a planted bug is those two compiled anew.
set(field_directory ${PROJECT_SOURCE_DIR}/properties/proofs/field)
set(field_subject ${field_directory}/subject.cc ${field_directory}/subject_ways.cc)
room_sources(field_sources properties/proofs/field FALSE subject.cc subject_ways.cc main.cc)
add_library(field_laws OBJECT EXCLUDE_FROM_ALL ${field_sources})
target_include_directories(field_laws PUBLIC ${PROJECT_BINARY_DIR}/roots/properties)
target_link_libraries(field_laws PUBLIC boresight_problem fmt::fmt)
add_library(field_main OBJECT EXCLUDE_FROM_ALL ${field_directory}/main.cc)
target_link_libraries(field_main PRIVATE boresight_problem CLI11::CLI11 fmt::fmt)
target_include_directories(field_main PRIVATE ${PROJECT_BINARY_DIR}/roots/properties)

# field_program(TARGET NAME [roots..]): the program with the subject compiled under these include roots first.
function(field_program target name)
  add_executable(${target} EXCLUDE_FROM_ALL ${field_subject} $<TARGET_OBJECTS:field_main> $<TARGET_OBJECTS:field_laws>)
  target_include_directories(${target} BEFORE PRIVATE ${ARGN} ${PROJECT_BINARY_DIR}/roots/proofs ${PROJECT_BINARY_DIR}/roots/properties)
  target_link_libraries(${target} PRIVATE boresight_problem fmt::fmt CLI11::CLI11)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
endfunction()
field_program(boresight_field boresight-field)

if(properties IN_LIST BORESIGHT_TEST_ROOMS)
  room_sources(field_test_sources properties/proofs/field TRUE)
  add_executable(field_tests ${field_test_sources} ${field_subject} $<TARGET_OBJECTS:field_laws>)
  target_include_directories(field_tests BEFORE PRIVATE ${PROJECT_BINARY_DIR}/roots/proofs ${PROJECT_BINARY_DIR}/roots/properties)
  target_link_libraries(field_tests PRIVATE boresight_problem fmt::fmt GTest::gtest_main)
  add_dependencies(room_tests field_tests)
  include(GoogleTest)
  gtest_discover_tests(field_tests DISCOVERY_MODE PRE_TEST TEST_PREFIX ${BORESIGHT_TEST_PREFIX}properties/
                       PROPERTIES LABELS ${BORESIGHT_TIER} TIMEOUT 600)
endif()

if(BORESIGHT_COMMAND_TESTS)
  add_test(NAME field/laws_hold COMMAND boresight_field --cases 1000)
  set_tests_properties(field/laws_hold PROPERTIES LABELS test TIMEOUT 300)
endif()
