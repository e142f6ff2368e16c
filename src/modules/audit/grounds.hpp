// SPDX-License-Identifier: Apache-2.0
// What reads rested on: the readers' own records in the journal, visits and findings at the doors,
// requests of residents, key groups, doors that were due. Asked once a household, kept for the day.
#pragma once

#include <functional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "journal/journal.hpp"
#include "modules/accounts/facts.hpp"
#include "modules/audit/rules.hpp"
#include "modules/screening/facts.hpp"
#include "store/engine.hpp"
#include "vault/access_log.hpp"

namespace wangdi::audit {

struct DayPlace {
  District district;
  CivilDate day;
  ZoneOffset zone;
};

class Grounds {
 public:
  Grounds(store::Connection& db, const DayPlace& place, const Limits& limits)
      : db_(db), place_(place), limits_(limits) {}

  // Says who read; only their records are kept. Then reads the journal around the day.
  Status load(std::span<const AccountId> readers);

  // The household a line is about; nil when it is about many or nobody. Of somebody whose data are
  // gone the subject stands for itself.
  Result<Uuid> household_of(const Uuid& subject);
  Result<Ground> of_read(AccountId reader, const Uuid& subject, const Uuid& household, UnixMs at);
  // Whether the account recorded something of the household around an instant of an earlier day.
  // `remember` names the households that will be asked about, before.
  Status load_earlier(const std::unordered_map<AccountId, std::vector<Uuid>>& asked);
  Result<bool> recorded_earlier(AccountId reader, const Uuid& household, UnixMs at);

  std::vector<UnixMs> records_of(AccountId account) const;
  bool has_registered(AccountId account) const { return registered_.contains(account); }

 private:
  struct Known {
    std::vector<screening::DoorRecord> visits;
    bool has_key_person = false;
  };
  // By household.
  using Records = std::unordered_map<Uuid, std::vector<UnixMs>>;

  Result<std::int64_t> first_record_at(UnixMs instant);
  Status read_journal(UnixMs from, UnixMs until,
                      const std::function<Status(const journal::RecordHeader&)>& each);
  Status note(const journal::RecordHeader& record);
  Result<const Known*> known(const Uuid& household);
  Result<const accounts::Office*> office(AccountId account, UnixMs at);
  Result<bool> is_due(AccountId reader, const Uuid& household, UnixMs at);
  bool is_around(UnixMs record, UnixMs read) const;
  bool waits(const Known& known, const Uuid& subject, const Uuid& household, UnixMs at) const;

  store::Connection& db_;
  DayPlace place_;
  const Limits& limits_;
  std::unordered_map<AccountId, Records> own_;  // of readers; all of them have an entry
  std::unordered_map<AccountId, Records> earlier_;
  std::unordered_map<AccountId, std::vector<UnixMs>> records_;
  std::unordered_set<AccountId> registered_;
  std::unordered_map<Uuid, std::vector<UnixMs>> entries_;  // to decide, by person
  std::unordered_set<Uuid> requested_;                     // households
  std::unordered_map<Uuid, Uuid> households_;              // by subject
  std::unordered_map<Uuid, Known> known_;
  std::unordered_map<AccountId, std::optional<accounts::Office>> offices_;
  std::unordered_map<RegionCode, std::vector<screening::RoundFacts>> rounds_;
};

}  // namespace wangdi::audit
