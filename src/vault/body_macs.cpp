// SPDX-License-Identifier: Apache-2.0
// The monthly keys of body comparison.
#include "vault/body_macs.hpp"

namespace wangdi::vault {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// First instant at which a month's key must be gone.
UnixMs destroyed_from(Month month) {
  const Month next = month + 1;
  const auto first = CivilDate::from_parts(next / 12, static_cast<unsigned>(next % 12) + 1, 1);
  WD_ASSERT(first.has_value());
  return first->start(ZoneOffset{.minutes_east = 0}) + kBodyKeyDaysAfterMonth * kDayMs;
}

}  // namespace

BodyMacs::BodyMacs(Keyring& keyring) { epoch_.set_key(keyring.epoch_key()); }

Result<std::unique_ptr<BodyMacs>> BodyMacs::open(Keyring& keyring, UnixMs now) {
  std::unique_ptr<BodyMacs> macs(new BodyMacs(keyring));
  bool readable = true;
  WD_TRY([[maybe_unused]] auto read,
         keyring.writer().by_key(
             kNamedKey.info(), 2,
             store::bind_all(District{}, static_cast<std::int32_t>(KeyName::body_mac)),
             [&](const store::RowReader& reader) {
               const auto row = store::read_row<NamedKeyRow>(reader);
               auto& month = macs->months_[row.month];
               if (row.wrapped.empty()) return true;
               auto plain =
                   macs->epoch_.open(named_key_place(KeyName::body_mac, row.month), row.wrapped);
               readable = plain.has_value();
               if (!readable) return false;
               month.emplace(*plain);
               crypto::wipe(*plain);
               return true;
             }));
  if (!readable) return Error(ErrorCode::keys_mismatch).because("a body key does not open");
  macs->destroy_old(now);
  return macs;
}

void BodyMacs::destroy_old(UnixMs now) {
  for (auto& [month, hmac] : months_) {
    if (!hmac || now < destroyed_from(month)) continue;
    hmac.reset();
    waiting_.push_back({.name = static_cast<std::int32_t>(KeyName::body_mac), .month = month});
  }
}

std::optional<BodyMac> BodyMacs::mac(UnixMs now, crypto::ByteView body) {
  const auto month = month_of(now);
  auto found = months_.find(month);
  if (found == months_.end()) {
    destroy_old(now);
    auto bytes = random_.take<crypto::kKeyBytes>();
    NamedKeyRow row{.name = static_cast<std::int32_t>(KeyName::body_mac), .month = month};
    epoch_.seal(random_, named_key_place(KeyName::body_mac, month), bytes, row.wrapped);
    waiting_.push_back(std::move(row));
    found = months_.emplace(month, crypto::Hmac(bytes)).first;
    crypto::wipe(bytes);
  }
  if (!found->second) return std::nullopt;
  return found->second->mac({body});
}

std::optional<bool> BodyMacs::same(UnixMs recorded_at, crypto::ByteView body,
                                   const BodyMac& recorded) {
  const auto found = months_.find(month_of(recorded_at));
  if (found == months_.end() || !found->second) return std::nullopt;
  return crypto::equal(found->second->mac({body}), recorded);
}

}  // namespace wangdi::vault
