# SPDX-License-Identifier: Apache-2.0
# The rooms that share something between threads, under the thread sanitizer (preset tsan). Its
# build alone takes some minutes of two cores, so it belongs to ./test --long.
if(NOT WANGDI_TESTS)
  return()
endif()

add_custom_target(threaded_tests)
foreach(room journal access common_bus http)
  add_dependencies(threaded_tests test_${room})
  if(WANGDI_WHOLE)
    add_test(NAME tsan_${room} COMMAND ${CMAKE_SOURCE_DIR}/build-tsan/test_${room}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(tsan_${room} PROPERTIES TIMEOUT 1800 LABELS long)
  endif()
endforeach()
