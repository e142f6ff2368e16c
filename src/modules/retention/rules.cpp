// SPDX-License-Identifier: Apache-2.0
// Days and texts.
#include "modules/retention/rules.hpp"

namespace wangdi::retention {

std::string_view parameter_of(Rule rule) {
  switch (rule) {
    case Rule::erasure:
      return {};
    case Rule::visits:
      return "retention.visit_days";
    case Rule::held_commands:
      return "retention.held_command_days";
  }
  return {};
}

std::string_view name_of(Rule rule) {
  const auto parameter = parameter_of(rule);
  return parameter.empty() ? "erasure" : parameter;
}

Status check_days(std::string_view name, std::int64_t days) {
  if (days >= kLeastDays) return ok();
  return Error(ErrorCode::configuration_invalid)
      .with("what", std::string(name) + " = " + std::to_string(days) + " < " +
                        std::to_string(kLeastDays) + " (limits::kOfflineMs)");
}

bool is_over(CivilDate last, std::int64_t days, CivilDate today) {
  return std::int64_t{last.days()} + days < today.days();
}

CivilDate over_on(CivilDate last, std::int64_t days) {
  return last.plus_days(static_cast<std::int32_t>(days) + 1);
}

bool is_coming(CivilDate over_on, CivilDate today) {
  return over_on > today && over_on <= today.plus_days(kDaysAhead);
}

std::optional<Rule> rule_of(std::string_view name) {
  for (const auto rule : {Rule::erasure, Rule::visits, Rule::held_commands}) {
    if (name_of(rule) == name) return rule;
  }
  return std::nullopt;
}

std::string statement_of(const Certified& what) {
  std::string text = "网底销毁证明 / Wangdi certificate of destruction\nversion: 1\n";
  text += "district: " + what.district.text() + '\n';
  text += "destroyed_at: " + what.at + '\n';
  text += "rule: " + std::string(name_of(what.rule)) + '\n';
  if (what.rule != Rule::erasure) text += "days: " + std::to_string(what.days) + '\n';
  text += "source: " + std::string(what.document) + '\n';
  text += "records: " + std::to_string(what.records) + '\n';
  text += "positions:";
  for (const auto& [first, last] : what.positions) {
    text += ' ' + std::to_string(first);
    if (last != first) text += '-' + std::to_string(last);
  }
  text +=
      "\nwhat: 这些位置上的记录内容和盐已从数据库销毁，只留位置、时间和加盐的指纹 / the bodies and "
      "salts of the records at these positions are destroyed in the database; position, time and "
      "salted hash are left\n";
  return text;
}

}  // namespace wangdi::retention
