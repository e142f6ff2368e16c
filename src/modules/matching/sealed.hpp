// SPDX-License-Identifier: Apache-2.0
// What the vault holds of a match, as JSON: the rows that were uploaded under the key of the list,
// who was found under the key of the match.
#pragma once

#include "modules/matching/views.hpp"

namespace wangdi::matching {

struct SealedList {
  List<ListRow, kListRows> rows;
};
WD_DESCRIBE(SealedList, rows)

struct FoundSubject {
  std::int32_t row = 0;
  Uuid subject;
  bool is_person = false;  // else a household, by its phone
};
WD_DESCRIBE(FoundSubject, row, subject, is_person)
struct SealedFound {
  List<FoundSubject, kFoundMost> rows;
};
WD_DESCRIBE(SealedFound, rows)

}  // namespace wangdi::matching
