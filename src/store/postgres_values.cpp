// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of the binary forms: big-endian numbers, arrays of one dimension, and the
// numeric that a sum of bigint comes as.
#include "store/postgres_values.hpp"

#include <algorithm>
#include <bit>

namespace wangdi::store::postgres {
namespace {

constexpr int kBinary = 1;
constexpr std::size_t kArrayHeader = 20;
constexpr std::int32_t kNullLength = -1;

template <class T>
void store_big_endian(char* to, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = sizeof(T); i-- > 0;) {
    to[i] = static_cast<char>(bits & 0xFF);
    bits = static_cast<decltype(bits)>(sizeof(T) > 1 ? bits >> 8 : 0);
  }
}

template <class T>
T load_big_endian(std::string_view from) {
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = 0; i < sizeof(T) && i < from.size(); ++i) {
    bits = static_cast<decltype(bits)>((bits << 8) | static_cast<unsigned char>(from[i]));
  }
  return static_cast<T>(bits);
}

template <class T>
void append_big_endian(std::string& to, T value) {
  std::array<char, sizeof(T)> bytes;
  store_big_endian(bytes.data(), value);
  to.append(bytes.data(), bytes.size());
}

Oid type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return kInt8;
    case ColumnType::kReal:
      return kFloat8;
    case ColumnType::kText:
      return kText;
    case ColumnType::kBlob:
      return kBytea;
  }
  return kText;
}

Oid array_type_of(ColumnType type) {
  constexpr Oid kInt8Array = 1016, kFloat8Array = 1022, kTextArray = 1009, kByteaArray = 1001;
  switch (type) {
    case ColumnType::kInteger:
      return kInt8Array;
    case ColumnType::kReal:
      return kFloat8Array;
    case ColumnType::kText:
      return kTextArray;
    case ColumnType::kBlob:
      return kByteaArray;
  }
  return kTextArray;
}

std::string_view view_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Groups of four decimal digits: count, weight of the first group, sign, scale, groups.
double numeric_as_real(std::string_view bytes) {
  constexpr std::size_t kHeader = 8;
  constexpr std::uint16_t kNegative = 0x4000;
  if (bytes.size() < kHeader) return 0;
  const auto groups = static_cast<std::size_t>(load_big_endian<std::int16_t>(bytes));
  double value = 0;
  double scale = 1;
  for (int i = load_big_endian<std::int16_t>(bytes.substr(2)); i > 0; --i) scale *= 10'000;
  for (std::size_t i = 0; i < groups && kHeader + 2 * i + 2 <= bytes.size(); ++i) {
    value += load_big_endian<std::int16_t>(bytes.substr(kHeader + 2 * i)) * scale;
    scale /= 10'000;
  }
  return load_big_endian<std::uint16_t>(bytes.substr(4)) == kNegative ? -value : value;
}

// The whole part, exact within 64 bits.
std::int64_t numeric_as_integer(std::string_view bytes) {
  constexpr std::size_t kHeader = 8;
  constexpr std::uint16_t kNegative = 0x4000;
  if (bytes.size() < kHeader) return 0;
  const int groups = load_big_endian<std::int16_t>(bytes);
  const int weight = load_big_endian<std::int16_t>(bytes.substr(2));
  constexpr int kWeightMax = 4;  // 20 digits
  std::uint64_t value = 0;
  for (int i = 0; i <= std::min(weight, kWeightMax); ++i) {
    const auto at = kHeader + 2 * static_cast<std::size_t>(i);
    const bool stored = i < groups && at + 2 <= bytes.size();
    value =
        value * 10'000 +
        (stored ? static_cast<std::uint64_t>(load_big_endian<std::int16_t>(bytes.substr(at))) : 0);
  }
  const bool negative = load_big_endian<std::uint16_t>(bytes.substr(4)) == kNegative;
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

}  // namespace

ParameterBinder::Value& ParameterBinder::at(std::size_t column) {
  if (values_.size() <= column) values_.resize(column + 1);
  return values_[column];
}

void ParameterBinder::null(std::size_t column) { at(column) = {}; }

void ParameterBinder::integer(std::size_t column, std::int64_t value) {
  auto& into = at(column);
  into.type = kInt8;
  store_big_endian(into.number.data(), value);
}

void ParameterBinder::real(std::size_t column, double value) {
  auto& into = at(column);
  into.type = kFloat8;
  store_big_endian(into.number.data(), std::bit_cast<std::int64_t>(value));
}

void ParameterBinder::text(std::size_t column, std::string_view value) {
  auto& into = at(column);
  into.type = kText;
  into.bytes = value;
}

