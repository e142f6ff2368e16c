// SPDX-License-Identifier: Apache-2.0
// Findings of visits for those who decide by them. Where somebody came from is read from the vault.
#include <algorithm>

#include "modules/screening/facts.hpp"
#include "modules/screening/free_text.hpp"
#include "modules/screening/statements.hpp"
#include "modules/screening/tables.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::screening {
namespace {

using vault::Field;

constexpr store::Statement kFoundSince{
    "screening_found_since",
    "SELECT household, visit, grid, day, actor, findings FROM visit WHERE district = $1"
    " AND day >= $2 AND grid >= $3 AND grid < $3 || ':' AND exceptions > 0"
    " ORDER BY day DESC, visit DESC LIMIT $4"};
constexpr store::Statement kAll[] = {kFoundSince};

struct FoundRow {
  HouseholdId household;
  VisitId visit;
  RegionCode grid;
  CivilDate day;
  AccountId actor;
  std::string findings;
};
WD_DESCRIBE(FoundRow, household, visit, grid, day, actor, findings)

template <class Row>
RecordedFact fact_of(const Row& row, const Finding& finding) {
  RecordedFact fact;
  fact.household = row.household;
  fact.visit = row.visit;
  fact.person = finding.person;
  fact.grid = row.grid;
  fact.day = row.day;
  fact.recorder = row.actor;
  fact.contact = finding.contact;
  return fact;
}

template <class Vault>
Status add_journey(const Finding& finding, District district, Vault& vault, RecordedFact& fact) {
  if (!finding.returned) return ok();
  WD_TRY(const auto kept, vault.get(district, finding.person.value, Field::journey));
  const auto journey = journey_of(kept.value_or(""), fact.visit);
  // Where the journey's words are gone the day of the visit stands for them.
  fact.arrived_on = journey ? journey->on : fact.day;
  if (journey) fact.from = journey->from_region;
  return ok();
}

}  // namespace

std::span<const store::Statement> recorded_fact_statements() { return kAll; }

Result<std::optional<RecordedFact>> recorded_fact(HouseholdId household, VisitId visit,
                                                  PersonId person, bus::CommandContext& context) {
  const auto district = context.region.district();
  const auto* stored = context.rows.find(kVisit, {district, household, visit});
  if (stored == nullptr) return std::optional<RecordedFact>();
  const auto row = *stored;
  const auto findings = codec::decode<Findings>(row.findings).value_or(Findings{}).findings;
  const auto found = std::ranges::find(findings, person, &Finding::person);
  if (found == findings.end()) return std::optional<RecordedFact>();
  auto fact = fact_of(row, *found);
  WD_TRY([[maybe_unused]] auto added, add_journey(*found, district, context.vault, fact));
  return std::optional(std::move(fact));
}

Result<std::vector<RecordedFact>> recorded_facts(const RegionCode& region, CivilDate since,
                                                 bus::QueryContext& context) {
  const auto district = region.district();
  WD_TRY(const auto rows,
         store::select<FoundRow>(context.db, kFoundSince, district, since, region, kFactVisits));
  std::vector<RecordedFact> facts;
  for (const auto& row : rows) {
    const auto findings = codec::decode<Findings>(row.findings).value_or(Findings{}).findings;
    for (const auto& finding : findings) {
      if (!finding.returned && finding.contact == Contact::none) continue;
      auto fact = fact_of(row, finding);
      WD_TRY([[maybe_unused]] auto added, add_journey(finding, district, context.vault, fact));
      facts.push_back(std::move(fact));
    }
  }
  return facts;
}

}  // namespace wangdi::screening
