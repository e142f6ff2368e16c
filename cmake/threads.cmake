# SPDX-License-Identifier: Apache-2.0
# The rooms that share something between threads, under the thread sanitizer (preset tsan). Its
# build alone takes some minutes of two cores, so it belongs to ./test --long.
if(NOT WANGDI_TESTS)
  return()
endif()

add_custom_target(threaded_tests)
foreach(room journal access common_bus http)
  add_dependencies(threaded_tests test_${room})
  wangdi_sanitized_test(tsan ${room} long 1800)
endforeach()
