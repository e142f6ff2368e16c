// SPDX-License-Identifier: Apache-2.0
// What the journal keeps: one record an event, one seal a commit and district. The position of a
// record is (district, sequence), numbered without gaps by the one writer of the district.
#pragma once

#include <optional>
#include <string>

#include "codec/describe.hpp"
#include "journal/digest.hpp"
#include "store/table.hpp"

namespace wangdi::journal {

using Salt = std::array<std::uint8_t, 16>;
using Mac = std::array<std::uint8_t, 32>;

struct Position {
  District district;
  std::int64_t sequence = 0;  // 1 is the first record of a district
  auto operator<=>(const Position&) const = default;
};

struct RecordRow {
  District district;
  std::int64_t sequence = 0;
  EventId event;
  CommandId command;
  std::int32_t ordinal = 0;  // of the records one command gave; 0 carries the answer
  RegionCode region;
  std::string type;
  std::int32_t version = 1;
  Uuid subject;
  AccountId actor;
  DeviceId device;
  UnixMs occurred_at = 0;  // device clock, corrected by the measured skew
  std::int64_t skew_ms = 0;
  std::int64_t device_sequence = 0;  // counts a device's own records, 0 when unknown
  UnixMs recorded_at = 0;
  std::optional<std::string> body;  // gone after lawful destruction, as is the salt
  std::optional<Salt> salt;
  Digest body_hash{};                 // SHA-256(salt, body)
  std::optional<Mac> body_mac;        // of the command's body, ordinal 0: tells repeats apart
  std::optional<std::string> answer;  // ordinal 0: given again to a repeat
};
WD_DESCRIBE(RecordRow, district, sequence, event, command, ordinal, region, type, version, subject,
            actor, device, occurred_at, skew_ms, device_sequence, recorded_at, body, salt,
            body_hash, body_mac, answer)

inline constexpr store::Index kRecordIndexes[] = {
    {"command", "district, command, ordinal", true},
};
inline constexpr store::Table<RecordRow, 2> kRecord{"journal", kRecordIndexes, false};

// The chain: hash = SHA-256(hash before, district, first, last, headers and body hashes between).
struct SealRow {
  District district;
  std::int64_t last_sequence = 0;
  std::int64_t first_sequence = 0;
  std::int64_t commit_number = 0;  // order of commits on this engine, for followers and streams
  UnixMs recorded_at = 0;
  Digest hash{};
};
WD_DESCRIBE(SealRow, district, last_sequence, first_sequence, commit_number, recorded_at, hash)

inline constexpr store::Index kSealIndexes[] = {
    {"commit", "commit_number, district", false},
};
inline constexpr store::Table<SealRow, 2> kSeal{"journal_seal", kSealIndexes, false};

}  // namespace wangdi::journal
