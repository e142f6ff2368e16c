// SPDX-License-Identifier: Apache-2.0
// When the time of a record is over, and the text of a certificate of destruction. Pure: days and
// times come as arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/civil_date.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "types/region_code.hpp"

namespace wangdi::retention {

// Why records are destroyed.
enum class Rule : std::uint8_t { erasure = 1, visits = 2, held_commands = 3 };

// A phone may bring a record so many days after it happened: what belongs to it must be there.
inline constexpr std::int64_t kLeastDays = limits::kOfflineMs / 86'400'000;

// The name of the rule's row in parameters/retention.csv; empty for an erasure, which waits for no
// day.
std::string_view parameter_of(Rule rule);
// As events name it.
std::string_view name_of(Rule rule);

// Error: configuration_invalid naming the parameter: shorter than phones may be offline.
Status check_days(std::string_view name, std::int64_t days);

// Whether what counted last on `last` is destroyed on `today`: `days` whole days lie between.
bool is_over(CivilDate last, std::int64_t days, CivilDate today);

// What a certificate says, in both languages, line by line "name: value". A foreign program needs
// nothing but these bytes, the signature and the public key.
struct Certified {
  RegionCode district;
  Rule rule = Rule::visits;
  std::int64_t days = 0;
  std::string_view document;
  std::string at;                                                    // ISO 8601, UTC
  std::span<const std::pair<std::int64_t, std::int64_t>> positions;  // first, last
  std::int64_t records = 0;
};
std::string statement_of(const Certified& what);

}  // namespace wangdi::retention
