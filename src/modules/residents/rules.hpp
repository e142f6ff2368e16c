// SPDX-License-Identifier: Apache-2.0
// Rules of the roster: pure functions of state, command and day.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::residents {

// What can be told of a person from document and form together.
struct Identity {
  DocumentKind document_kind = DocumentKind::none;
  std::string document_number;  // normal form; empty for none
  Sex sex = Sex::unknown;
  std::optional<CivilDate> birth_date;
};

struct IdentityForm {
  DocumentKind document_kind = DocumentKind::none;
  std::optional<std::string> document_number;
  std::optional<Sex> sex;
  std::optional<CivilDate> birth_date;
};

// An identity card (and the permit with the same checksum, prefix 81 to 83) tells sex and birth
// date, so the form need not repeat them; where it does and differs, that is an error at the field.
// Source: GB 11643-1999. All wrong fields are named at once.
Result<Identity> identify(const IdentityForm& form, CivilDate today);

// Days from `starts_on` to `ends_on`, both included.
struct Term {
  CivilDate starts_on;
  CivilDate ends_on;
};

// Where one set of terms covers days and another does not: the first days of being a key person and
// the first days of not being one any more. Counters add one and take one on these days.
struct Turns {
  std::vector<CivilDate> from;
  std::vector<CivilDate> until;
};

// What changes in the covered days when `before` becomes `after`: turns to add; a turn that is no
// longer true is taken back by the opposite one on the same day.
Turns turns_between(std::span<const Term> before, std::span<const Term> after);

// One entry of a person in a key group.
struct KeyEntry {
  KeyGroup group{};
  Term term;
};

// Entries of one person at most; more than nine groups need in years.
inline constexpr std::size_t kKeyEntriesMost = 30;

// What an entry more changes in the person's covered days. Errors: key_group_dates_reversed,
// key_group_running (another entry of the group shares a day with it; ends_on is such a day),
// field_too_many.
Result<Turns> add_entry(std::span<const KeyEntry> standing, const KeyEntry& added);

// For a group that restricts a person: says who may set it, and how.
Error needs_basis(KeyGroup group);

struct EndedEntry {
  CivilDate starts_on;  // of the entry that gets the new end
  Turns turns;
};

// Gives a new end to the last entry of the group that starts on or before `ends_on`; that may also
// be a later end than before. Errors: key_group_unknown, key_group_dates_reversed (all entries of
// the group start after it).
Result<EndedEntry> end_entry(std::span<const KeyEntry> standing, KeyGroup group, CivilDate ends_on);

// What changes in the covered days of somebody who is no key person any more after `last_day`,
// which still counts.
Turns end_all(std::span<const KeyEntry> standing, CivilDate last_day);

// Floors as plates count them, cellars below zero. Error: field_out_of_range at /floor.
inline constexpr std::int32_t kFloorLeast = -9;
inline constexpr std::int32_t kFloorMost = 200;
Status check_floor(std::int32_t floor);

// What somebody who moves into such a dwelling finds it to be from then on.
HouseholdState state_with_person(HouseholdState before);

}  // namespace wangdi::residents