void ParameterBinder::blob(std::size_t column, std::span<const std::uint8_t> value) {
  auto& into = at(column);
  into.type = kBytea;
  into.bytes = view_of(value);
}

Arguments ParameterBinder::arguments() const {
  Arguments all;
  for (const auto& value : values_) {
    const bool is_number = value.type == kInt8 || value.type == kFloat8;
    const auto bytes =
        is_number ? std::string_view(value.number.data(), value.number.size()) : value.bytes;
    all.types.push_back(value.type);
    // An empty view may hold a null pointer, which libpq would send as NULL.
    const char* present = bytes.data() == nullptr ? "" : bytes.data();
    all.values.push_back(value.type == kUnknownType ? nullptr : present);
    all.lengths.push_back(static_cast<int>(bytes.size()));
    all.formats.push_back(kBinary);
  }
  return all;
}

ArrayBinder::ArrayBinder(std::span<const Column> columns) {
  for (const auto& column : columns) arrays_.push_back({.type = column.type, .bytes = {}});
  clear();
}

void ArrayBinder::clear() {
  rows_ = 0;
  for (auto& array : arrays_) {
    array.bytes.assign(kArrayHeader, '\0');
    array.has_null = false;
  }
}

std::string& ArrayBinder::element(std::size_t column, std::int32_t length) {
  auto& array = arrays_[column];
  append_big_endian(array.bytes, length);
  return array.bytes;
}

void ArrayBinder::null(std::size_t column) {
  element(column, kNullLength);
  arrays_[column].has_null = true;
}

void ArrayBinder::integer(std::size_t column, std::int64_t value) {
  append_big_endian(element(column, sizeof value), value);
}

void ArrayBinder::real(std::size_t column, double value) {
  append_big_endian(element(column, sizeof value), std::bit_cast<std::int64_t>(value));
}

void ArrayBinder::text(std::size_t column, std::string_view value) {
  element(column, static_cast<std::int32_t>(value.size())).append(value);
}

void ArrayBinder::blob(std::size_t column, std::span<const std::uint8_t> value) {
  element(column, static_cast<std::int32_t>(value.size())).append(view_of(value));
}

std::size_t ArrayBinder::bytes() const {
  std::size_t sum = 0;
  for (const auto& array : arrays_) sum += array.bytes.size();
  return sum;
}

Arguments ArrayBinder::arguments() {
  Arguments all;
  for (auto& array : arrays_) {
    auto* header = array.bytes.data();
    const std::int32_t parts[] = {1, array.has_null ? 1 : 0,
                                  static_cast<std::int32_t>(type_of(array.type)),
                                  static_cast<std::int32_t>(rows_), 1};
    for (const auto part : parts) {
      store_big_endian(header, part);
      header += sizeof part;
    }
    all.types.push_back(array_type_of(array.type));
    all.values.push_back(array.bytes.data());
    all.lengths.push_back(static_cast<int>(array.bytes.size()));
    all.formats.push_back(kBinary);
  }
  return all;
}

bool PostgresRow::is_null(std::size_t column) const {
  return PQgetisnull(result_, row_, static_cast<int>(column)) != 0;
}

Oid PostgresRow::type(std::size_t column) const {
  return PQftype(result_, static_cast<int>(column));
}

std::string_view PostgresRow::bytes(std::size_t column) const {
  const auto at = static_cast<int>(column);
  return {PQgetvalue(result_, row_, at), static_cast<std::size_t>(PQgetlength(result_, row_, at))};
}

std::int64_t PostgresRow::integer(std::size_t column) const {
  const auto value = bytes(column);
  switch (type(column)) {
    case kInt8:
      return load_big_endian<std::int64_t>(value);
    case kInt4:
      return load_big_endian<std::int32_t>(value);
    case kInt2:
      return load_big_endian<std::int16_t>(value);
    case kBool:
      return load_big_endian<std::int8_t>(value);
    case kNumeric:
      return numeric_as_integer(value);
    case kFloat8:
      return static_cast<std::int64_t>(real(column));
    default:
      return 0;
  }
}

double PostgresRow::real(std::size_t column) const {
  const auto value = bytes(column);
  if (type(column) == kFloat8) return std::bit_cast<double>(load_big_endian<std::int64_t>(value));
  if (type(column) == kNumeric) return numeric_as_real(value);
  return static_cast<double>(integer(column));
}

std::string_view PostgresRow::text(std::size_t column) const { return bytes(column); }

std::span<const std::uint8_t> PostgresRow::blob(std::size_t column) const {
  const auto value = bytes(column);
  return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

}  // namespace wangdi::store::postgres
