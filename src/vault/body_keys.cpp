// SPDX-License-Identifier: Apache-2.0
// Making, reading and destroying of the monthly keys.
#include "vault/body_keys.hpp"

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

NamedKeyRow row_of(Month month) {
  return {.name = static_cast<std::int32_t>(KeyName::body_mac), .month = month};
}

}  // namespace

Status BodyKeys::open(Keyring& keyring, UnixMs now) {
  const std::lock_guard lock(mutex_);
  epoch_.set_key(keyring.epoch()->key.view());
  months_.clear();
  waiting_.clear();
  is_waiting_ = false;
  bool readable = true;
  WD_TRY([[maybe_unused]] auto read,
         keyring.writer().by_key(
             kNamedKey.info(), 2,
             store::bind_all(District{}, static_cast<std::int32_t>(KeyName::body_mac)),
             [&](const store::RowReader& reader) {
               const auto row = store::read_row<NamedKeyRow>(reader);
               auto& month = months_[row.month];
               if (row.wrapped.empty()) return true;
               auto plain = epoch_.open(named_key_place(KeyName::body_mac, row.month), row.wrapped);
               readable = plain.has_value();
               if (!readable) return false;
               month.emplace(crypto::SecretKey::copy_of(*plain));
               crypto::wipe(*plain);
               return true;
             }));
  if (!readable) return Error(ErrorCode::keys_mismatch).because("a body key does not open");
  destroy_old(now);
  ++generation_;
  return ok();
}

void BodyKeys::renew(const Epoch& epoch) {
  const std::lock_guard lock(mutex_);
  epoch_.set_key(epoch.key.view());
  for (auto& row : waiting_) {
    const auto found = months_.find(row.month);
    if (row.wrapped.empty() || found == months_.end() || !found->second) continue;
    epoch_.seal(random_, named_key_place(KeyName::body_mac, row.month), found->second->view(),
                row.wrapped);
  }
}

void BodyKeys::wait(NamedKeyRow row) {
  waiting_.push_back(std::move(row));
  is_waiting_ = true;
  ++generation_;
}

void BodyKeys::destroy_old(UnixMs now) {
  for (auto& [month, key] : months_) {
    if (!key || now < destroyed_from(month)) continue;
    key.reset();
    wait(row_of(month));
  }
}

void BodyKeys::need(Month month, UnixMs now) {
  const std::lock_guard lock(mutex_);
  if (months_.contains(month)) return;
  destroy_old(now);
  auto bytes = random_.take<crypto::kKeyBytes>();
  auto row = row_of(month);
  epoch_.seal(random_, named_key_place(KeyName::body_mac, month), bytes, row.wrapped);
  months_[month].emplace(crypto::SecretKey::copy_of(bytes));
  crypto::wipe(bytes);
  wait(std::move(row));
}

void BodyKeys::each(const std::function<void(Month, const crypto::SecretKey*)>& take) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [month, key] : months_) take(month, key ? &*key : nullptr);
}

std::vector<NamedKeyRow> BodyKeys::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void BodyKeys::written(std::size_t count) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  is_waiting_ = !waiting_.empty();
}

}  // namespace wangdi::vault
