// SPDX-License-Identifier: Apache-2.0
// All randomness of a simulation: one generator, one seed (SplitMix64, the same on every machine).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace wangdi::sim {

class Chance {
 public:
  // Mixed first: neighbouring seeds would give the same numbers, one place on.
  explicit Chance(std::uint64_t seed) : state_(mixed(seed + 0x5851F42D4C957F2Du)) {}

  std::uint64_t next() { return mixed(state_ += 0x9E3779B97F4A7C15u); }
  // From 0 to bound - 1.
  std::int64_t below(std::int64_t bound) {
    WD_ASSERT(bound > 0);
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + below(most - least + 1);
  }
  bool percent(std::int64_t likely) { return below(100) < likely; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<std::int64_t>(from.size())))];
  }
  Uuid id(UnixMs now) {
    std::array<std::uint8_t, 10> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next());
    return make_uuid_v7(now, bytes);
  }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace wangdi::sim
