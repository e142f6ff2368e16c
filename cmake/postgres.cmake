# SPDX-License-Identifier: Apache-2.0
# Tests of the second engine. Each runs with a PostgreSQL server of its own (tools/with_postgres),
# so they are 'slow'. A room's test program is the same as on SQLite, in ./test under sanitizers too:
# its harness takes the engine from the environment.
if(NOT WANGDI_TESTS)
  return()
endif()

if(WANGDI_WHOLE)
  set(room_programs ${CMAKE_SOURCE_DIR}/build-asan)
else()
  set(room_programs ${CMAKE_BINARY_DIR})
endif()

# wangdi_postgres_test(<name> <command...>)
function(wangdi_postgres_test name)
  add_test(NAME postgres_${name} COMMAND ${CMAKE_SOURCE_DIR}/tools/with_postgres ${ARGN}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  # Random runs are whole servers, here with a schema each.
  set_tests_properties(postgres_${name} PROPERTIES TIMEOUT 600 LABELS slow
                       ENVIRONMENT "RC_PARAMS=max_success=12")
endfunction()

foreach(room store journal modules_regions modules_residents modules_screening modules_approvals modules_status modules_reporting
        modules_accounts modules_audit modules_holds modules_ledger modules_matching modules_retention)
  wangdi_postgres_test(${room} ${room_programs}/test_${room})
endforeach()

# The vault beside a database server: what is read of many, and what a batch seals and finds again.
wangdi_postgres_test(vault ${room_programs}/test_vault
                     --gtest_filter=VaultTest.many_*:VaultTest.exact_*:VaultTest.*_within_one_batch_*)

# The rules of the queue with several writers beside each other, and an epoch of the keys meanwhile.
wangdi_postgres_test(threads ${room_programs}/test_common_bus --gtest_filter=ThreadsTest.*:EpochThreads.*)

# wangdi_tree_test(<name> <folder below tests> <rooms>): a test program over several rooms.
function(wangdi_tree_test name folder)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  add_executable(test_${name} ${tests})
  target_link_libraries(test_${name} PRIVATE ${ARGN} ${RAPIDCHECK} GTest::gtest GTest::gtest_main)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(test_${name} PRIVATE WANGDI_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_dependencies(tested_here test_${name})
endfunction()

wangdi_tree_test(same_tables engines wd_modules_screening)
wangdi_postgres_test(same_tables $<TARGET_FILE:test_same_tables>)
# Statements in a cluster's form, one district each, on a server that is none.
wangdi_postgres_test(apart_same_tables $<TARGET_FILE:test_same_tables>)
foreach(room store journal)
  wangdi_postgres_test(apart_${room} ${room_programs}/test_${room})
endforeach()
foreach(room store journal same_tables)
  set_property(TEST postgres_apart_${room} APPEND PROPERTY ENVIRONMENT "WANGDI_TEST_DISTRICTS_APART=1")
endforeach()

# The same on an operator's Citus, whose address WANGDI_TEST_CITUS is; without one they are skipped.
# Left out is what needs a server of its own: its sessions are cut, its statistics and files read.
foreach(room store journal modules_regions modules_residents modules_screening modules_approvals modules_status modules_reporting
        modules_accounts same_tables)
  set(program ${room_programs}/test_${room})
  if(room STREQUAL same_tables)
    set(program $<TARGET_FILE:test_${room}>)
  endif()
  add_test(NAME citus_${room}
           COMMAND ${CMAKE_SOURCE_DIR}/tools/with_citus ${program}
                   --gtest_filter=-PostgresTest.*:PostgresGrowthTest.*:FromEmpty.*:*stands_outside_the_vault
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(citus_${room} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1800 LABELS slow
                       ENVIRONMENT "RC_PARAMS=max_success=12")
endforeach()

# Needs no server: every statement is parsed and held to the rules of tests/catalogue/rules.hpp.
find_library(PG_QUERY NAMES libpg_query.so REQUIRED)
wangdi_tree_test(catalogue catalogue wd_app ${PG_QUERY})
add_test(NAME statement_catalogue COMMAND test_catalogue WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(statement_catalogue PROPERTIES TIMEOUT 120)

if(WANGDI_WHOLE AND TARGET wangdi)
  foreach(file api/thread api/kill api/privacy api/anchor e2e/thread postgres/commands postgres/restore)
    string(REGEX REPLACE "[/]" "_" name ${file})
    string(REPLACE "postgres_" "" name ${name})
    wangdi_postgres_test(${name} ${CMAKE_SOURCE_DIR}/tools/with_node node --test
                         tests/${file}.test.mjs)
    set_tests_properties(postgres_${name} PROPERTIES
      ENVIRONMENT
      "WANGDI_BINARY=$<TARGET_FILE:wangdi>;WANGDI_KILLS=10;WANGDI_DEMO=${CMAKE_BINARY_DIR}/tests/demo_postgres_${name}")
  endforeach()
  # The rest of the API suite, with one database server and one demo. What says nothing of the engine is left out.
  file(GLOB rest CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} tests/api/*.test.mjs)
  list(FILTER rest EXCLUDE REGEX "/(thread|kill|privacy|anchor|heal|start|tls)\\.test")
  wangdi_postgres_test(api ${CMAKE_SOURCE_DIR}/tools/with_node node --test --test-concurrency=1
                       ${rest})
  set_tests_properties(postgres_api PROPERTIES COST 100 ENVIRONMENT
    "WANGDI_BINARY=$<TARGET_FILE:wangdi>;WANGDI_DEMO=${CMAKE_BINARY_DIR}/tests/demo_postgres_api")
  # Whole servers are copied, killed and promoted: for the night.
  wangdi_postgres_test(failover ${CMAKE_SOURCE_DIR}/tools/with_node node --test
                       tests/postgres/failover.test.mjs)
  set_tests_properties(postgres_failover PROPERTIES LABELS long TIMEOUT 1800
    ENVIRONMENT
    "WANGDI_BINARY=$<TARGET_FILE:wangdi>;WANGDI_FAILOVERS=10;WANGDI_DEMO=${CMAKE_BINARY_DIR}/tests/demo_postgres_failover")
endif()
