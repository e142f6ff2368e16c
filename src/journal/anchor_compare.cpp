// SPDX-License-Identifier: Apache-2.0
// The comparison of an anchor with a journal.
#include "journal/anchor.hpp"
#include "journal/journal.hpp"

namespace wangdi::journal {

std::string_view name_of(AlarmReason reason) {
  switch (reason) {
    case AlarmReason::anchor_missing:
      return "anchor_missing";
    case AlarmReason::anchor_damaged:
      return "anchor_damaged";
    case AlarmReason::district_missing:
      return "district_missing";
    case AlarmReason::tail_missing:
      return "tail_missing";
    case AlarmReason::seal_changed:
      return "seal_changed";
    case AlarmReason::claim_above_head:
      return "claim_above_head";
    case AlarmReason::claim_differs:
      return "claim_differs";
  }
  return "";
}

JournalView view_of(store::Connection& connection) {
  return {[&connection](const Position& position) -> Result<std::optional<Digest>> {
            WD_TRY(const auto seal, seal_at(connection, position));
            return seal ? std::optional(seal->hash) : std::nullopt;
          },
          [&connection](District district) -> Result<std::int64_t> {
            WD_TRY(const auto seal, last_seal(connection, district));
            return seal ? seal->last_sequence : 0;
          }};
}

Result<std::vector<Alarm>> compare(const Anchor& anchor, const JournalView& journal) {
  std::vector<Alarm> alarms;
  for (const auto& head : anchor.heads) {
    const auto& place = head.position;
    WD_TRY(const auto hash, journal.seal_at(place));
    if (hash == head.hash) continue;
    WD_TRY(const auto last, journal.head_of(place.district));
    if (last == 0) {
      alarms.push_back({AlarmReason::district_missing, {place.district, 1}, place});
    } else if (last < place.sequence) {
      alarms.push_back({AlarmReason::tail_missing, {place.district, last + 1}, place});
    } else {
      alarms.push_back({AlarmReason::seal_changed, place, place});
    }
  }
  return alarms;
}

}  // namespace wangdi::journal
