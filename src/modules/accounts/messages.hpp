// SPDX-License-Identifier: Apache-2.0
// Commands, events and views of staff accounts, and the bodies of logging in. Events hold no name:
// what the person is called and logs in as is in the vault, under the account's id.
#pragma once

#include <optional>
#include <string>

#include "access/device_keep.hpp"
#include "access/role_names.hpp"
#include "base/limits.hpp"
#include "codec/json.hpp"
#include "modules/regions/messages.hpp"
#include "types/list.hpp"
#include "types/text.hpp"

namespace wangdi::accounts {

// 3 to 40 of a to z, 0 to 9, '.', '_' and '-'.
class LoginName {
 public:
  static constexpr std::size_t kLeast = 3;
  static constexpr std::size_t kMost = 40;
  // Errors: field_missing, field_too_short, field_too_long, field_type.
  static Result<LoginName> parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const LoginName&) const = default;

 private:
  std::string text_;
};

}  // namespace wangdi::accounts

namespace wangdi::codec {
template <>
struct FieldType<accounts::LoginName> {
  static Result<accounts::LoginName> parse(std::string_view text) {
    return accounts::LoginName::parse(text);
  }
  static void format(const accounts::LoginName& value, std::string& out) {
    out.append(value.text());
  }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "LoginName",
            .rule = {.length_least = accounts::LoginName::kLeast,
                     .length_most = accounts::LoginName::kMost,
                     .pattern = "^[a-z0-9._-]+$",
                     .errors = {.length_least = ErrorCode::field_too_short,
                                .pattern = ErrorCode::field_type}}};
  }
};
}  // namespace wangdi::codec

