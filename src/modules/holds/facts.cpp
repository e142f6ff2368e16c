// SPDX-License-Identifier: Apache-2.0
// Holds as others ask for them.
#include "modules/holds/facts.hpp"

#include "common/bus/registry.hpp"
#include "modules/holds/rules.hpp"
#include "modules/holds/tables.hpp"
#include "modules/holds/words.hpp"
#include "vault/reader.hpp"

namespace wangdi::holds {
namespace {

constexpr store::Statement kRunning{
    "holds_running",
    "SELECT district, household, hold, grid, ground, ends_on, told, set_by, set_at, lifted_by,"
    " lifted_on FROM legal_hold WHERE district = $1 AND ends_on >= $2"
    " ORDER BY ends_on, hold"};
constexpr store::Statement kOfHousehold{
    "holds_of_household",
    "SELECT district, household, hold, grid, ground, ends_on, told, set_by, set_at, lifted_by,"
    " lifted_on FROM legal_hold WHERE district = $1 AND household = $2"
    " ORDER BY ends_on DESC, hold LIMIT $3"};

}  // namespace

std::optional<CivilDate> held_until(store::Rows& rows, District district, HouseholdId household,
                                    CivilDate today) {
  std::optional<CivilDate> until;
  for (const auto& row : rows.list(kHold, district, household)) {
    if (!runs({row.ends_on, row.lifted_on}, today)) continue;
    if (!until || *until < row.ends_on) until = row.ends_on;
  }
  return until;
}

Result<std::set<HouseholdId>> held_households(store::Connection& db, District district,
                                              CivilDate today) {
  std::set<HouseholdId> held;
  WD_TRY(const auto rows, store::select<HoldRow>(db, kRunning, district, today));
  for (const auto& row : rows) {
    if (runs({row.ends_on, row.lifted_on}, today)) held.insert(row.household);
  }
  return held;
}

Result<List<OwnHold, kOwnHoldsMax>> holds_told(District district, HouseholdId household,
                                               bus::QueryContext& context) {
  List<OwnHold, kOwnHoldsMax> told;
  WD_TRY(const auto rows, store::select<HoldRow>(context.db, kOfHousehold, district, household,
                                                 std::int64_t{kOwnHoldsMax}));
  for (const auto& row : rows) {
    const Term term{row.ends_on, row.lifted_on};
    if (!is_told(term, row.told, context.today)) continue;
    WD_TRY(const auto words, words_of(context.vault, row));
    told.items.push_back({row.ground, words.issuer, words.reason, row.ends_on,
                          runs(term, context.today), row.lifted_on, words.lifted_because});
  }
  return told;
}

}  // namespace wangdi::holds
