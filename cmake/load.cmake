# SPDX-License-Identifier: Apache-2.0
# The server under load (docs/reliability.md, "Under load"): short forms that look for a collapse, and long ones
# with the bars. One after the other, since they measure times.
if(NOT (WANGDI_TESTS AND WANGDI_WHOLE AND TARGET wangdi))
  return()
endif()

foreach(file users durable overload slow soak)
  wangdi_served_test(load_${file} tests/load/${file}.test.mjs SLOW ALONE SECONDS 180)
  # ./test --long sets WANGDI_LONG for all its tests.
  set_tests_properties(load_${file} PROPERTIES ENVIRONMENT
                       "${wangdi_served_environment};WANGDI_LONG=")
  wangdi_served_test(load_${file}_long tests/load/${file}.test.mjs ALONE SECONDS 7200)
  set_tests_properties(load_${file}_long PROPERTIES LABELS long ENVIRONMENT
                       "${wangdi_served_environment};WANGDI_LONG=1")
endforeach()

# The same on PostgreSQL.
foreach(file users durable overload)
  wangdi_postgres_test(load_${file} ${CMAKE_SOURCE_DIR}/tools/with_node node --test
                       tests/load/${file}.test.mjs)
  set_tests_properties(postgres_load_${file} PROPERTIES
    LABELS long TIMEOUT 7200 RUN_SERIAL ON ENVIRONMENT
    "WANGDI_BINARY=$<TARGET_FILE:wangdi>;WANGDI_LONG=1;WANGDI_DEMO=${CMAKE_BINARY_DIR}/tests/demo_postgres_load_${file}")
endforeach()
