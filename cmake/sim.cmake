# SPDX-License-Identifier: Apache-2.0
# The deterministic simulation: some hundred seeds, ten thousand with WANGDI_LONG=1 (docs/simulation.md).
if(NOT WANGDI_TESTS)
  return()
endif()

file(GLOB sim_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/sim/*.cpp)
add_executable(test_sim ${sim_sources})
add_dependencies(tested_here test_sim)
target_compile_options(test_sim PRIVATE -O1)  # the rooms keep theirs
target_link_libraries(test_sim PRIVATE wd_app PkgConfig::SODIUM GTest::gtest GTest::gtest_main)
target_include_directories(test_sim PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_definitions(test_sim PRIVATE WANGDI_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_test(NAME simulation COMMAND test_sim WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
# ./test --long sets WANGDI_LONG for all its tests; only the second follows it.
set_tests_properties(simulation PROPERTIES TIMEOUT 300 ENVIRONMENT "WANGDI_LONG=")
add_test(NAME simulation_long COMMAND test_sim --gtest_filter=Runs.given_any_seed* WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(simulation_long PROPERTIES TIMEOUT 7200 LABELS long ENVIRONMENT "WANGDI_LONG=1")
