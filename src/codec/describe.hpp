// SPDX-License-Identifier: Apache-2.0
// WD_DESCRIBE, WD_STRUCT and WD_ENUM: the one place where a struct or an enumeration tells its
// members. They stand after the type, in its own namespace. What is forgotten does not compile:
// a member that is not listed, an empty title or purpose, an enumerator without a choice.
//   WD_DESCRIBE(VisitRow, district, visit)                          names only: table rows
//   WD_STRUCT(RecordVisit, (visit, "走访", "Visit", "", "screening"))  commands, params, views
//   WD_ENUM(VisitOutcome, (all_well, "全户正常", "All well"))         names are the JSON strings
#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "codec/type_info.hpp"

namespace wangdi::codec {

struct StructTag {
  std::string_view name;
  bool documented;  // has titles and purposes
};
struct EnumTag {
  std::string_view name;
};

// True for a struct of WD_DESCRIBE or WD_STRUCT.
template <class T>
concept Described = requires {
  { wd_struct(std::type_identity<T>{}) } -> std::same_as<StructTag>;
};
// True for an enumeration of WD_ENUM.
template <class T>
concept DescribedEnum = requires {
  { wd_enum(std::type_identity<T>{}) } -> std::same_as<EnumTag>;
};

namespace detail {

template <class Pointer>
struct MemberPointer;
template <class Owner, class Member>
struct MemberPointer<Member Owner::*> {
  using owner = Owner;
  using member = Member;
};

template <auto P>
const void* member_at(const void* object) {
  return &(static_cast<const typename MemberPointer<decltype(P)>::owner*>(object)->*P);
}

template <class E>
inline constexpr auto kChoices = wd_choices(std::type_identity<E>{});

}  // namespace detail

// The choices of an enumeration in the order of WD_ENUM.
template <DescribedEnum E>
constexpr std::span<const Choice> choices() {
  return detail::kChoices<E>;
}

// The entry of a value, or nullptr for a value that no enumerator names.
template <DescribedEnum E>
constexpr const Choice* choice_of(E value) {
  for (const auto& choice : choices<E>()) {
    if (choice.value == static_cast<std::int64_t>(value)) return &choice;
  }
  return nullptr;
}

// The JSON name of a value; empty for a value that no enumerator names.
template <DescribedEnum E>
constexpr std::string_view name_of(E value) {
  const auto* choice = choice_of(value);
  return choice ? choice->name : std::string_view();
}

}  // namespace wangdi::codec

// Applies macro(context, item) to each of up to 64 items; the _LIST form puts commas between.
#define WD_PARENS ()
#define WD_EXPAND(...) WD_EXPAND_A(WD_EXPAND_A(WD_EXPAND_A(WD_EXPAND_A(__VA_ARGS__))))
#define WD_EXPAND_A(...) WD_EXPAND_B(WD_EXPAND_B(WD_EXPAND_B(WD_EXPAND_B(__VA_ARGS__))))
#define WD_EXPAND_B(...) WD_EXPAND_C(WD_EXPAND_C(WD_EXPAND_C(WD_EXPAND_C(__VA_ARGS__))))
#define WD_EXPAND_C(...) __VA_ARGS__
#define WD_FOR_EACH(macro, context, ...) \
  __VA_OPT__(WD_EXPAND(WD_FOR_EACH_STEP(macro, context, __VA_ARGS__)))
#define WD_FOR_EACH_STEP(macro, context, item, ...) \
  macro(context, item) __VA_OPT__(WD_FOR_EACH_AGAIN WD_PARENS(macro, context, __VA_ARGS__))
#define WD_FOR_EACH_AGAIN() WD_FOR_EACH_STEP
#define WD_FOR_EACH_LIST(macro, context, ...) \
  __VA_OPT__(WD_EXPAND(WD_FOR_EACH_LIST_STEP(macro, context, __VA_ARGS__)))
#define WD_FOR_EACH_LIST_STEP(macro, context, item, ...) \
  macro(context, item) __VA_OPT__(, WD_FOR_EACH_LIST_AGAIN WD_PARENS(macro, context, __VA_ARGS__))
#define WD_FOR_EACH_LIST_AGAIN() WD_FOR_EACH_LIST_STEP

#define WD_TUPLE_FIRST_INNER(first, ...) first
#define WD_TUPLE_FIRST(context, tuple) WD_TUPLE_FIRST_INNER tuple
#define WD_ITEM(context, item) item

