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
    case Rule::key_groups:
      return "retention.key_group_days";
    case Rule::requests:
      return "retention.request_days";
    case Rule::staff_names:
      return "retention.staff_name_days";
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
  for (const auto rule : kRules) {
    if (name_of(rule) == name) return rule;
  }
  return std::nullopt;
}

std::string utc_text(UnixMs at) {
  constexpr std::int64_t kDayMs = 86'400'000, kMinuteMs = 60'000;
  const auto day = CivilDate::of(at, ZoneOffset{.minutes_east = 0});
  const auto minutes = (at % kDayMs) / kMinuteMs;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return day.text() + 'T' + two(minutes / 60) + ':' + two(minutes % 60) + 'Z';
}

namespace {

// The lines that every certificate begins with.
template <class What>
std::string head_of(const What& what, Rule rule) {
  std::string text = "网底销毁证明 / Wangdi certificate of destruction\nversion: 1\n";
  text += "district: " + what.district.text() + '\n';
  text += "destroyed_at: " + what.at + '\n';
  text += "rule: " + std::string(name_of(rule)) + '\n';
  if (rule != Rule::erasure) text += "days: " + std::to_string(what.days) + '\n';
  text += "source: " + std::string(what.document) + '\n';
  return text;
}

}  // namespace

std::string statement_of(const Certified& what) {
  auto text = head_of(what, what.rule);
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

std::string statement_of(const CertifiedNames& what) {
  auto text = head_of(what, Rule::staff_names);
  text += "accounts: " + std::to_string(what.accounts.size()) + "\nids:";
  for (const auto account : what.accounts) text += ' ' + account.text();
  text +=
      "\nwhat: 这些停用账号的姓名、账号名和它们的密钥已销毁，只留编号 / name and login name of "
      "these "
      "closed accounts are destroyed with their keys; the ids are left\n";
  return text;
}

}  // namespace wangdi::retention
