// SPDX-License-Identifier: Apache-2.0
// Which records of a district belong to which household, and which of them are to be destroyed:
// made from the journal beside the writer, and brought up to date inside the write.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "journal/destruction.hpp"
#include "modules/retention/matters.hpp"
#include "modules/retention/rules.hpp"

namespace wangdi::retention {

class Index {
 public:
  Index(District district, Days days, CivilDate today, ZoneOffset zone)
      : district_(district), days_(std::move(days)), today_(today), zone_(zone) {}

  // The records after up_to(), in order.
  Status add(const journal::RecordRow& record);

  District district() const { return district_; }
  std::int64_t days(Rule rule) const { return days_.at(rule); }
  CivilDate today() const { return today_; }
  ZoneOffset zone() const { return zone_; }
  std::int64_t up_to() const { return up_to_; }

  struct Erased {
    PersonId person;
    CivilDate on;
  };
  // Households with somebody erased whose records are still there.
  const std::map<HouseholdId, std::vector<Erased>>& erased() const { return erased_; }
  // Households that were erased themselves, with the day, whose records are still there.
  const std::map<HouseholdId, CivilDate>& erased_homes() const { return erased_homes_; }
  // Households with a visit whose time is over.
  const std::set<HouseholdId>& visited() const { return visited_; }
  // Households with an entry in a key group, or a request, whose time is over; and what it is.
  std::set<HouseholdId> with_over(Rule rule) const;
  std::vector<Matter> over(Rule rule, HouseholdId household) const {
    return matters_.over(rule, household, days(rule), today_);
  }
  // Records of a visit that were emptied and kept their header: they go with what it was told as.
  const std::vector<std::int64_t>& emptied(VisitId visit) const;
  void note_emptied(VisitId visit, std::int64_t sequence) { emptied_[visit].push_back(sequence); }
  // Records of held commands whose time is over.
  const std::vector<std::int64_t>& held() const { return held_; }
  // How many records die in the days to come, without those of households that are held.
  struct Coming {
    RegionCode community;
    Rule rule{};
    CivilDate day;
    auto operator<=>(const Coming&) const = default;
  };
  std::map<Coming, std::int64_t> coming(const std::set<HouseholdId>& held) const;
  // The records about a household, its people and its visits that are not destroyed.
  const std::vector<std::int64_t>& records_of(HouseholdId household) const;

 private:
  void add_to(HouseholdId household, std::int64_t sequence) {
    records_[household].push_back(sequence);
  }
  Status add_about_person(const journal::RecordRow& record);
  Status add_visit(const journal::RecordRow& record);
  void add_held_command(const journal::RecordRow& record);

  District district_;
  Days days_;
  CivilDate today_;
  ZoneOffset zone_;
  std::int64_t up_to_ = 0;
  std::unordered_map<HouseholdId, std::vector<std::int64_t>> records_;
  std::unordered_map<PersonId, HouseholdId> homes_;
  std::map<HouseholdId, std::vector<Erased>> erased_;
  std::map<HouseholdId, CivilDate> erased_homes_;
  Matters matters_;
  std::set<HouseholdId> visited_;
  std::unordered_map<VisitId, std::vector<std::int64_t>> emptied_;
  std::vector<std::int64_t> held_;
  std::map<Coming, std::map<HouseholdId, std::int64_t>> coming_;
};

// The last day on which a record of a visit counts; nothing for a correction, which follows it.
Result<std::optional<CivilDate>> last_day_of(const journal::RecordRow& record, ZoneOffset zone);

}  // namespace wangdi::retention
