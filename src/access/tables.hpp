// SPDX-License-Identifier: Apache-2.0
// Login names, credentials and sessions. All stand in the nation's pseudo-district, so that a login
// is found by its name alone; none can be rebuilt from the journal. No table holds a name, a
// password or a token: names, first secrets, recovery and phone codes are MACs, passwords Argon2id,
// tokens of sessions and programs SHA-256, the secrets of one-time codes sealed; of phones' keys
// there is the public half.
#pragma once

#include <optional>
#include <string>

#include "access/device_key_id.hpp"
#include "access/fingerprint.hpp"
#include "access/role.hpp"
#include "base/civil_date.hpp"
#include "codec/describe.hpp"
#include "common/crypto/bytes.hpp"
#include "store/table.hpp"

namespace wangdi::access {

using Mac = Fingerprint;
using SessionKey = Fingerprint;  // SHA-256 of the token

inline constexpr District kNation{};

// The name stays taken after its account was closed.
struct LoginRow {
  District district = kNation;
  Mac name{};  // SecretMacs::login
  AccountId account;
};
WD_DESCRIBE(LoginRow, district, name, account)
inline constexpr store::Table<LoginRow, 2> kLogin{"login", {}, false};

// Neither a password nor a first secret: nobody can enter (closed, or reset and not yet told).
struct CredentialRow {
  District district = kNation;
  AccountId account;
  District home;              // where the account's row and names are
  std::string password_hash;  // empty until the person has set one
  std::optional<Mac> first_secret;
  UnixMs first_secret_at = 0;  // 0: none was ever given
  bool first_secret_used = false;
  UnixMs last_seen = 0;    // 0: never
  UnixMs password_at = 0;  // when the password was set; 0: before that was noted
};
WD_DESCRIBE(CredentialRow, district, account, home, password_hash, first_secret, first_secret_at,
            first_secret_used, last_seen, password_at)
inline constexpr store::Table<CredentialRow, 2> kCredential{"credential", {}, false};

// The second factor of an account: none until a code of the offered secret was shown. Secrets are
// sealed under a key of the keys folder (FactorSecrets).
struct SecondFactorRow {
  District district = kNation;
  AccountId account;
  crypto::Bytes secret;  // empty until enrolled
  UnixMs since = 0;
  std::int64_t last_step = 0;  // of the last code that was taken: it and earlier ones are used up
  crypto::Bytes offered;       // of an enrolment that was begun
  UnixMs offered_at = 0;
  bool is_enrolled() const { return !secret.empty(); }
};
WD_DESCRIBE(SecondFactorRow, district, account, secret, since, last_step, offered, offered_at)
inline constexpr store::Table<SecondFactorRow, 2> kSecondFactor{"second_factor", {}, false};

// Each opens once what a lost phone keeps closed.
struct RecoveryCodeRow {
  District district = kNation;
  AccountId account;
  Mac code{};  // SecretMacs::recovery_code
};
WD_DESCRIBE(RecoveryCodeRow, district, account, code)
inline constexpr store::Table<RecoveryCodeRow, 3> kRecoveryCode{"recovery_code", {}, false};

// A phone's own key: the public half. The private one never leaves the phone.
struct DeviceKeyRow {
  District district = kNation;
  AccountId account;
  DeviceKeyId key{};
  Mac name{};  // SecretMacs::login of the account
  crypto::Bytes public_point;
  UnixMs since = 0;
  UnixMs entered_at = 0;      // as told to the phone last: enrolled, or logged in
  UnixMs last_challenge = 0;  // of the last that was taken: it and earlier ones are used up
  UnixMs rights_at = 0;       // when role, region or password changed last; 0: not since enrolled
};
WD_DESCRIBE(DeviceKeyRow, district, account, key, name, public_point, since, entered_at,
            last_challenge, rights_at)
inline constexpr store::Table<DeviceKeyRow, 3> kDeviceKey{"device_key", {}, false};

// Opens the account once on a phone that is not enrolled yet; made on one that is.
struct DeviceCodeRow {
  District district = kNation;
  AccountId account;
  Mac code{};  // SecretMacs::device_code
  UnixMs ends_at = 0;
};
WD_DESCRIBE(DeviceCodeRow, district, account, code, ends_at)
inline constexpr store::Table<DeviceCodeRow, 2> kDeviceCode{"device_code", {}, false};

struct SessionRow {
  District district = kNation;
  AccountId account;
  SessionKey session{};
  DeviceId device;
  Role role = Role::grid_worker;  // as at log-in: a change of role or region ends the session
  RegionCode region;
  bool must_set_password = false;  // entered with a first secret, or with an old password
  UnixMs created = 0;
  UnixMs last_seen = 0;
  UnixMs ends_at = 0;                     // whatever happens
  bool password_is_old = false;           // why a password has to be set
  std::optional<DeviceKeyId> device_key;  // that opened it, or was enrolled in it
  bool factor_shown = false;  // opened with a second factor of any kind, or enrolled a phone
};
WD_DESCRIBE(SessionRow, district, account, session, device, role, region, must_set_password,
            created, last_seen, ends_at, password_is_old, device_key, factor_shown)
inline constexpr store::Table<SessionRow, 3> kSession{"session", {}, false};

// An API token that is in use. Its end by time stands in the row, its end by anything else erases
// it. Role and region are those of the making: whatever changes them ends it.
struct TokenRow {
  District district = kNation;
  AccountId account;
  TokenId token;
  SessionKey key{};  // SHA-256 of the secret
  Role role = Role::community_officer;
  RegionCode region;
  std::int64_t uses = 0;  // TokenUses::bits
  UnixMs ends_at = 0;
  UnixMs last_used = 0;  // to the hour; 0: never
};
WD_DESCRIBE(TokenRow, district, account, token, key, role, region, uses, ends_at, last_used)
inline constexpr store::Table<TokenRow, 3> kToken{"api_token", {}, false};

}  // namespace wangdi::access
