// SPDX-License-Identifier: Apache-2.0
// CPU time, medians and what the command line and the environment say to bench programs. CPU
// microseconds hold where a machine is shared.
#pragma once

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::bench {

namespace detail {
inline double seconds(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
}  // namespace detail

inline double process_cpu_seconds() { return detail::seconds(CLOCK_PROCESS_CPUTIME_ID); }
inline double thread_cpu_seconds() { return detail::seconds(CLOCK_THREAD_CPUTIME_ID); }
inline double wall_seconds() { return detail::seconds(CLOCK_MONOTONIC); }

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

// The PostgreSQL database to work on (tools/with_postgres); empty: SQLite in the folder.
inline std::string store_of_environment() {
  const char* address = std::getenv("WANGDI_STORE");
  return address == nullptr ? "" : address;
}

// The argument at a place, or what stands for it when it is left out or no number.
inline double number_argument(int argc, char** argv, int place, double otherwise) {
  if (argc <= place) return otherwise;
  const std::string_view digits(argv[place]);
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}
inline std::size_t count_argument(int argc, char** argv, int place, std::size_t otherwise) {
  return static_cast<std::size_t>(
      number_argument(argc, argv, place, static_cast<double>(otherwise)));
}

}  // namespace wangdi::bench
