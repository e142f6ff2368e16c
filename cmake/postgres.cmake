# SPDX-License-Identifier: Apache-2.0
# Tests of the second engine. Each runs with a PostgreSQL server of its own (tools/with_postgres),
# so they are 'slow'. A room's test program is the same as on SQLite: its harness takes the engine
# from the environment.
if(NOT WANGDI_TESTS)
  return()
endif()

# wangdi_postgres_test(<name> <command...>)
function(wangdi_postgres_test name)
  add_test(NAME postgres_${name} COMMAND ${CMAKE_SOURCE_DIR}/tools/with_postgres ${ARGN}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(postgres_${name} PROPERTIES TIMEOUT 600 LABELS slow)
endfunction()

foreach(room store journal vault access modules_accounts modules_residents modules_screening
        modules_reporting)
  if(TARGET test_${room})
    wangdi_postgres_test(${room} $<TARGET_FILE:test_${room}>)
  endif()
endforeach()
