// SPDX-License-Identifier: Apache-2.0
// The tables of the ledger. Slips are credentials: no event makes them anew.
#pragma once

#include "modules/ledger/messages.hpp"
#include "store/table.hpp"

namespace wangdi::ledger {

// In the nation's pseudo-district: whoever opens one names only its id.
struct SlipRow {
  District district;
  SlipId slip;
  District home;
  PersonId person;
  Holder holder = Holder::self;
  std::array<std::uint8_t, 32> code{};  // a MAC under a key of the keys folder
  UnixMs expires_at = 0;
  std::int32_t tries = 0;  // wrong codes
  std::optional<UnixMs> used_at;
};
WD_DESCRIBE(SlipRow, district, slip, home, person, holder, code, expires_at, tries, used_at)
inline constexpr store::Index kSlipIndexes[] = {{"end", "district, expires_at"}};
inline constexpr store::Table<SlipRow, 2> kSlip{"ledger_slip", kSlipIndexes, false};

struct StoredRequest {
  District district;
  PersonId person;
  RequestId request;
  RegionCode grid;
  RequestKind kind = RequestKind::correction;
  Holder holder = Holder::self;
  RequestWay way = RequestWay::paper;
  UnixMs asked_at = 0;
  CivilDate due_on;
  RequestState state = RequestState::open;
};
WD_DESCRIBE(StoredRequest, district, person, request, grid, kind, holder, way, asked_at, due_on,
            state)
inline constexpr store::Index kRequestIndexes[] = {
    {"due", "district, state, due_on, request"},
};
inline constexpr store::Table<StoredRequest, 3> kRequest{"ledger_request", kRequestIndexes};

// Which wording somebody was told, each version once: the first time counts.
struct NoticeRow {
  District district;
  PersonId person;
  std::int64_t version = 0;
  NoticeWay way = NoticeWay::read_aloud;
  Holder holder = Holder::self;
  UnixMs given_at = 0;
};
WD_DESCRIBE(NoticeRow, district, person, version, way, holder, given_at)
inline constexpr store::Table<NoticeRow, 3> kNotice{"ledger_notice"};

}  // namespace wangdi::ledger
