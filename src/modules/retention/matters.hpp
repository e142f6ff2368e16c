// SPDX-License-Identifier: Apache-2.0
// Matters of a person that end by themselves: an entry in a key group with what set it and what was
// said against it, and a request with its answer. Their time to be kept begins when they are over;
// one that waits for an answer is never over.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "journal/record.hpp"
#include "modules/ledger/messages.hpp"
#include "modules/residents/messages.hpp"
#include "modules/retention/rules.hpp"

namespace wangdi::retention {

struct Matter {
  Rule rule = Rule::key_groups;
  PersonId person;
  RegionCode community;
  residents::KeyGroup group{};  // of an entry: which one
  CivilDate starts_on;
  ledger::RequestId request;            // of a request
  std::vector<std::int64_t> sequences;  // of its records, in order

  // What counted last: the day on which the entry ended, or on which something was said of it
  // afterwards; of a request that of the answer. Nothing while it waits.
  std::optional<CivilDate> last_day() const;

  std::optional<CivilDate> ends_on;  // of the entry as it stands
  CivilDate set_until;               // what was set, in force or not
  CivilDate recorded_on;             // of the last record
  bool waits = false;
};

class Matters {
 public:
  // A record about somebody of the household; what is neither entry nor request is passed over.
  Status add(const journal::RecordRow& record, PersonId person, HouseholdId household,
             CivilDate recorded_on);

  // Who was erased: all of theirs goes by that.
  void forget(PersonId person, HouseholdId household);

  // All of a household whose time is over by a rule.
  std::vector<Matter> over(Rule rule, HouseholdId household, std::int64_t days,
                           CivilDate today) const;
  // Calls for each matter of anybody.
  template <class Take>
  void each(Take take) const {
    for (const auto& [household, matters] : entries_) {
      for (const auto& [name, matter] : matters) take(household, matter);
    }
    for (const auto& [household, matters] : requests_) {
      for (const auto& [name, matter] : matters) take(household, matter);
    }
  }

 private:
  using EntryName = std::tuple<PersonId, residents::KeyGroup, CivilDate>;
  Status add_entry(const journal::RecordRow& record, PersonId person, HouseholdId household,
                   CivilDate recorded_on);
  Matter& entry(const EntryName& name, HouseholdId household, const RegionCode& region);
  Matter* entry_of(StatusEntryId entry, HouseholdId household);
  Status add_request(const journal::RecordRow& record, PersonId person, HouseholdId household,
                     CivilDate recorded_on);

  std::map<HouseholdId, std::map<EntryName, Matter>> entries_;
  std::map<StatusEntryId, EntryName> set_;
  std::map<HouseholdId, std::map<ledger::RequestId, Matter>> requests_;
};

}  // namespace wangdi::retention