// Fails to compile when the list and the struct's members differ in number: the structured binding
// must name exactly as many members as the struct has.
#define WD_CHECK_MEMBERS(T, ...)                                                           \
  static_assert(std::is_aggregate_v<T>, #T " is described, so it must be a plain struct"); \
  __VA_OPT__([[maybe_unused]] inline void wd_every_member_is_listed(const T& wd_object) {  \
    [[maybe_unused]] const auto& [__VA_ARGS__] = wd_object;                                \
  })
#define WD_CHECK_NOT_EMPTY(T, ...) \
  static_assert(std::is_empty_v<T> __VA_OPT__(|| true), #T " has members that are not listed");

// The body is a template so that a row struct may hold types that have no JSON form.
#define WD_FIELD_OF(T, member, zh, en, unit, purpose) \
  wd_codec::template field<&T::member>(#member, zh, en, unit, purpose),
#define WD_FIELD_NAMED(T, member) WD_FIELD_OF(T, member, "", "", "", "")
#define WD_FIELD_TUPLE(T, tuple) WD_FIELD_TUPLE_INNER(T, WD_TUPLE_CONTENT tuple)
#define WD_TUPLE_CONTENT(...) __VA_ARGS__
#define WD_FIELD_TUPLE_INNER(T, ...) WD_FIELD_OF(T, __VA_ARGS__)

#define WD_FIELD_CHECK(T, tuple) WD_FIELD_CHECK_INNER(T, WD_TUPLE_CONTENT tuple)
#define WD_FIELD_CHECK_INNER(T, ...) WD_FIELD_CHECK_FIELD(T, __VA_ARGS__)
#define WD_FIELD_CHECK_FIELD(T, member, zh, en, unit, purpose)                                \
  static_assert(sizeof(zh) > 1 && sizeof(en) > 1, #T "." #member " needs a title zh and en"); \
  static_assert(sizeof(purpose) > 1, #T "." #member " needs a purpose: who uses this field?");

#define WD_DESCRIBE(T, ...)                                                                      \
  BOOST_DESCRIBE_STRUCT(T, (), (__VA_ARGS__))                                                    \
  WD_CHECK_MEMBERS(T, __VA_ARGS__)                                                               \
  WD_CHECK_NOT_EMPTY(T, __VA_ARGS__)                                                             \
  constexpr ::wangdi::codec::StructTag wd_struct(std::type_identity<T>) { return {#T, false}; }  \
  template <class wd_codec>                                                                      \
  constexpr auto wd_fields(std::type_identity<T>, wd_codec) {                                    \
    return wd_codec::list(WD_FOR_EACH(WD_FIELD_NAMED, T, __VA_ARGS__) typename wd_codec::End{}); \
  }

#define WD_STRUCT(T, ...)                                                                        \
  BOOST_DESCRIBE_STRUCT(T, (), (WD_FOR_EACH_LIST(WD_TUPLE_FIRST, T, __VA_ARGS__)))               \
  WD_CHECK_NOT_EMPTY(T, __VA_ARGS__)                                                             \
  WD_CHECK_MEMBERS(T, WD_FOR_EACH_LIST(WD_TUPLE_FIRST, T, __VA_ARGS__))                          \
  WD_FOR_EACH(WD_FIELD_CHECK, T, __VA_ARGS__)                                                    \
  constexpr ::wangdi::codec::StructTag wd_struct(std::type_identity<T>) { return {#T, true}; }   \
  template <class wd_codec>                                                                      \
  constexpr auto wd_fields(std::type_identity<T>, wd_codec) {                                    \
    return wd_codec::list(WD_FOR_EACH(WD_FIELD_TUPLE, T, __VA_ARGS__) typename wd_codec::End{}); \
  }

#define WD_CHOICE(E, tuple) WD_CHOICE_INNER(E, WD_TUPLE_CONTENT tuple)
#define WD_CHOICE_INNER(E, ...) WD_CHOICE_ENTRY(E, __VA_ARGS__)
#define WD_CHOICE_ENTRY(E, enumerator, zh, en) \
  ::wangdi::codec::Choice{#enumerator, zh, en, static_cast<std::int64_t>(E::enumerator)},
#define WD_CHOICE_CHECK(E, tuple) WD_CHOICE_CHECK_INNER(E, WD_TUPLE_CONTENT tuple)
#define WD_CHOICE_CHECK_INNER(E, ...) WD_CHOICE_CHECK_ENTRY(E, __VA_ARGS__)
#define WD_CHOICE_CHECK_ENTRY(E, enumerator, zh, en) \
  static_assert(sizeof(zh) > 1 && sizeof(en) > 1, #E "::" #enumerator " needs a title zh and en");
#define WD_CHOICE_CASE(E, tuple) case E::WD_TUPLE_FIRST(E, tuple):

// The switch turns a forgotten enumerator into a compile error.
#define WD_ENUM(E, ...)                                                              \
  WD_FOR_EACH(WD_CHOICE_CHECK, E, __VA_ARGS__)                                       \
  constexpr ::wangdi::codec::EnumTag wd_enum(std::type_identity<E>) { return {#E}; } \
  constexpr auto wd_choices(std::type_identity<E>) {                                 \
    return std::array{WD_FOR_EACH(WD_CHOICE, E, __VA_ARGS__)};                       \
  }                                                                                  \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wswitch\"")        \
      [[maybe_unused]] constexpr bool                                                \
      wd_every_enumerator_is_listed(E wd_value) {                                    \
    switch (wd_value) { WD_FOR_EACH(WD_CHOICE_CASE, E, __VA_ARGS__) return true; }   \
    return false;                                                                    \
  }                                                                                  \
  _Pragma("GCC diagnostic pop")
