// SPDX-License-Identifier: Apache-2.0
// MACs under the monthly keys.
#include "vault/body_macs.hpp"

namespace wangdi::vault {

void BodyMacs::refresh() {
  const auto generation = keys_.generation();
  if (generation == generation_) return;
  generation_ = generation;
  keys_.each([this](Month month, const crypto::SecretKey* key) {
    auto& own = months_[month];
    if (key == nullptr) own.reset();
    if (key != nullptr && !own) own.emplace(key->view());
  });
}

std::optional<BodyMac> BodyMacs::mac(UnixMs now, crypto::ByteView body) {
  const auto month = month_of(now);
  refresh();
  auto found = months_.find(month);
  if (found == months_.end()) {
    keys_.need(month, now);
    refresh();
    found = months_.find(month);
  }
  if (!found->second) return std::nullopt;
  return found->second->mac({body});
}

std::optional<bool> BodyMacs::same(UnixMs recorded_at, crypto::ByteView body,
                                   const BodyMac& recorded) {
  refresh();
  const auto found = months_.find(month_of(recorded_at));
  if (found == months_.end() || !found->second) return std::nullopt;
  return crypto::equal(found->second->mac({body}), recorded);
}

}  // namespace wangdi::vault
