// SPDX-License-Identifier: Apache-2.0
// Matches that were asked for.
#pragma once

#include "modules/matching/messages.hpp"
#include "store/table.hpp"

namespace wangdi::matching {

struct MatchRow {
  District district;
  approvals::ApprovalId match;
  ListId list;
  RegionCode region;
  vault::Purpose purpose{};
  std::int64_t row_count = 0;
  AccountId asked_by;
  UnixMs asked_at = 0;
  UnixMs done_at = 0;  // 0: not yet
  std::int64_t found = 0;
};
WD_DESCRIBE(MatchRow, district, match, list, region, purpose, row_count, asked_by, asked_at,
            done_at, found)
inline constexpr store::Index kMatchIndexes[] = {
    {"asked_at", "district, asked_at"},
    {"asked_by", "district, asked_by, asked_at"},
};
inline constexpr store::Table<MatchRow, 2> kMatch{"list_match", kMatchIndexes};

}  // namespace wangdi::matching
