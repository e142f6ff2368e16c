// SPDX-License-Identifier: Apache-2.0
// Codec<T>: how a C++ type becomes a TypeInfo. Plain values, optional, lists, described structs and
// enumerations are here; a type with a rule of its own plugs in by FieldType<T> (field_types.hpp).
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/decoder.hpp"
#include "codec/describe.hpp"
#include "types/list.hpp"

namespace wangdi::codec {

// A field type brings: static Result<T> parse(std::string_view); static void format(const T&,
// std::string& out), the JSON text without quotes; static constexpr TypeInfo schema(), where shape
// (text, number or integer), name and rule matter. parse gets a string's content or a number's
// text.
template <class T>
struct FieldType;
template <class T>
concept HasFieldType = requires { FieldType<T>::schema(); };

// Any JSON value, checked like everything else and kept as it was written.
struct RawJson {
  std::string text = "null";
  bool operator==(const RawJson&) const = default;
};

// Primary: no JSON form. Specialisations have static constexpr TypeInfo info().
template <class T>
struct Codec;

template <class T>
inline constexpr TypeInfo kType = Codec<T>::info();

// The constant description of a type.
template <class T>
constexpr const TypeInfo& type_info() {
  return kType<T>;
}

namespace detail {

void decode_object(const TypeInfo& type, void* object, NodeIndex node, Decoder& decoder);
void encode_object(const TypeInfo& type, const void* object, std::string& out);
void encode_integer(std::int64_t value, std::string& out);
void encode_unsigned(std::uint64_t value, std::string& out);
void encode_number(double value, std::string& out);  // not finite gives null
void encode_string(std::string_view value, std::string& out);
void encode_choice(std::span<const Choice> choices, std::int64_t value, std::string& out);
std::optional<Error> decode_json(const TypeInfo& type, void* value, std::string_view json,
                                 DecodeLimits limits);
std::optional<Error> decode_query(const TypeInfo& type, void* value, std::string_view query);

// What wd_fields of a described struct is instantiated with.
struct FieldTable {
  struct End {};
  template <auto P>
  static constexpr Field field(std::string_view name, std::string_view zh, std::string_view en,
                               std::string_view unit, std::string_view purpose) {
    using Member = typename MemberPointer<decltype(P)>::member;
    return {name, zh, en, unit, purpose, &kType<Member>, &member_at<P>};
  }
  template <class... Items>
  static constexpr auto list(Items... items) {
    return pack(std::make_index_sequence<sizeof...(Items) - 1>{}, items...);
  }

 private:
  template <std::size_t... I, class... Items>
  static constexpr std::array<Field, sizeof...(I)> pack(std::index_sequence<I...>,
                                                        const Items&... items) {
    const std::array<Field, sizeof...(Items)> all = {as_field(items)...};
    return {all[I]...};
  }
  static constexpr Field as_field(const Field& field) { return field; }
  static constexpr Field as_field(End) { return {}; }
};

template <class T>
inline constexpr auto kFields = wd_fields(std::type_identity<T>{}, FieldTable{});

constexpr bool all_documented(std::span<const Field> fields) {
  for (const auto& field : fields) {
    if (!field.type->documented) return false;
  }
  return true;
}

constexpr bool is_flat(const TypeInfo& type) {
  if (type.shape != Shape::object) return false;
  for (const auto& field : type.fields) {
    const auto shape = field.type->shape;
    if (shape == Shape::object || shape == Shape::list || shape == Shape::any) return false;
  }
  return true;
}

// "wangdi::screening::RecordVisit" out of the compiler's own words.
template <class T>
constexpr std::string_view full_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const auto begin = text.find("T = ") + 4;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

}  // namespace detail

template <Described T>
struct Codec<T> {
  static constexpr TypeInfo info() {
    constexpr auto tag = wd_struct(std::type_identity<T>{});
    return {.shape = Shape::object,
            .name = tag.name,
            .full_name = detail::full_name<T>(),
            .fields = detail::kFields<T>,
            .documented = tag.documented && detail::all_documented(detail::kFields<T>),
            .decode = &detail::decode_object,
            .encode = &detail::encode_object};
  }
};

template <DescribedEnum E>
struct Codec<E> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::choice,
            .name = wd_enum(std::type_identity<E>{}).name,
            .full_name = detail::full_name<E>(),
            .choices = choices<E>(),
            .decode = &decode,
            .encode = &encode};
  }
  static void decode(const TypeInfo& type, void* value, NodeIndex node, Decoder& decoder) {
    if (const auto found = decoder.choice(node, type.choices)) {
      *static_cast<E*>(value) = static_cast<E>(*found);
    }
  }
  static void encode(const TypeInfo& type, const void* value, std::string& out) {
    detail::encode_choice(type.choices, static_cast<std::int64_t>(*static_cast<const E*>(value)),
                          out);
  }
};

template <HasFieldType T>
struct Codec<T> {
  static constexpr TypeInfo info() {
    TypeInfo type = FieldType<T>::schema();
    type.decode = &decode;
    type.encode = &encode;
    return type;
  }
  static void decode(const TypeInfo& type, void* value, NodeIndex node, Decoder& decoder) {
    const auto text = type.shape == Shape::text ? decoder.string(node) : decoder.number_text(node);
    if (!text) return;
    auto parsed = FieldType<T>::parse(*text);
    if (parsed) {
      *static_cast<T*>(value) = std::move(parsed).value();
    } else {
      decoder.fail(node, parsed.error());
    }
  }
  static void encode(const TypeInfo& type, const void* value, std::string& out) {
    if (type.shape == Shape::text) out.push_back('"');
    FieldType<T>::format(*static_cast<const T*>(value), out);
    if (type.shape == Shape::text) out.push_back('"');
  }
};

