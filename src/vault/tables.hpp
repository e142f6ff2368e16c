// SPDX-License-Identifier: Apache-2.0
// The tables of the vault. Ciphertexts, the access log and the pairing lie in the main database;
// keys and the blind index lie in keys.db inside the keys folder. None of them is rebuilt.
#pragma once

#include <array>

#include "codec/describe.hpp"
#include "store/table.hpp"
#include "vault/fields.hpp"

namespace wangdi::vault {

using Mark16 = std::array<std::uint8_t, 16>;

// ---- main database ----

struct VaultFieldRow {
  District district{};
  Uuid subject{};
  Field field = Field::name;
  std::int64_t version = 0;  // number of the batch that sealed it; part of what the seal binds
  store::Bytes ciphertext{};
};
WD_DESCRIBE(VaultFieldRow, district, subject, field, version, ciphertext)
inline constexpr store::Table<VaultFieldRow, 3> kVaultField{"vault_field", {}, false};

// Which keys folder belongs to the database, and the last batch of a scope that wrote vault rows.
// It tells at start whether the last batch of keys.db was committed here too. In a restored
// database the batch stands as its complement (below 0) until vault rows of the scope are written.
struct VaultStateRow {
  District district{};  // the scope (batch_states.hpp)
  Mark16 pairing{};
  std::int64_t batch = 0;
};
WD_DESCRIBE(VaultStateRow, district, pairing, batch)
inline constexpr store::Table<VaultStateRow, 1> kVaultState{"vault_state", {}, false};

struct AccessLogRow {
  District district{};
  std::int64_t sequence = 0;  // 1, 2, 3 .. within the district
  UnixMs at = 0;
  AccountId actor{};
  Purpose purpose = Purpose::home_visit;
  Operation operation = Operation::unmask;
  RegionCode region{};
  Uuid subject{};           // nil for an operation on many
  std::int64_t fields = 0;  // Fields::bits
  std::int64_t count = 0;   // persons or households concerned
  std::array<std::uint8_t, 32> hash{};
};
WD_DESCRIBE(AccessLogRow, district, sequence, at, actor, purpose, operation, region, subject,
            fields, count, hash)
inline constexpr store::Index kAccessLogIndexes[] = {
    {"actor", "district, actor, operation, at"},
    {"subject", "district, subject, at"},
};
inline constexpr store::Table<AccessLogRow, 2> kAccessLog{"access_log", kAccessLogIndexes, false};

// ---- keys.db ----

struct PersonKeyRow {
  District district{};
  Uuid subject{};
  store::Bytes wrapped{};  // sealed by the epoch key
};
WD_DESCRIBE(PersonKeyRow, district, subject, wrapped)
inline constexpr store::Table<PersonKeyRow, 2> kPersonKey{"person_key", {}, false};

struct BlindIndexRow {
  District district{};
  Field kind = Field::phone;
  Mark16 enciphered{};  // the MAC of the value, under the index key of the epoch (blind_index.hpp)
  Uuid subject{};
};
WD_DESCRIBE(BlindIndexRow, district, kind, enciphered, subject)
inline constexpr store::Table<BlindIndexRow, 4> kBlindIndex{"blind_index", {}, false};

// Keys that are not a person's, sealed by the epoch key. An empty one was destroyed.
struct NamedKeyRow {
  District district{};  // always the nation's
  std::int32_t name = 0;
  std::int32_t month = 0;
  store::Bytes wrapped{};
};
WD_DESCRIBE(NamedKeyRow, district, name, month, wrapped)
inline constexpr store::Table<NamedKeyRow, 3> kNamedKey{"named_key", {}, false};

// One row a scope. `unsettled` lists what its last batch changed in keys.db, so that the start can
// take back what the main database never committed.
struct KeysStateRow {
  District district{};  // the scope (batch_states.hpp)
  Mark16 pairing{};
  std::int64_t epoch = 0;
  std::int64_t batch = 0;
  std::int64_t settled = 0;  // last batch known to be in the main database when this was written
  store::Bytes unsettled{};
};
WD_DESCRIBE(KeysStateRow, district, pairing, epoch, batch, settled, unsettled)
inline constexpr store::Table<KeysStateRow, 1> kKeysState{"keys_state", {}, false};

}  // namespace wangdi::vault
