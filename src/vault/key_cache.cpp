// SPDX-License-Identifier: Apache-2.0
// The slots of the key cache.
#include "vault/key_cache.hpp"

#include <algorithm>
#include <bit>

namespace wangdi::vault {

SubjectKey::SubjectKey(crypto::ByteView bytes) {
  WD_ASSERT(bytes.size() == bytes_.size());
  std::ranges::copy(bytes, bytes_.begin());
}

KeyCache::KeyCache(std::size_t keys)
    : buckets_(std::bit_ceil(std::max(keys, kWays * kLocks)) / kWays),
      memory_(buckets_ * kWays * sizeof(Slot)) {
  static_assert(sizeof(Slot) <= 64 && std::is_trivially_copyable_v<Slot>);
}

std::span<KeyCache::Slot> KeyCache::bucket(const SubjectId& id, std::size_t& lock) {
  const auto index = SubjectIdHash{}(id) & (buckets_ - 1);
  lock = index % kLocks;
  // Zeroed bytes are free slots: Slot is trivial and the block is aligned as malloc aligns.
  auto* first = reinterpret_cast<Slot*>(memory_.bytes().data());
  return {first + index * kWays, kWays};
}

std::optional<SubjectKey> KeyCache::find(const SubjectId& id) {
  std::size_t lock = 0;
  const auto slots = bucket(id, lock);
  const std::lock_guard held(locks_[lock]);
  for (auto& slot : slots) {
    if (slot.district == id.district.number && slot.subject == id.subject) {
      for (auto& other : slots) ++other.age;
      slot.age = 0;
      return SubjectKey(slot.key);
    }
  }
  return std::nullopt;
}

void KeyCache::store(std::span<Slot> slots, const SubjectId& id, const SubjectKey& key) {
  Slot* chosen = nullptr;
  for (auto& slot : slots) {
    ++slot.age;
    const bool same = slot.district == id.district.number && slot.subject == id.subject;
    if (same) chosen = &slot;
  }
  for (auto& slot : slots) {
    if (chosen == nullptr && slot.district == 0) chosen = &slot;
  }
  if (chosen == nullptr) chosen = &*std::ranges::max_element(slots, {}, &Slot::age);
  std::ranges::copy(key.view(), chosen->key.begin());
  chosen->subject = id.subject;
  chosen->district = id.district.number;
  chosen->age = 0;
}

void KeyCache::clear(std::span<Slot> slots, const SubjectId& id) {
  for (auto& slot : slots) {
    if (slot.district == id.district.number && slot.subject == id.subject) slot = Slot{};
  }
}

void KeyCache::put(const SubjectId& id, const SubjectKey& key) {
  std::size_t lock = 0;
  const auto slots = bucket(id, lock);
  const std::lock_guard held(locks_[lock]);
  if (!erased_[lock].contains(id)) store(slots, id, key);
}

void KeyCache::put_new(const SubjectId& id, const SubjectKey& key) {
  std::size_t lock = 0;
  const auto slots = bucket(id, lock);
  const std::lock_guard held(locks_[lock]);
  store(slots, id, key);
}

void KeyCache::forget(const SubjectId& id) {
  std::size_t lock = 0;
  const auto slots = bucket(id, lock);
  const std::lock_guard held(locks_[lock]);
  clear(slots, id);
}

void KeyCache::erase(const SubjectId& id) {
  std::size_t lock = 0;
  const auto slots = bucket(id, lock);
  const std::lock_guard held(locks_[lock]);
  clear(slots, id);
  erased_[lock].insert(id);
}

}  // namespace wangdi::vault
