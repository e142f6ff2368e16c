// SPDX-License-Identifier: Apache-2.0
// Uuid and the distinct id types built on it. Clients mint UUIDv7; the server derives ids only
// where a repeat must give the same id (imports, reactions).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wangdi {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return *this == Uuid{}; }
  int version() const { return bytes[6] >> 4; }
  // Unix milliseconds held by a version 7 id; meaningless for other versions.
  std::int64_t unix_ms() const;
  // Lower-case 8-4-4-4-12 form.
  std::string text() const;
  // Accepts only the 36-character 8-4-4-4-12 form, either case.
  static std::optional<Uuid> parse(std::string_view text);
};

// A version 7 id from a time and ten random bytes (RFC 9562).
Uuid make_uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random);

template <class Tag>
struct Id {
  Uuid value;
  auto operator<=>(const Id&) const = default;
  std::string text() const { return value.text(); }
};

using CommandId = Id<struct CommandTag>;
using EventId = Id<struct EventTag>;
using AccountId = Id<struct AccountTag>;
using DeviceId = Id<struct DeviceTag>;
using HouseholdId = Id<struct HouseholdTag>;
using PersonId = Id<struct PersonTag>;
using BuildingId = Id<struct BuildingTag>;
using RoundId = Id<struct RoundTag>;
using VisitId = Id<struct VisitTag>;
using TokenId = Id<struct TokenTag>;
using StatusEntryId = Id<struct StatusEntryTag>;
using ReviewId = Id<struct ReviewTag>;
using AlarmId = Id<struct AlarmTag>;

}  // namespace wangdi

template <>
struct std::hash<wangdi::Uuid> {
  std::size_t operator()(const wangdi::Uuid& id) const noexcept {
    std::uint64_t high, low;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    return high * 0x9E3779B97F4A7C15ull ^ low;
  }
};
template <class Tag>
struct std::hash<wangdi::Id<Tag>> {
  std::size_t operator()(const wangdi::Id<Tag>& id) const noexcept {
    return std::hash<wangdi::Uuid>{}(id.value);
  }
};
