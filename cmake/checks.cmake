# SPDX-License-Identifier: Apache-2.0
# Tests that are no room's test program: checks of the tree, shell lint, web, API description,
# browser, fuzzing. All are ctest tests, so that the closing line of ./test counts them.
# Label 'slow': left out by ./test --quick. Label 'long': only in ./test --long.
if(NOT WANGDI_TESTS)
  return()
endif()

# wangdi_script_test(<name> [SLOW] [ALONE] [SECONDS n] COMMAND <command...>), run in the source folder.
function(wangdi_script_test name)
  cmake_parse_arguments(TEST "SLOW;ALONE" "SECONDS" "COMMAND" ${ARGN})
  if(NOT TEST_SECONDS)
    set(TEST_SECONDS 120)
  endif()
  add_test(NAME ${name} COMMAND ${TEST_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_SECONDS})
  if(TEST_SLOW)
    set_tests_properties(${name} PROPERTIES LABELS slow COST 100)  # begins early
  endif()
  if(TEST_ALONE)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# security: CR1
wangdi_script_test(check_layers COMMAND tools/check_layers)
wangdi_script_test(check_style COMMAND tools/check_style)
wangdi_script_test(check_format COMMAND tools/check_format)
wangdi_script_test(check_errors COMMAND tools/check_errors --allow-unused)
wangdi_script_test(check_shell COMMAND tools/check_shell)
wangdi_script_test(check_demo_names COMMAND tools/check_demo_names)
# security: PR2
wangdi_script_test(codec_compile_fail COMMAND src/codec/tests/compile_fail/run.py ${CMAKE_CXX_COMPILER})
wangdi_script_test(checks_can_fail COMMAND tools/tests/checks_test.py)

if(NOT WANGDI_WHOLE)
  return()
endif()

if(EXISTS ${CMAKE_SOURCE_DIR}/web/package.json)
  wangdi_script_test(web_unit SECONDS 300 COMMAND tools/with_node npm --prefix web run --silent test)
endif()
if(TARGET wangdi)
  wangdi_script_test(openapi COMMAND tools/check_openapi $<TARGET_FILE:wangdi>)
endif()
include(fuzz/targets.cmake)
foreach(fuzzer ${WANGDI_FUZZERS})
  wangdi_script_test(fuzz_${fuzzer} SLOW COMMAND tools/run_fuzzer ${fuzzer} 30)
endforeach()
