# SPDX-License-Identifier: Apache-2.0
# Faults of disk, clock and machine (docs/reliability.md): power cuts under a VFS of SQLite, and the
# whole server under a library that makes its calls fail. On the Release build only: ASan and
# LD_PRELOAD do not agree. Each has small counts here and full ones in a test with the label 'long'.
if(NOT WANGDI_TESTS)
  return()
endif()

add_library(fault_shim MODULE ${CMAKE_SOURCE_DIR}/tests/faults/shim.cpp)
set_target_properties(fault_shim PROPERTIES PREFIX "" OUTPUT_NAME shim
                      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
target_link_libraries(fault_shim PRIVATE ${CMAKE_DL_LIBS})
add_dependencies(tested_here fault_shim)

wangdi_tree_test(cuts faults wd_modules_screening)
add_test(NAME faults_cuts COMMAND test_cuts WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
# ./test --long sets WANGDI_LONG for all its tests; only those with the label 'long' follow it.
set_tests_properties(faults_cuts PROPERTIES TIMEOUT 300 ENVIRONMENT "WANGDI_LONG=")
add_test(NAME faults_cuts_long COMMAND test_cuts WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(faults_cuts_long PROPERTIES TIMEOUT 36000 LABELS long
                     ENVIRONMENT "WANGDI_LONG=1")

# F16 in full.
add_test(NAME any_order_long COMMAND test_modules_screening --gtest_filter=AnyOrder*
         WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(any_order_long PROPERTIES TIMEOUT 14400 LABELS long
                     ENVIRONMENT "WANGDI_ORDERS=1000;TMPDIR=/dev/shm")  # the disk is no part of it

# Kills between key, value and record, and an epoch of a million keys.
add_test(NAME vault_long COMMAND test_vault --gtest_filter=LongTest*
         WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(vault_long PROPERTIES TIMEOUT 7200 LABELS long ENVIRONMENT "WANGDI_LONG=1")

if(NOT (WANGDI_WHOLE AND TARGET wangdi))
  return()
endif()

# wangdi_fault_test(<file below tests/faults> [LONG]): LONG says that there are full counts as well.
function(wangdi_fault_test file)
  cmake_parse_arguments(FAULT "LONG" "" "" ${ARGN})
  set(environment ${wangdi_served_environment} "WANGDI_SHIM=$<TARGET_FILE:fault_shim>" "WANGDI_LONG=")
  wangdi_served_test(faults_${file} tests/faults/${file}.test.mjs SLOW SECONDS 300)
  set_tests_properties(faults_${file} PROPERTIES ENVIRONMENT "${environment}")
  if(FAULT_LONG)
    wangdi_served_test(faults_${file}_long tests/faults/${file}.test.mjs SECONDS 14400)
    list(TRANSFORM environment REPLACE "^WANGDI_LONG=$" "WANGDI_LONG=1")
    set_tests_properties(faults_${file}_long PROPERTIES LABELS long ENVIRONMENT "${environment}")
  endif()
endfunction()

# F1 in full.
wangdi_served_test(api_kill_long tests/api/kill.test.mjs SECONDS 14400)
set_tests_properties(api_kill_long PROPERTIES LABELS long ENVIRONMENT
                     "${wangdi_served_environment};WANGDI_KILLS=1000")

wangdi_fault_test(sync LONG)
wangdi_fault_test(follower LONG)
foreach(file full read_only slow clock machine link cases)
  wangdi_fault_test(${file})
endforeach()
# Cases are opened days later by the server's clock.
if(TEST e2e_cases)
  set_tests_properties(e2e_cases PROPERTIES ENVIRONMENT
                       "${wangdi_served_environment};WANGDI_SHIM=$<TARGET_FILE:fault_shim>")
endif()
