// SPDX-License-Identifier: Apache-2.0
// When the time of a record is over, and the text of a certificate of destruction. Pure: days and
// times come as arguments.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "codec/describe.hpp"
#include "types/region_code.hpp"

namespace wangdi::retention {

// Why records are destroyed.
enum class Rule : std::uint8_t {
  erasure = 1,
  visits = 2,
  held_commands = 3,
  key_groups = 4,
  requests = 5,
  staff_names = 6
};
WD_ENUM(Rule, (erasure, "删除了的人和住户", "Persons and households that were erased"),
        (visits, "到期的走访", "Visits whose time is over"),
        (held_commands, "待核对的记录", "Records held for review"),
        (key_groups, "已结束的重点群体和认定", "Key groups and settings that are over"),
        (requests, "已答复的居民申请", "Residents' requests that were answered"),
        (staff_names, "停用账号的姓名", "Names of closed accounts"))

// All of them, and those that wait for a day.
inline constexpr std::array kRules = {Rule::erasure,    Rule::visits,   Rule::held_commands,
                                      Rule::key_groups, Rule::requests, Rule::staff_names};
inline constexpr std::array kTimedRules = {Rule::visits, Rule::held_commands, Rule::key_groups,
                                           Rule::requests, Rule::staff_names};

// What dies so many days from now is shown ahead.
inline constexpr std::int32_t kDaysAhead = 7;

// A phone may bring a record so many days after it happened: what belongs to it must be there.
inline constexpr std::int64_t kLeastDays = limits::kOfflineMs / 86'400'000;

inline constexpr std::string_view kErasureDocument = "中华人民共和国个人信息保护法第四十七条";

// The name of the rule's row in parameters/retention.csv; empty for an erasure, which waits for no
// day.
std::string_view parameter_of(Rule rule);
// As events name it.
std::string_view name_of(Rule rule);

// Error: configuration_invalid naming the parameter: shorter than phones may be offline.
Status check_days(std::string_view name, std::int64_t days);

// The days of each rule in one district.
using Days = std::map<Rule, std::int64_t>;

// Whether what counted last on `last` is destroyed on `today`: `days` whole days lie between.
bool is_over(CivilDate last, std::int64_t days, CivilDate today);
// The day on which it is, by the night of which it is destroyed.
CivilDate over_on(CivilDate last, std::int64_t days);
// Whether that is within the days shown ahead of the night of `today`.
bool is_coming(CivilDate over_on, CivilDate today);
// The rule an event names; nothing for a name that is not known any more.
std::optional<Rule> rule_of(std::string_view name);

// An instant as certificates write it: ISO 8601, UTC, to the minute.
std::string utc_text(UnixMs at);

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

// The same of values in the vault that no record of the journal holds: whose they were is named by
// the ids that stay.
struct CertifiedNames {
  RegionCode district;
  std::int64_t days = 0;
  std::string_view document;
  std::string at;  // ISO 8601, UTC
  std::span<const AccountId> accounts;
};
std::string statement_of(const CertifiedNames& what);

}  // namespace wangdi::retention