namespace wangdi::accounts {

enum class AccountState : std::uint8_t { open = 1, closed = 2 };
WD_ENUM(AccountState, (open, "使用中", "Open"), (closed, "已停用", "Closed"))

// ---- commands ----

struct OpenAccount {
  static constexpr std::string_view kType = "accounts.open";
  AccountId account;
  LoginName name;
  Text<30, 1> display_name;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
WD_STRUCT(OpenAccount, (account, "账号", "Account", "", "access"),
          (name, "账号名", "Account name", "", "access"),
          (display_name, "姓名", "Display name", "", "access"),
          (role, "角色", "Role", "", "access"), (region, "辖区", "Region", "", "access"))

struct MoveAccount {
  static constexpr std::string_view kType = "accounts.move";
  AccountId account;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
WD_STRUCT(MoveAccount, (account, "账号", "Account", "", "access"),
          (role, "角色", "Role", "", "access"), (region, "辖区", "Region", "", "access"))

struct CloseAccount {
  static constexpr std::string_view kType = "accounts.close";
  AccountId account;
  Text<200, 1> reason;
};
WD_STRUCT(CloseAccount, (account, "账号", "Account", "", "access"),
          (reason, "原因", "Reason", "", "access"))

struct ResetAccount {
  static constexpr std::string_view kType = "accounts.reset";
  AccountId account;
};
WD_STRUCT(ResetAccount, (account, "账号", "Account", "", "access"))

// The answer to resetting, and to opening by who may let somebody in; given once: the journal never
// holds it.
struct FirstSecret {
  std::string first_secret;
  std::int64_t expires_at = 0;
};
WD_STRUCT(FirstSecret, (first_secret, "首次密码", "First secret", "", "access"),
          (expires_at, "有效期至", "Expires at", "unix_ms", "access"))

// ---- events; the subject is the account ----

struct AccountOpened {
  static constexpr std::string_view kType = "accounts.opened";
  static constexpr int kVersion = 1;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
WD_DESCRIBE(AccountOpened, role, region)

struct AccountMoved {
  static constexpr std::string_view kType = "accounts.moved";
  static constexpr int kVersion = 1;
  access::Role role = access::Role::grid_worker;
  RegionCode region;
};
WD_DESCRIBE(AccountMoved, role, region)

struct AccountClosed {
  static constexpr std::string_view kType = "accounts.closed";
  static constexpr int kVersion = 1;
};
WD_DESCRIBE(AccountClosed)

struct AccountReset {
  static constexpr std::string_view kType = "accounts.reset_done";
  static constexpr int kVersion = 1;
};
WD_DESCRIBE(AccountReset)

// ---- views ----

struct AccountView {
  AccountId id;
  std::string name;
  std::string display_name;
  access::Role role = access::Role::grid_worker;
  regions::RegionView region;
};
WD_STRUCT(AccountView, (id, "账号", "Account", "", "access"),
          (name, "账号名", "Account name", "", "access"),
          (display_name, "姓名", "Display name", "", "access"),
          (role, "角色", "Role", "", "access"), (region, "辖区", "Region", "", "access"))

struct MeParams {};
WD_STRUCT(MeParams)

struct AccountsParams {
  RegionCode region;
  std::optional<Text<100>> after;
};
WD_STRUCT(AccountsParams, (region, "辖区", "Region", "", "access"),
          (after, "从哪个之后", "After this place in the list", "", "access"))

struct AccountRow {
  AccountId id;
  std::string name;
  std::string display_name;
  access::Role role = access::Role::grid_worker;
  regions::RegionStep region;
  AccountState state = AccountState::open;
  std::optional<std::int64_t> last_seen;
  std::optional<bool> awaits_first_secret;  // only there when true: nobody was let in yet
};
WD_STRUCT(AccountRow, (id, "账号", "Account", "", "access"),
          (name, "账号名", "Account name", "", "access"),
          (display_name, "姓名", "Display name", "", "access"),
          (role, "角色", "Role", "", "access"), (region, "辖区", "Region", "", "access"),
          (state, "状态", "State", "", "access"),
          (last_seen, "最近使用", "Last seen", "unix_ms", "access"),
          (awaits_first_secret, "还没有首次密码", "Waits for a first secret", "", "access"))

// By region, then by account.
struct Accounts {
  List<AccountRow, limits::kPageRows> rows;
  std::optional<std::string> next;
};
WD_STRUCT(Accounts, (rows, "账号", "Accounts", "", "access"),
          (next, "下一页从哪个之后", "Next page after", "", "access"))

// ---- logging in: these bodies never become commands ----

// What an enrolled phone signed: the challenge of the answer before, and the account name.
struct DeviceProof {
  Text<40, 1> key;
  Text<100, 1> challenge;
  Text<120, 1> signature;  // r and s, base64url
};
WD_STRUCT(DeviceProof, (key, "手机钥匙", "Phone's key", "", "access"),
          (challenge, "要签的一次性数", "Challenge to sign", "", "access"),
          (signature, "签名", "Signature", "", "access"))

struct OpenSession {
  Text<40, 1> account;
  Text<200, 1> password;
  std::optional<Text<40>> code;  // of an authenticator, a recovery code, or one of another phone
  std::optional<DeviceProof> device;
};
WD_STRUCT(OpenSession, (account, "账号", "Account", "", "access"),
          (password, "密码", "Password", "", "access"),
          (code, "动态口令", "One-time code", "", "access"),
          (device, "手机钥匙签的", "Signed by the phone's key", "", "access"))

// The length a new one needs is told by the policy's own error.
struct ChangePassword {
  Text<200, 1> current;
  Text<200, 1> next;
};
WD_STRUCT(ChangePassword, (current, "现在的密码", "Current password", "", "access"),
          (next, "新密码", "New password", "", "access"))

// Shows again who is there. The code, when the account has one-time codes; else the password.
struct ProveSession {
  std::optional<Text<200>> password;
  std::optional<Text<40>> code;
};
WD_STRUCT(ProveSession, (password, "密码", "Password", "", "access"),
          (code, "动态口令", "One-time code", "", "access"))

// The code too, when the account has one-time codes already: on a new phone.
struct OfferFactor {
  Text<200, 1> password;
  std::optional<Text<40>> code;
};
WD_STRUCT(OfferFactor, (password, "密码", "Password", "", "access"),
          (code, "动态口令", "One-time code", "", "access"))

// For an authenticator app, told once.
struct FactorOffer {
  std::string secret;
  std::string uri;
};
WD_STRUCT(FactorOffer, (secret, "密钥", "Secret", "", "access"),
          (uri, "验证器地址", "Address for the app", "", "access"))

struct ConfirmFactor {
  Text<40, 1> code;
};
WD_STRUCT(ConfirmFactor, (code, "动态口令", "One-time code", "", "access"))

// Each opens the account once when the phone is lost; told once.
struct RecoveryCodes {
  List<std::string, 10> recovery_codes;
};
WD_STRUCT(RecoveryCodes, (recovery_codes, "备用码", "Recovery codes", "", "access"))

// ---- phones' own keys (ADR 0043) ----

struct EnrolDevice {
  Text<120, 1> public_key;  // the uncompressed point, base64url
  Text<120, 1> signature;   // r and s, base64url
};
WD_STRUCT(EnrolDevice, (public_key, "公钥", "Public key", "", "access"),
          (signature, "签名", "Signature", "", "access"))

// `entered_at` goes back to the server when the session has ended, to learn what may stay.
struct EnrolledDevice {
  std::string key;
  std::int64_t entered_at = 0;
};
WD_STRUCT(EnrolledDevice, (key, "手机钥匙", "Phone's key", "", "access"),
          (entered_at, "登录时间", "Logged in at", "unix_ms", "access"))

struct MakeDeviceCode {
  Text<200, 1> password;
};
WD_STRUCT(MakeDeviceCode, (password, "密码", "Password", "", "access"))

// Opens the account once on another phone.
struct DeviceCode {
  std::string code;
  std::int64_t ends_at = 0;
};
WD_STRUCT(DeviceCode, (code, "登记码", "Enrolment code", "", "access"),
          (ends_at, "有效期至", "Ends at", "unix_ms", "access"))

struct DeviceRow {
  std::string key;
  std::int64_t since = 0;
  std::int64_t last_used = 0;
  std::optional<bool> is_this;  // only there when true
};
WD_STRUCT(DeviceRow, (key, "手机钥匙", "Phone's key", "", "access"),
          (since, "登记时间", "Enrolled at", "unix_ms", "access"),
          (last_used, "最近使用", "Last used", "unix_ms", "access"),
          (is_this, "就是这台", "This phone", "", "access"))

// Oldest first.
struct Devices {
  List<DeviceRow, 100> rows;
  std::int64_t most = 0;
};
WD_STRUCT(Devices, (rows, "已登记的手机", "Enrolled phones", "", "access"),
          (most, "最多几台", "At most", "", "access"))

struct DeviceParams {
  Text<40, 1> key;
};
WD_STRUCT(DeviceParams, (key, "手机钥匙", "Phone's key", "", "access"))

struct AskDeviceState {
  Text<40, 1> key;
  std::int64_t entered_at = 0;
};
WD_STRUCT(AskDeviceState, (key, "手机钥匙", "Phone's key", "", "access"),
          (entered_at, "登录时间", "Logged in at", "unix_ms", "access"))

// `nothing`: the key is not known any more. `key`: the rights have changed, what can be read goes.
struct DeviceState {
  access::DeviceKeep keep = access::DeviceKeep::nothing;
};
WD_STRUCT(DeviceState, (keep, "可以留下的", "What may stay", "", "access"))

// What a browser needs to keep records for its owner only (ADR 0033).
struct PhoneView {
  std::string server_key;  // the point the outbox is sealed to, base64url
  std::int64_t pin_digits = 0;
  std::int64_t pin_rounds = 0;  // of PBKDF2
  std::int64_t pin_failures_max = 0;
  std::int64_t hidden_minutes_max = 0;
  std::int64_t offline_hours_max = 0;
};
WD_STRUCT(PhoneView, (server_key, "服务器公钥", "Server's public key", "", "access"),
          (pin_digits, "手机密码位数", "Digits of the PIN", "", "access"),
          (pin_rounds, "手机密码轮数", "Rounds of the PIN", "", "access"),
          (pin_failures_max, "手机密码可错几次", "Wrong PINs allowed", "", "access"),
          (hidden_minutes_max, "放下多久要手机密码", "Hidden before the PIN is asked", "min",
           "access"),
          (offline_hours_max, "多久没有联系就清除", "Without contact before records go", "h",
           "access"))

struct SessionView {
  AccountView account;
  std::string csrf;
  std::int64_t expires_at = 0;
  bool demo = false;
  std::optional<bool> must_set_password;  // only there when true: nothing else is allowed
  std::optional<bool> password_is_old;    // only there when true: why a password must be set
  std::optional<bool> has_factor;         // only there when true: one-time codes are set up
  std::optional<bool> must_enrol_factor;  // only there when true: nothing else is allowed
  std::optional<bool> read_only;          // only there when true: nothing can be saved for now
  std::optional<bool> has_device_key;     // only there when true: a phone is enrolled
  std::optional<std::int64_t> device_entered_at;  // in a session of an enrolled phone
  PhoneView phone;
  std::int64_t server_time = 0;
};
WD_STRUCT(SessionView, (account, "账号", "Account", "", "access"),
          (csrf, "防伪令牌", "CSRF token", "", "access"),
          (expires_at, "有效期至", "Expires at", "unix_ms", "access"),
          (demo, "演示", "Demo", "", "access"),
          (must_set_password, "要先设密码", "Must set a password first", "", "access"),
          (password_is_old, "密码用得太久", "The password is old", "", "access"),
          (has_factor, "有动态口令", "Has one-time codes", "", "access"),
          (must_enrol_factor, "要先开通第二因素", "Must set up a second factor first", "",
           "access"),
          (read_only, "只能查看", "Read-only for now", "", "access"),
          (has_device_key, "有已登记的手机", "Has an enrolled phone", "", "access"),
          (device_entered_at, "登录时间", "Logged in at", "unix_ms", "access"),
          (phone, "手机上的记录", "Records on the phone", "", "access"),
          (server_time, "服务器时间", "Server time", "unix_ms", "access"))

}  // namespace wangdi::accounts