template <>
struct Codec<bool> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::boolean, .decode = &decode, .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    if (const auto found = decoder.boolean(node)) *static_cast<bool*>(value) = *found;
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    out.append(*static_cast<const bool*>(value) ? "true" : "false");
  }
};

template <std::integral T>
struct Codec<T> {
  static constexpr std::int64_t kLeast =
      std::in_range<std::int64_t>(std::numeric_limits<T>::min()) &&
              static_cast<std::int64_t>(std::numeric_limits<T>::min()) > -kIntegerMost
          ? static_cast<std::int64_t>(std::numeric_limits<T>::min())
          : -kIntegerMost;
  static constexpr std::int64_t kMost =
      std::cmp_less(std::numeric_limits<T>::max(), kIntegerMost)
          ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
          : kIntegerMost;

  static constexpr TypeInfo info() {
    return {.shape = Shape::integer,
            .rule = {.least = static_cast<double>(kLeast), .most = static_cast<double>(kMost)},
            .decode = &decode,
            .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    if (const auto found = decoder.integer(node, kLeast, kMost)) {
      *static_cast<T*>(value) = static_cast<T>(*found);
    }
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    if constexpr (std::signed_integral<T>) {
      detail::encode_integer(*static_cast<const T*>(value), out);
    } else {
      detail::encode_unsigned(*static_cast<const T*>(value), out);
    }
  }
};

template <>
struct Codec<double> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::number, .decode = &decode, .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    if (const auto found = decoder.number(node)) *static_cast<double*>(value) = *found;
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    detail::encode_number(*static_cast<const double*>(value), out);
  }
};

template <>
struct Codec<std::string> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::text, .decode = &decode, .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    if (const auto found = decoder.string(node)) static_cast<std::string*>(value)->assign(*found);
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    detail::encode_string(*static_cast<const std::string*>(value), out);
  }
};

template <>
struct Codec<RawJson> {
  static constexpr TypeInfo info() {
    return {.shape = Shape::any, .decode = &decode, .encode = &encode};
  }
  static void decode(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) {
    static_cast<RawJson*>(value)->text.assign(decoder.document().raw(node));
  }
  static void encode(const TypeInfo&, const void* value, std::string& out) {
    out.append(static_cast<const RawJson*>(value)->text);
  }
};

// Absent when empty. JSON null is not absence: it is a wrong type.
template <class T>
struct Codec<std::optional<T>> {
  static constexpr TypeInfo info() {
    TypeInfo type = kType<T>;
    type.element = &kType<T>;
    type.required = false;
    type.decode = &decode;
    type.encode = &encode;
    type.absent = &absent;
    return type;
  }
  static void decode(const TypeInfo& type, void* value, NodeIndex node, Decoder& decoder) {
    auto& held = static_cast<std::optional<T>*>(value)->emplace();
    type.element->decode(*type.element, &held, node, decoder);
  }
  static void encode(const TypeInfo& type, const void* value, std::string& out) {
    const auto& held = *static_cast<const std::optional<T>*>(value);
    if (held) {
      type.element->encode(*type.element, &*held, out);
    } else {
      out.append("null");
    }
  }
  static bool absent(const void* value) {
    return !static_cast<const std::optional<T>*>(value)->has_value();
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static constexpr TypeInfo info() { return list_of(limits::kJsonListItems, &decode, &encode); }

  static constexpr TypeInfo list_of(std::size_t most, decltype(TypeInfo::decode) decode_list,
                                    decltype(TypeInfo::encode) encode_list) {
    return {.shape = Shape::list,
            .rule = {.items_most = most},
            .element = &kType<T>,
            .documented = kType<T>.documented,
            .required = false,
            .decode = decode_list,
            .encode = encode_list};
  }
  static void decode(const TypeInfo& type, void* value, NodeIndex node, Decoder& decoder) {
    auto& items = *static_cast<std::vector<T>*>(value);
    const auto count = decoder.list(node, type.rule.items_most);
    if (!count) return;
    items.resize(*count);
    NodeIndex child = node + 1;
    for (auto& item : items) {
      if (decoder.full()) return;
      type.element->decode(*type.element, &item, child, decoder);
      child = decoder.node(child).next;
    }
  }
  static void encode(const TypeInfo& type, const void* value, std::string& out) {
    out.push_back('[');
    bool first = true;
    for (const auto& item : *static_cast<const std::vector<T>*>(value)) {
      if (!first) out.push_back(',');
      first = false;
      type.element->encode(*type.element, &item, out);
    }
    out.push_back(']');
  }
};

template <class T, std::size_t Most>
struct Codec<List<T, Most>> {
  static constexpr TypeInfo info() {
    return Codec<std::vector<T>>::list_of(Most, &decode, &encode);
  }
  static void decode(const TypeInfo& type, void* value, NodeIndex node, Decoder& decoder) {
    Codec<std::vector<T>>::decode(type, &static_cast<List<T, Most>*>(value)->items, node, decoder);
  }
  static void encode(const TypeInfo& type, const void* value, std::string& out) {
    Codec<std::vector<T>>::encode(type, &static_cast<const List<T, Most>*>(value)->items, out);
  }
};

}  // namespace wangdi::codec
