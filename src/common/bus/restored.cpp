// SPDX-License-Identifier: Apache-2.0
// The events of restores and accepted losses, and what they mean for positions answered before.
#include "common/bus/restored.hpp"

#include <algorithm>

#include "access/system_actor.hpp"
#include "common/crypto/crypto.hpp"
#include "journal/journal.hpp"
#include "store/rows.hpp"

namespace wangdi::bus {
namespace {

using store::Statement;

constexpr Statement kHeads{
    "journal_heads",
    "SELECT district, max(last_sequence) FROM journal_seal GROUP BY district ORDER BY district"};
constexpr Statement kRegion{"journal_region",
                            "SELECT region FROM journal WHERE district = $1 AND sequence = $2"};
constexpr Statement kRestores{"data_restored_all",
                              "SELECT district, number, sequence, backup_at, restored_at"
                              " FROM data_restored ORDER BY district, number"};
constexpr Statement kAll[] = {kHeads, kRegion, kRestores};

struct HeadRow {
  District district;
  std::int64_t sequence = 0;
};
WD_DESCRIBE(HeadRow, district, sequence)
struct RegionRow {
  RegionCode region;
};
WD_DESCRIBE(RegionRow, region)

DataRestoredRow row_of(const DataRestored& event, District district, UnixMs recorded_at) {
  return {district, event.number, event.sequence, event.backup_at, recorded_at};
}

DataRestoredRow row_of(const LossAccepted& event, District district, UnixMs recorded_at) {
  return {district, event.number, event.sequence, event.anchored_at, recorded_at};
}

template <class Event>
void data_restored(const Event& event, const Recorded& frame, store::Rows& rows) {
  rows.put(kDataRestored, row_of(event, frame.position.district, frame.recorded_at));
}

class Recording {
 public:
  // `subject`: one id for the records of all districts.
  Recording(store::Connection& connection, Uuid subject, UnixMs now)
      : connection_(connection),
        subject_(subject),
        now_(now),
        journal_(connection, [this](std::span<std::uint8_t> out) { random_.fill(out); }),
        rows_(connection, store::Start::kStored) {}

  // `head`: the last position of the district, sequence 0 when all of it is gone.
  template <class Event>
  Status append(const journal::Position& head, const Event& event) {
    WD_TRY(const auto region, region_at(head));
    std::vector<journal::RecordRow> records(1);
    auto& record = records.front();
    record.district = head.district;
    record.command = CommandId{make_uuid_v7(now_, random_.take<10>())};
    record.region = region;
    record.type = Event::kType;
    record.version = Event::kVersion;
    record.subject = subject_;
    record.actor = access::kSystemAccount;
    record.occurred_at = record.recorded_at = now_;
    record.body = codec::encode(event);
    WD_TRY([[maybe_unused]] auto appended, journal_.append(records));
    rows_.put(kDataRestored, row_of(event, head.district, now_));
    return ok();
  }

  Result<RegionCode> region_at(const journal::Position& head) {
    if (head.sequence == 0) return RegionCode::of(head.district);
    WD_TRY(const auto row,
           store::select_one<RegionRow>(connection_, kRegion, head.district, head.sequence));
    if (!row) return Error(ErrorCode::journal_damaged).with("where", "heads");
    return row->region.at(RegionLevel::county);
  }

  Status seal() {
    WD_TRY([[maybe_unused]] auto flushed, rows_.flush());
    WD_TRY([[maybe_unused]] auto sealed, journal_.seal(now_));
    return ok();
  }

