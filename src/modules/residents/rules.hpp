// SPDX-License-Identifier: Apache-2.0
// Rules of the roster: pure functions of state, command and day.
#pragma once

#include <optional>
#include <span>
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

}  // namespace wangdi::residents
