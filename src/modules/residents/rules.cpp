// SPDX-License-Identifier: Apache-2.0
// Identity from documents, and the days on which somebody is a key person.
#include "modules/residents/rules.hpp"

#include <algorithm>
#include <map>

#include "types/id_number.hpp"

namespace wangdi::residents {
namespace {

// Covered days as a map from a day to +1 (covered from here) or -1 (not covered any more).
std::map<std::int32_t, int> edges(std::span<const Term> terms) {
  std::vector<Term> ordered(terms.begin(), terms.end());
  std::ranges::sort(ordered, {}, &Term::starts_on);
  std::map<std::int32_t, int> found;
  std::optional<Term> open;
  const auto close = [&] {
    ++found[open->starts_on.days()];
    --found[open->ends_on.plus_days(1).days()];
  };
  for (const auto& term : ordered) {
    if (term.ends_on < term.starts_on) continue;
    if (open && term.starts_on <= open->ends_on.plus_days(1)) {
      open->ends_on = std::max(open->ends_on, term.ends_on);
      continue;
    }
    if (open) close();
    open = term;
  }
  if (open) close();
  return found;
}

std::vector<Term> terms_of(std::span<const KeyEntry> entries) {
  std::vector<Term> terms;
  terms.reserve(entries.size());
  for (const auto& entry : entries) terms.push_back(entry.term);
  return terms;
}

}  // namespace

Result<Identity> identify(const IdentityForm& form, CivilDate today) {
  Identity identity{form.document_kind, form.document_number.value_or(""),
                    form.sex.value_or(Sex::unknown), form.birth_date};
  Error wrong(ErrorCode::invalid_fields);
  const auto add = [&](const char* pointer, ErrorCode code) {
    wrong.add_field({pointer, code, {}});
  };
  const bool has_checksum = form.document_kind == DocumentKind::identity_card ||
                            form.document_kind == DocumentKind::hk_mo_tw_permit;
  if (form.document_kind == DocumentKind::none) {
    identity.document_number.clear();
  } else if (identity.document_number.empty()) {
    add("/document_number", ErrorCode::field_missing);
  } else if (has_checksum) {
    const auto number = IdNumber::parse(identity.document_number);
    if (!number) {
      wrong.add_field({"/document_number", number.error().code(), number.error().details()});
    } else {
      identity.document_number = number->text();
      const auto sex = number->is_male() ? Sex::male : Sex::female;
      if (form.sex && *form.sex != Sex::unknown && *form.sex != sex) {
        add("/sex", ErrorCode::sex_differs_from_document);
      }
      if (form.birth_date && *form.birth_date != number->birth_date()) {
        add("/birth_date", ErrorCode::birth_date_differs_from_document);
      }
      identity.sex = sex;
      identity.birth_date = number->birth_date();
    }
  }
  if (identity.birth_date && *identity.birth_date > today) {
    add("/birth_date", ErrorCode::date_in_future);
  }
  if (!wrong.fields().empty()) {
    auto count = std::to_string(wrong.fields().size());
    return std::move(wrong).with("count", std::move(count));
  }
  return identity;
}

Turns turns_between(std::span<const Term> before, std::span<const Term> after) {
  auto change = edges(after);
  for (const auto& [day, edge] : edges(before)) change[day] -= edge;
  Turns turns;
  for (const auto& [day, edge] : change) {
    for (int i = 0; i < edge; ++i) turns.from.push_back(CivilDate::from_days(day));
    for (int i = 0; i < -edge; ++i) turns.until.push_back(CivilDate::from_days(day));
  }
  return turns;
}

Error needs_basis(KeyGroup group) {
  const auto* choice = codec::choice_of(group);
  WD_ASSERT(choice != nullptr);
  return Error(ErrorCode::status_needs_basis)
      .with("group", std::string(choice->title_zh))
      .with("group_en", std::string(choice->title_en));
}

Result<Turns> add_entry(std::span<const KeyEntry> standing, const KeyEntry& added) {
  if (added.term.ends_on < added.term.starts_on) return Error(ErrorCode::key_group_dates_reversed);
  if (standing.size() >= kKeyEntriesMost) {
    return Error(ErrorCode::field_too_many).with("limit", std::to_string(kKeyEntriesMost));
  }
  for (const auto& entry : standing) {
    const bool apart =
        entry.term.ends_on < added.term.starts_on || added.term.ends_on < entry.term.starts_on;
    if (entry.group == added.group && !apart) return Error(ErrorCode::key_group_running);
  }
  const auto before = terms_of(standing);
  auto after = before;
  after.push_back(added.term);
  return turns_between(before, after);
}

Result<EndedEntry> end_entry(std::span<const KeyEntry> standing, KeyGroup group,
                             CivilDate ends_on) {
  std::optional<std::size_t> found;
  bool known = false;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    if (standing[i].group != group) continue;
    known = true;
    const auto starts_on = standing[i].term.starts_on;
    if (starts_on > ends_on) continue;
    if (!found || standing[*found].term.starts_on < starts_on) found = i;
  }
  if (!known) return Error(ErrorCode::key_group_unknown);
  if (!found) return Error(ErrorCode::key_group_dates_reversed);
  const auto before = terms_of(standing);
  auto after = before;
  after[*found].ends_on = ends_on;
  return EndedEntry{before[*found].starts_on, turns_between(before, after)};
}

Turns end_all(std::span<const KeyEntry> standing, CivilDate last_day) {
  const auto before = terms_of(standing);
  std::vector<Term> after;
  for (const auto& term : before) {
    if (term.starts_on > last_day) continue;
    after.push_back({term.starts_on, std::min(term.ends_on, last_day)});
  }
  return turns_between(before, after);
}

Status check_floor(std::int32_t floor) {
  if (floor >= kFloorLeast && floor <= kFloorMost) return ok();
  return Error(ErrorCode::invalid_fields)
      .with("count", "1")
      .at("/floor", ErrorCode::field_out_of_range,
          {{"least", std::to_string(kFloorLeast)}, {"most", std::to_string(kFloorMost)}});
}

HouseholdState state_with_person(HouseholdState before) {
  switch (before) {
    case HouseholdState::vacant:
    case HouseholdState::demolished:
      return HouseholdState::occupied;
    case HouseholdState::occupied:
    case HouseholdState::shop:
      return before;
  }
  return before;
}

}  // namespace wangdi::residents
