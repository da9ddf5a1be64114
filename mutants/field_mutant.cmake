# A row of mutants.json whose file is one of the two headers that the proofs see: boresight-field with that bug, and a test that
# it is caught, which is the row's only one where its killer is the word `field`.

# Bugs that are none over a field: any score is a right reference there.
set(right_over_a_field maximum-starts-at-zero)

function(field_mutant id killer tier)
  # What costs time alone is right over any numbers, and what is not initialised has none to be wrong.
  if(killer MATCHES "^(prove|fuzz)$")
    return()
  endif()
  if(NOT EXISTS ${mutated}/${id}/impl/geometry.h AND NOT EXISTS ${mutated}/${id}/impl/online_softmax.h)
    return()
  endif()
  field_program(field_${id} ${id}-field ${mutated}/${id})
  target_compile_options(field_${id} PRIVATE -O1 -w)
  target_compile_definitions(field_${id} PRIVATE NDEBUG)
  target_link_options(field_${id} PRIVATE -s)
  set_target_properties(field_${id} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/mutants)
  mutant_program(field_${id} ${tier})
  if(id STREQUAL block-reads-the-first-rows)  # which command/field runs
    add_dependencies(mutants_sample field_${id})
  endif()
  if(BORESIGHT_COMMAND_TESTS AND NOT id IN_LIST right_over_a_field)
    add_test(NAME field/${id} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/field.py --killed $<TARGET_FILE:field_${id}>)
    set_tests_properties(field/${id} PROPERTIES LABELS ${tier} TIMEOUT 300)
  endif()
endfunction()
