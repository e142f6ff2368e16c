// SPDX-License-Identifier: Apache-2.0
// What was answered and is gone: by a restore from a backup, or because a journal had lost its end
// and an operator accepted that. Either leaves one event in each district: up to which position it
// was kept. Receipts carry the number of the last such event, so that a phone whose answers were
// lost is told to send again.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "common/bus/registry.hpp"
#include "journal/anchor.hpp"

namespace wangdi::bus {

struct DataRestored {
  static constexpr std::string_view kType = "bus.data_restored";
  static constexpr int kVersion = 1;
  // The instant of the restore: a second one, from a backup that knows nothing of the first, must
  // not get its number.
  std::int64_t number = 0;
  std::int64_t sequence = 0;   // the last of the district that the backup held
  std::int64_t backup_at = 0;  // when the backup was made
};
WD_DESCRIBE(DataRestored, number, sequence, backup_at)

struct LossAccepted {
  static constexpr std::string_view kType = "bus.loss_accepted";
  static constexpr int kVersion = 1;
  std::int64_t number = 0;    // as of a restore, and in one order with those
  std::int64_t sequence = 0;  // the last of the district that was there; 0: none is vouched for
  std::int64_t anchored = 0;  // the last that the anchor or a device knew of; 0: not known
  std::int64_t anchored_at = 0;
  std::string why;        // name of the alarm; empty where this district had lost nothing
  std::int64_t user = 0;  // number of the machine's user who accepted it
};
WD_DESCRIBE(LossAccepted, number, sequence, anchored, anchored_at, why, user)

struct DataRestoredRow {
  District district;
  std::int64_t number = 0;
  std::int64_t sequence = 0;
  UnixMs backup_at = 0;
  UnixMs restored_at = 0;
};
WD_DESCRIBE(DataRestoredRow, district, number, sequence, backup_at, restored_at)
inline constexpr store::Table<DataRestoredRow, 2> kDataRestored{"data_restored"};

// The last sealed position of each district.
Result<std::vector<journal::Position>> journal_heads(store::Connection& connection);

class Restores {
 public:
  Restores() = default;
  static Result<Restores> load(store::Connection& connection);

  // Of the last restore; 0 when there was none.
  std::int64_t number() const { return numbers_.empty() ? 0 : numbers_.back(); }
  // For what was answered while `number` was the last restore: the last position of the district
  // that no restore since has lost. Nothing when there was none since.
  std::optional<std::int64_t> kept(District district, std::int64_t number) const;
  // The same for a receipt that `holds` knows under the number it is given; one that is unknown
  // under all counts as older than all.
  std::optional<std::int64_t> kept(District district,
                                   const std::function<bool(std::int64_t number)>& holds) const;

 private:
  std::vector<std::int64_t> numbers_;  // ascending
  std::vector<DataRestoredRow> rows_;
};

struct BackupMark {
  Uuid id;
  UnixMs made_at = 0;
};
// Appends the event to each district of a restored database and commits. The tables of the registry
// and the journal exist. Returns the number of this restore.
Result<std::int64_t> record_restore(store::Connection& connection, const BackupMark& backup,
                                    UnixMs now);

// What an operator accepted as lost.
struct Loss {
  std::vector<journal::Alarm> alarms;
  UnixMs anchored_at = 0;  // 0: no anchor was there
  std::int64_t user = 0;
};
// The same for a database whose journal lost its end: LossAccepted instead of DataRestored.
Result<std::int64_t> record_loss(store::Connection& connection, const Loss& loss, UnixMs now);

void register_restored(Registry& registry);
std::span<const store::Statement> restored_statements();

}  // namespace wangdi::bus