 private:
  store::Connection& connection_;
  Uuid subject_;
  UnixMs now_;
  crypto::Random random_;
  journal::Journal journal_;
  store::Rows rows_;
};

}  // namespace

Result<std::vector<journal::Position>> journal_heads(store::Connection& connection) {
  WD_TRY(const auto rows, store::select<HeadRow>(connection, kHeads));
  std::vector<journal::Position> heads;
  heads.reserve(rows.size());
  for (const auto& row : rows) heads.push_back({row.district, row.sequence});
  return heads;
}

Result<Restores> Restores::load(store::Connection& connection) {
  Restores restores;
  WD_TRY(restores.rows_, store::select<DataRestoredRow>(connection, kRestores));
  auto& numbers = restores.numbers_;
  for (const auto& row : restores.rows_) numbers.push_back(row.number);
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  return restores;
}

std::optional<std::int64_t> Restores::kept(District district, std::int64_t number) const {
  std::optional<std::int64_t> least;
  for (auto restore = std::ranges::upper_bound(numbers_, number); restore != numbers_.end();
       ++restore) {
    const auto row = std::ranges::find_if(rows_, [&](const DataRestoredRow& one) {
      return one.district == district && one.number == *restore;
    });
    // A backup without the district held nothing of it.
    const auto held = row == rows_.end() ? 0 : row->sequence;
    least = std::min(least.value_or(held), held);
  }
  return least;
}

std::optional<std::int64_t> Restores::kept(
    District district, const std::function<bool(std::int64_t number)>& holds) const {
  constexpr std::int64_t kBeforeAll = -1;
  for (auto number = numbers_.rbegin(); number != numbers_.rend(); ++number) {
    if (holds(*number)) return kept(district, *number);
  }
  return kept(district, holds(0) ? 0 : kBeforeAll);
}

namespace {

// One event in each district, in one commit; `event_of` makes it of the district's head. `gone`:
// districts of which the journal has nothing.
template <class EventOf>
Result<std::int64_t> record_in_all(store::Connection& connection, Uuid subject, UnixMs now,
                                   const std::vector<District>& gone, EventOf event_of) {
  WD_TRY(const auto before, Restores::load(connection));
  WD_TRY(auto heads, journal_heads(connection));
  for (const auto district : gone) heads.push_back({district, 0});
  const auto number = std::max(now, before.number() + 1);
  WD_TRY([[maybe_unused]] auto begun, connection.begin());
  Recording recording(connection, subject, now);
  const auto record = [&]() -> Status {
    for (const auto& head : heads) {
      WD_TRY([[maybe_unused]] auto appended, recording.append(head, event_of(head, number)));
    }
    WD_TRY([[maybe_unused]] auto sealed, recording.seal());
    return connection.commit();
  };
  if (auto recorded = record(); !recorded) {
    connection.rollback();
    return std::move(recorded).error();
  }
  return number;
}

}  // namespace

Result<std::int64_t> record_restore(store::Connection& connection, const BackupMark& backup,
                                    UnixMs now) {
  return record_in_all(connection, backup.id, now, {},
                       [&](const journal::Position& head, std::int64_t number) {
                         return DataRestored{number, head.sequence, backup.made_at};
                       });
}

Result<std::int64_t> record_loss(store::Connection& connection, const Loss& loss, UnixMs now) {
  crypto::Random random;
  const auto subject = make_uuid_v7(now, random.take<10>());
  std::vector<District> gone;
  for (const auto& alarm : loss.alarms) {
    if (alarm.reason == journal::AlarmReason::district_missing) {
      gone.push_back(alarm.last.district);
    }
  }
  return record_in_all(
      connection, subject, now, gone, [&](const journal::Position& head, std::int64_t number) {
        LossAccepted event{number, head.sequence, 0, loss.anchored_at, {}, loss.user};
        for (const auto& alarm : loss.alarms) {
          if (alarm.last.sequence != 0 && alarm.last.district != head.district) continue;
          event.anchored = std::max(event.anchored, alarm.last.sequence);
          event.why = journal::name_of(alarm.reason);
          // Where other records stand, nobody knows since when: devices show all they have.
          if (alarm.reason == journal::AlarmReason::seal_changed ||
              alarm.reason == journal::AlarmReason::claim_differs) {
            event.sequence = 0;
          }
        }
        return event;
      });
}

void register_restored(Registry& registry) {
  registry.table(kDataRestored);
  registry.project<DataRestored>(data_restored<DataRestored>);
  registry.project<LossAccepted>(data_restored<LossAccepted>);
}

std::span<const Statement> restored_statements() { return kAll; }

}  // namespace wangdi::bus
