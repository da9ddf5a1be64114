# What a build with CUDA is tested for: on a GPU, or, where there is none, that it says so. The machine's functions come first.
add_executable(gpu_tests EXCLUDE_FROM_ALL impl/cuda/attention_test.cc impl/cuda/gpu/attention_test.cc)
target_include_directories(gpu_tests BEFORE PRIVATE ${PROJECT_BINARY_DIR}/roots/impl_private)
target_link_libraries(gpu_tests PRIVATE boresight_impl GTest::gtest_main)
include(GoogleTest)
gtest_discover_tests(gpu_tests DISCOVERY_MODE PRE_TEST TEST_PREFIX cuda/ PROPERTIES LABELS full TIMEOUT 600)

add_executable(machine_check EXCLUDE_FROM_ALL tests/cuda/machine.cc)
target_include_directories(machine_check BEFORE PRIVATE ${PROJECT_BINARY_DIR}/roots/impl_private)
target_link_libraries(machine_check PRIVATE boresight_impl)
add_test(NAME cuda/machine COMMAND machine_check)
set_tests_properties(cuda/machine PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 120 FIXTURES_SETUP machine)

# The command itself: `make test-cuda` builds it. (`make test` compiles the kernels alone.)
set(rows_test ${PROJECT_SOURCE_DIR}/tests/cuda/rows_test.py $<TARGET_FILE:boresight>)
add_test(NAME cuda/rows_are_listed COMMAND ${rows_test} listed)
add_test(NAME cuda/rows_are_judged COMMAND ${rows_test} judged --cases 1000 --seed 1)
set_tests_properties(cuda/rows_are_listed cuda/rows_are_judged PROPERTIES LABELS gpu TIMEOUT 1200)
set_tests_properties(cuda/rows_are_judged PROPERTIES SKIP_RETURN_CODE 77 FIXTURES_REQUIRED machine)

# What bench/gpu.py runs.
add_custom_target(bench_gpu DEPENDS boresight boresight_attention boresight_judge machine_check)
