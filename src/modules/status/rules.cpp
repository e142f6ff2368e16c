// SPDX-License-Identifier: Apache-2.0
// The rules about what restricts a person.
#include "modules/status/rules.hpp"

#include <algorithm>
#include <string>

namespace wangdi::status {

std::vector<Proposal> proposals_of(const Fact& fact, const RuleDays& days, CivilDate today) {
  std::vector<Proposal> proposals;
  const auto add = [&](KeyGroup group, std::string_view rule, CivilDate from, std::int32_t length) {
    const auto ends_on = from.plus_days(length);
    if (from <= today && ends_on >= today) proposals.push_back({group, rule, from, from, ends_on});
  };
  if (fact.arrived_on && fact.from_key_region) {
    add(KeyGroup::key_region_returnee, kKeyRegionDays, *fact.arrived_on, days.key_region);
  } else if (fact.arrived_on) {
    add(KeyGroup::returnee, kReturneeDays, *fact.arrived_on, days.returnee);
  }
  if (fact.contact) add(KeyGroup::close_contact, kContactDays, fact.day, days.contact);
  return proposals;
}

std::optional<AlarmKind> exceeded(const Counts& counts, std::int64_t most) {
  if (counts.by_officer >= most) return AlarmKind::officer;
  if (counts.in_district >= most) return AlarmKind::district;
  return std::nullopt;
}

bool answers(access::Role reader, AlarmKind kind, access::Role cause) {
  using access::Role;
  if (reader < Role::township_officer || reader > Role::higher_officer) return false;
  return kind == AlarmKind::district ? reader == Role::higher_officer : reader > cause;
}

Status check_document(const SetStatus& form, CivilDate today, std::int64_t days_most) {
  Error wrong(ErrorCode::invalid_fields);
  const auto needed = [&](bool there, const char* pointer) {
    if (!there) wrong.add_field({pointer, ErrorCode::field_missing, {}});
  };
  needed(form.starts_on.has_value(), "/starts_on");
  needed(form.ends_on.has_value(), "/ends_on");
  needed(form.document.has_value(), "/document");
  needed(form.document_number.has_value(), "/document_number");
  needed(form.issuer.has_value(), "/issuer");
  needed(form.issued_on.has_value(), "/issued_on");
  const auto past = [&](const std::optional<CivilDate>& day, const char* pointer) {
    if (day && *day > today) wrong.add_field({pointer, ErrorCode::date_in_future, {}});
  };
  past(form.starts_on, "/starts_on");
  past(form.issued_on, "/issued_on");
  if (form.starts_on && form.ends_on) {
    const auto last = form.starts_on->plus_days(static_cast<std::int32_t>(days_most));
    if (*form.ends_on < *form.starts_on || *form.ends_on > last) {
      wrong.add_field({"/ends_on",
                       ErrorCode::field_out_of_range,
                       {{"least", form.starts_on->text()}, {"most", last.text()}}});
    }
  }
  if (wrong.fields().empty()) return ok();
  auto count = std::to_string(wrong.fields().size());
  return std::move(wrong).with("count", std::move(count));
}

}  // namespace wangdi::status
