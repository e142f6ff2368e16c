// SPDX-License-Identifier: Apache-2.0
// The anchor: the last seal of each district, kept in a file outside the database, so that a
// journal that lost its end, or another journal in its place, is seen. A chain alone shows no
// missing end. The file is one line of MAC and one of JSON; it is written after the commits it
// names, so it may be behind the journal but never ahead.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/record.hpp"
#include "store/engine.hpp"

namespace wangdi::journal {

inline constexpr std::size_t kAnchorDistrictsMax = 10'000;
inline constexpr std::size_t kAnchorBytesMax = 4u << 20;

struct AnchorHead {
  Position position;  // the last sealed one of its district
  std::int64_t commit_number = 0;
  Digest hash{};  // of that seal
  bool operator==(const AnchorHead&) const = default;
};

struct Anchor {
  UnixMs written_at = 0;
  std::int64_t restore = 0;       // number of the last restore, 0 when there was none
  std::vector<AnchorHead> heads;  // ordered by district
  bool operator==(const Anchor&) const = default;
};

// The bytes of the file, and back; nothing when a bit differs from what was written under this key.
std::string anchor_text(const Anchor& anchor, crypto::Hmac& mac);
std::optional<Anchor> parse_anchor(std::string_view text, crypto::Hmac& mac);

// Replaces the file in one step: whenever the process or the machine stops, the file is the old one
// or the new one. On disk when it returns. Errors: storage_failed, storage_full.
Status write_anchor(const std::string& path, const Anchor& anchor, crypto::Hmac& mac);

enum class AnchorState : std::uint8_t { missing, damaged, whole };
struct AnchorFile {
  AnchorState state = AnchorState::missing;
  Anchor anchor;  // when it is whole
};
// A file that cannot be read, is too long or not under this key counts as damaged.
AnchorFile read_anchor(const std::string& path, crypto::Hmac& mac);

// Why a journal must not be written on.
enum class AlarmReason : std::uint8_t {
  anchor_missing,    // the folder had one
  anchor_damaged,    // unreadable, cut, or not made by this installation
  district_missing,  // the journal has nothing of a district that the anchor names
  tail_missing,      // the journal ends before the anchor
  seal_changed,      // another record than the anchored one stands at its place
  claim_above_head,  // a device holds the receipt of a position that the journal does not have
  claim_differs,     // a device holds the receipt of another record than stands at its place
};
std::string_view name_of(AlarmReason reason);

struct Alarm {
  AlarmReason reason = AlarmReason::anchor_missing;
  Position first;  // that is missing or differs; sequence 0 where no position is known
  Position last;   // what the anchor or the device knows of
  bool operator==(const Alarm&) const = default;
};

// What the journal has to say, so that the comparison is a function of values.
struct JournalView {
  std::function<Result<std::optional<Digest>>(const Position&)> seal_at;
  std::function<Result<std::int64_t>(District)> head_of;  // 0: nothing of the district
};
JournalView view_of(store::Connection& connection);

// All districts in which the journal is not the anchored one or a longer one.
Result<std::vector<Alarm>> compare(const Anchor& anchor, const JournalView& journal);

}  // namespace wangdi::journal
