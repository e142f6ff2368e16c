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
wangdi_script_test(check_errors COMMAND tools/check_errors)
wangdi_script_test(check_docs COMMAND tools/check_docs)
# security: PR6
wangdi_script_test(check_assessment COMMAND tools/check_assessment)
wangdi_script_test(security_doc COMMAND tools/make_security_doc --check)
wangdi_script_test(check_shell COMMAND tools/check_shell)
wangdi_script_test(check_demo_names COMMAND tools/check_demo_names)
# security: PR2
wangdi_script_test(codec_compile_fail COMMAND src/codec/tests/compile_fail/run.py ${CMAKE_CXX_COMPILER})
wangdi_script_test(checks_can_fail COMMAND tools/tests/checks_test.py)

if(NOT WANGDI_WHOLE)
  return()
endif()

# Sixteen CPU minutes: for a night.
wangdi_script_test(check_tidy_long SECONDS 7200 COMMAND tools/check_tidy --all)
set_tests_properties(check_tidy_long PROPERTIES LABELS long)

if(EXISTS ${CMAKE_SOURCE_DIR}/web/package.json)
  wangdi_script_test(web_unit SECONDS 300 COMMAND tools/with_node npm --prefix web run --silent test)
endif()
if(TARGET wangdi)
  wangdi_script_test(openapi COMMAND tools/check_openapi $<TARGET_FILE:wangdi>)
endif()

# Tests against the real server: each copies the demo folder that is made once before them.
# wangdi_served_test(<name> <file> [SLOW] [SECONDS n])
set(wangdi_served_environment "WANGDI_BINARY=${CMAKE_BINARY_DIR}/wangdi"
                              "WANGDI_DEMO=${CMAKE_BINARY_DIR}/tests/demo")
function(wangdi_served_test name file)
  wangdi_script_test(${name} ${ARGN} COMMAND tools/with_node node --test ${file})
  set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED demo_folder
                                          ENVIRONMENT "${wangdi_served_environment}")
endfunction()

if(TARGET wangdi)
  wangdi_script_test(demo_folder COMMAND tools/with_node node tests/support/make_demo.mjs)
  set_tests_properties(demo_folder PROPERTIES FIXTURES_SETUP demo_folder
                                              ENVIRONMENT "${wangdi_served_environment}")
  file(GLOB api_tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} tests/api/*.test.mjs)
  foreach(file ${api_tests})
    get_filename_component(name ${file} NAME_WE)
    set(how SECONDS 120)
    if(name STREQUAL kill)
      set(how SLOW SECONDS 600)
    elseif(name MATCHES "^(anchor|heal)$")
      set(how SECONDS 300)
    endif()
    wangdi_served_test(api_${name} ${file} ${how})
  endforeach()
  # F8 in full; ./test --long sets WANGDI_LONG for all its tests.
  set_tests_properties(api_heal PROPERTIES ENVIRONMENT
                       "${wangdi_served_environment};WANGDI_LONG=")
  wangdi_served_test(api_heal_long tests/api/heal.test.mjs SECONDS 7200)
  set_tests_properties(api_heal_long PROPERTIES LABELS long ENVIRONMENT
                       "${wangdi_served_environment};WANGDI_LONG=1")
  file(GLOB browser_tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} tests/e2e/*.test.mjs)
  foreach(file ${browser_tests})
    get_filename_component(name ${file} NAME_WE)
    wangdi_served_test(e2e_${name} ${file} SLOW SECONDS 600)
  endforeach()
  if(TEST e2e_budgets)  # measures times
    set_tests_properties(e2e_budgets PROPERTIES RUN_SERIAL ON)
  endif()
endif()
include(fuzz/targets.cmake)
foreach(seconds 5 30)
  foreach(fuzzer ${WANGDI_FUZZERS_${seconds}_SECONDS})
    wangdi_script_test(fuzz_${fuzzer} SLOW COMMAND tools/run_fuzzer ${fuzzer} ${seconds})
    wangdi_script_test(fuzz_${fuzzer}_long SECONDS 1200 COMMAND tools/run_fuzzer ${fuzzer} 600)
    set_tests_properties(fuzz_${fuzzer}_long PROPERTIES LABELS long)
  endforeach()
endforeach()
