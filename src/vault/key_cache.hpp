// SPDX-License-Identifier: Apache-2.0
// Unwrapped keys of recently used subjects, on pages outside core dumps. A fixed number of slots,
// four to a bucket; an old entry gives way. Used by all threads. The key of an erased subject never
// comes back: a reader whose snapshot is older than the erasure may still find it in keys.db.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "base/ids.hpp"
#include "common/crypto/crypto.hpp"
#include "types/region_code.hpp"

namespace wangdi::vault {

// A person's key for the time of one use; wiped when it goes.
class SubjectKey {
 public:
  explicit SubjectKey(crypto::ByteView bytes);
  SubjectKey(const SubjectKey&) = default;
  SubjectKey& operator=(const SubjectKey&) = default;
  ~SubjectKey() { crypto::wipe(bytes_); }
  crypto::ByteView view() const { return bytes_; }

 private:
  std::array<std::uint8_t, crypto::kKeyBytes> bytes_;
};

struct SubjectId {
  District district;
  Uuid subject;
  bool operator==(const SubjectId&) const = default;
};
struct SubjectIdHash {
  std::size_t operator()(const SubjectId& id) const {
    return std::hash<Uuid>{}(id.subject) ^ static_cast<std::size_t>(id.district.number);
  }
};

class KeyCache {
 public:
  // `keys` is rounded up to a power of two; 64 bytes each.
  explicit KeyCache(std::size_t keys);
  std::optional<SubjectKey> find(const SubjectId& id);
  // What a reader found in keys.db; left out when the subject was erased meanwhile.
  void put(const SubjectId& id, const SubjectKey& key);
  // The key that a subject was given just now, an erased one too.
  void put_new(const SubjectId& id, const SubjectKey& key);
  void forget(const SubjectId& id);
  // Forgets the key and whatever a reader still brings of it.
  void erase(const SubjectId& id);

 private:
  struct Slot {
    std::array<std::uint8_t, crypto::kKeyBytes> key;
    Uuid subject;
    std::int32_t district;  // 0: free
    std::uint32_t age;
  };
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kLocks = 64;

  std::span<Slot> bucket(const SubjectId& id, std::size_t& lock);
  // With the lock held.
  static void store(std::span<Slot> slots, const SubjectId& id, const SubjectKey& key);
  static void clear(std::span<Slot> slots, const SubjectId& id);

  std::size_t buckets_;
  crypto::SecretBlock memory_;
  std::array<std::mutex, kLocks> locks_;
  // Under the same locks: who was erased since this process began.
  std::array<std::unordered_set<SubjectId, SubjectIdHash>, kLocks> erased_;
};

}  // namespace wangdi::vault
