// SPDX-License-Identifier: Apache-2.0
// How a C++ field becomes a column: ColumnTraits<T> binds it to a statement and reads it back.
// Stored enumerations have fixed values; ids are 16-byte blobs; days are days since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/civil_date.hpp"
#include "base/ids.hpp"
#include "types/region_code.hpp"

namespace wangdi::store {

using Bytes = std::vector<std::uint8_t>;

enum class ColumnType : std::uint8_t { kInteger, kReal, kText, kBlob };

// Where an engine receives the values of one row or one statement. Views stay valid for the call.
class Binder {
 public:
  virtual ~Binder() = default;
  virtual void null(std::size_t column) = 0;
  virtual void integer(std::size_t column, std::int64_t value) = 0;
  virtual void real(std::size_t column, double value) = 0;
  virtual void text(std::size_t column, std::string_view value) = 0;
  virtual void blob(std::size_t column, std::span<const std::uint8_t> value) = 0;
};

// One row of a result. Views stay valid until the next row.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual bool is_null(std::size_t column) const = 0;
  virtual std::int64_t integer(std::size_t column) const = 0;
  virtual double real(std::size_t column) const = 0;
  virtual std::string_view text(std::size_t column) const = 0;
  virtual std::span<const std::uint8_t> blob(std::size_t column) const = 0;
};

template <class T, class = void>
struct ColumnTraits;

template <class T>
struct ColumnTraits<T, std::enable_if_t<std::is_integral_v<T> || std::is_enum_v<T>>> {
  static constexpr ColumnType kType = ColumnType::kInteger;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, T value) {
    to.integer(column, static_cast<std::int64_t>(value));
  }
  static T read(const RowReader& from, std::size_t column) {
    return static_cast<T>(from.integer(column));
  }
};

template <>
struct ColumnTraits<double> {
  static constexpr ColumnType kType = ColumnType::kReal;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, double value) { to.real(column, value); }
  static double read(const RowReader& from, std::size_t column) { return from.real(column); }
};

template <>
struct ColumnTraits<std::string> {
  static constexpr ColumnType kType = ColumnType::kText;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, std::string_view value) {
    to.text(column, value);
  }
  static std::string read(const RowReader& from, std::size_t column) {
    return std::string(from.text(column));
  }
};

template <>
struct ColumnTraits<std::string_view> {
  static constexpr ColumnType kType = ColumnType::kText;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, std::string_view value) {
    to.text(column, value);
  }
};

template <>
struct ColumnTraits<Bytes> {
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const Bytes& value) { to.blob(column, value); }
  static Bytes read(const RowReader& from, std::size_t column) {
    const auto bytes = from.blob(column);
    return Bytes(bytes.begin(), bytes.end());
  }
};

template <std::size_t N>
struct ColumnTraits<std::array<std::uint8_t, N>> {
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const std::array<std::uint8_t, N>& value) {
    to.blob(column, value);
  }
  // A blob of another length reads as zeroes: the caller's own check (hash, tag) then fails.
  static std::array<std::uint8_t, N> read(const RowReader& from, std::size_t column) {
    std::array<std::uint8_t, N> value{};
    const auto bytes = from.blob(column);
    if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), value.begin());
    return value;
  }
};

template <>
struct ColumnTraits<Uuid> {
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const Uuid& value) {
    to.blob(column, value.bytes);
  }
  static Uuid read(const RowReader& from, std::size_t column) {
    return {ColumnTraits<std::array<std::uint8_t, 16>>::read(from, column)};
  }
};

template <class Tag>
struct ColumnTraits<Id<Tag>> {
  static constexpr ColumnType kType = ColumnType::kBlob;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const Id<Tag>& id) {
    to.blob(column, id.value.bytes);
  }
  static Id<Tag> read(const RowReader& from, std::size_t column) {
    return {ColumnTraits<Uuid>::read(from, column)};
  }
};

template <>
struct ColumnTraits<CivilDate> {
  static constexpr ColumnType kType = ColumnType::kInteger;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, CivilDate value) {
    to.integer(column, value.days());
  }
  static CivilDate read(const RowReader& from, std::size_t column) {
    return CivilDate::from_days(static_cast<std::int32_t>(from.integer(column)));
  }
};

template <>
struct ColumnTraits<District> {
  static constexpr ColumnType kType = ColumnType::kInteger;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, District value) {
    to.integer(column, value.number);
  }
  static District read(const RowReader& from, std::size_t column) {
    return {static_cast<std::int32_t>(from.integer(column))};
  }
};

template <>
struct ColumnTraits<RegionCode> {
  static constexpr ColumnType kType = ColumnType::kText;
  static constexpr bool kNullable = false;
  static void bind(Binder& to, std::size_t column, const RegionCode& value) {
    to.text(column, value.text());
  }
  // A stored code that no longer parses reads as the nation: outside every scope but the nation's.
  static RegionCode read(const RowReader& from, std::size_t column) {
    return RegionCode::parse(from.text(column)).value_or(RegionCode());
  }
};

template <class T>
struct ColumnTraits<std::optional<T>> {
  static constexpr ColumnType kType = ColumnTraits<T>::kType;
  static constexpr bool kNullable = true;
  static void bind(Binder& to, std::size_t column, const std::optional<T>& value) {
    if (value) {
      ColumnTraits<T>::bind(to, column, *value);
    } else {
      to.null(column);
    }
  }
  static std::optional<T> read(const RowReader& from, std::size_t column) {
    if (from.is_null(column)) return std::nullopt;
    return ColumnTraits<T>::read(from, column);
  }
};

}  // namespace wangdi::store
