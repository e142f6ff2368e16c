// SPDX-License-Identifier: Apache-2.0
// The JSON form of the field types: each keeps its own rule, this only names it to the codec.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_date.hpp"
#include "base/hex.hpp"
#include "base/ids.hpp"
#include "codec/codec.hpp"
#include "types/celsius.hpp"
#include "types/id_number.hpp"
#include "types/mobile.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi {
// Described here because types stand below the codec.
WD_ENUM(RegionLevel, (nation, "全国", "Nation"), (province, "省", "Province"), (city, "市", "City"),
        (county, "区县", "County"), (township, "街道乡镇", "Township"),
        (community, "社区村", "Community"), (grid, "网格", "Grid"))
}  // namespace wangdi

namespace wangdi::codec {

template <>
struct FieldType<IdNumber> {
  static constexpr CheckCharacter kCheck = {IdNumber::kWeights, IdNumber::kCheckCharacters,
                                            IdNumber::kDateAt};
  static Result<IdNumber> parse(std::string_view text) { return IdNumber::parse(text); }
  static void format(const IdNumber& value, std::string& out) { out.append(value.text()); }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "IdNumber",
            .rule = {.length_least = 18,
                     .length_most = 18,
                     .pattern = "^[0-9]{17}[0-9Xx]$",
                     .check = &kCheck,
                     .errors = {.length_least = ErrorCode::id_number_length,
                                .length_most = ErrorCode::id_number_length,
                                .pattern = ErrorCode::id_number_characters,
                                .date = ErrorCode::id_number_date,
                                .check = ErrorCode::id_number_check}}};
  }
};

template <>
struct FieldType<Mobile> {
  static Result<Mobile> parse(std::string_view text) { return Mobile::parse(text); }
  static void format(const Mobile& value, std::string& out) { out.append(value.text()); }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "Mobile",
            .rule = {.length_least = 11,
                     .length_most = 11,
                     .pattern = "^1[3-9][0-9]{9}$",
                     .errors = {.length_least = ErrorCode::mobile_invalid,
                                .length_most = ErrorCode::mobile_invalid,
                                .pattern = ErrorCode::mobile_invalid}}};
  }
};

template <>
struct FieldType<RegionCode> {
  static Result<RegionCode> parse(std::string_view text) { return RegionCode::parse(text); }
  static void format(const RegionCode& value, std::string& out) { out.append(value.text()); }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "RegionCode",
            .rule = {.length_most = 15,
                     .pattern = "^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})?$",
                     .errors = {.length_most = ErrorCode::region_code_invalid,
                                .pattern = ErrorCode::region_code_invalid}}};
  }
};

template <>
struct FieldType<Celsius> {
  static Result<Celsius> parse(std::string_view text) { return Celsius::parse(text); }
  static void format(const Celsius& value, std::string& out) { out.append(value.text()); }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::number,
            .name = "Celsius",
            .rule = {.least = Celsius::kLeastTenths / 10.0,
                     .most = Celsius::kMostTenths / 10.0,
                     .decimals = 1,
                     .errors = {.range = ErrorCode::temperature_out_of_range}}};
  }
};

template <>
struct FieldType<CivilDate> {
  static Result<CivilDate> parse(std::string_view text);
  static void format(CivilDate value, std::string& out) { out.append(value.text()); }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "CivilDate",
            .rule = {.length_least = 10,
                     .length_most = 10,
                     .format = "date",
                     .errors = {.length_least = ErrorCode::date_invalid,
                                .length_most = ErrorCode::date_invalid,
                                .format = ErrorCode::date_invalid}}};
  }
};

template <>
struct FieldType<Uuid> {
  static Result<Uuid> parse(std::string_view text);
  static void format(const Uuid& value, std::string& out);
  static constexpr TypeInfo schema() {
    return {.shape = Shape::text,
            .name = "Uuid",
            .rule = {.length_least = 36,
                     .length_most = 36,
                     .format = "uuid",
                     .errors = {.length_least = ErrorCode::uuid_invalid,
                                .length_most = ErrorCode::uuid_invalid,
                                .format = ErrorCode::uuid_invalid}}};
  }
};

template <class Tag>
struct FieldType<Id<Tag>> {
  static Result<Id<Tag>> parse(std::string_view text) {
    WD_TRY(auto value, FieldType<Uuid>::parse(text));
    return Id<Tag>{value};
  }
  static void format(const Id<Tag>& id, std::string& out) {
    FieldType<Uuid>::format(id.value, out);
  }
  static constexpr TypeInfo schema() { return FieldType<Uuid>::schema(); }
};

// A plain integer in JSON: six digits, or 9000000 and more for what stands above the county.
template <>
struct FieldType<District> {
  static Result<District> parse(std::string_view text);
  static void format(District value, std::string& out) {
    detail::encode_integer(value.number, out);
  }
  static constexpr TypeInfo schema() {
    return {.shape = Shape::integer,
            .name = "District",
            .rule = {.least = 100'000, .most = 9'999'999, .decimals = 0}};
  }
};

template <std::size_t Most, std::size_t Least>
struct Codec<Text<Most, Least>> {
  using Value = Text<Most, Least>;
  static constexpr TypeInfo info() {
    return {.shape = Shape::text,
            .rule = {.length_least = Least,
                     .length_most = Most,
                     .trimmed = true,
                     .errors = {.length_least = Least > 1 ? ErrorCode::field_too_short
                                                          : ErrorCode::field_missing}},
            .decode = &decode,
            .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    const auto text = decoder.string(node);
    if (!text) return;
    auto parsed = ::wangdi::detail::parse_text(*text, Least, Most);
    if (parsed) {
      static_cast<Value*>(value)->text = std::move(parsed).value();
    } else {
      decoder.fail(node, parsed.error());
    }
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    detail::encode_string(static_cast<const Value*>(value)->text, out);
  }
};

namespace detail {
bool decode_hex(NodeIndex node, Decoder& decoder, std::size_t bytes_least, std::size_t bytes_most,
                std::vector<std::uint8_t>& bytes);
void encode_hex(std::span<const std::uint8_t> bytes, std::string& out);
inline constexpr std::size_t kHexBytes = limits::kJsonStringBytes / 2;
}  // namespace detail

// Bytes are lower-case hexadecimal text.
template <std::size_t N>
struct Codec<std::array<std::uint8_t, N>> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::text,
            .rule = {.length_least = 2 * N, .length_most = 2 * N, .pattern = "^[0-9a-f]*$"},
            .decode = &decode,
            .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    std::vector<std::uint8_t> bytes;
    if (!detail::decode_hex(node, decoder, N, N, bytes)) return;
    std::copy(bytes.begin(), bytes.end(),
              static_cast<std::array<std::uint8_t, N>*>(value)->begin());
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    detail::encode_hex(*static_cast<const std::array<std::uint8_t, N>*>(value), out);
  }
};

template <>
struct Codec<std::vector<std::uint8_t>> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::text,
            .rule = {.length_most = 2 * detail::kHexBytes, .pattern = "^([0-9a-f]{2})*$"},
            .decode = &decode,
            .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    detail::decode_hex(node, decoder, 0, detail::kHexBytes,
                       *static_cast<std::vector<std::uint8_t>*>(value));
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    detail::encode_hex(*static_cast<const std::vector<std::uint8_t>*>(value), out);
  }
};

}  // namespace wangdi::codec
