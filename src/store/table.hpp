// SPDX-License-Identifier: Apache-2.0
// A table is a described row struct plus a name and the number of leading members that form its
// primary key; the first is always the district. Columns, DDL, binding and reading all follow from
// the struct, so a table is defined once.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>

#include "store/value.hpp"

namespace wangdi::store {

struct Column {
  std::string_view name;
  ColumnType type;
  bool nullable;
};

struct Index {
  std::string_view name;
  std::string_view columns;  // comma separated, in order; begins with district unless a roll-up
  bool unique = false;
};

// What an engine needs to know of a table; see Table for the typed side.
struct TableInfo {
  std::string_view name;
  std::span<const Column> columns;
  std::size_t key_columns;
  std::span<const Index> indexes;
  bool rebuilt;  // false for vault, access log, credentials and what the store keeps for itself
};

namespace detail {
template <class Row>
using Members = boost::describe::describe_members<Row, boost::describe::mod_public>;
template <class Row, std::size_t I>
using MemberDescriptor = boost::mp11::mp_at_c<Members<Row>, I>;
template <class Pointer>
struct MemberOf;
template <class Row, class T>
struct MemberOf<T Row::*> {
  using type = T;
};
template <class Row, std::size_t I>
using MemberType =
    typename MemberOf<std::remove_cv_t<decltype(MemberDescriptor<Row, I>::pointer)>>::type;
template <class Row, class Indices>
struct KeyTuple;
template <class Row, std::size_t... I>
struct KeyTuple<Row, std::index_sequence<I...>> {
  using type = std::tuple<MemberType<Row, I>...>;
};
template <class Row>
inline constexpr std::size_t kMemberCount = boost::mp11::mp_size<Members<Row>>::value;

template <class Row, std::size_t... I>
constexpr std::array<Column, sizeof...(I)> columns_of(std::index_sequence<I...>) {
  return {Column{MemberDescriptor<Row, I>::name, ColumnTraits<MemberType<Row, I>>::kType,
                 ColumnTraits<MemberType<Row, I>>::kNullable}...};
}
template <class Row>
inline constexpr auto kColumns = columns_of<Row>(std::make_index_sequence<kMemberCount<Row>>{});
}  // namespace detail

template <class Row, std::size_t KeyColumns>
struct Table {
  using RowType = Row;
  static constexpr std::size_t kKeyColumns = KeyColumns;
  using Key = typename detail::KeyTuple<Row, std::make_index_sequence<KeyColumns>>::type;

  std::string_view name;
  std::span<const Index> indexes = {};
  bool rebuilt = true;

  constexpr TableInfo info() const {
    return {name, detail::kColumns<Row>, KeyColumns, indexes, rebuilt};
  }
  static Key key_of(const Row& row) { return key_of(row, std::make_index_sequence<KeyColumns>{}); }

 private:
  template <std::size_t... I>
  static Key key_of(const Row& row, std::index_sequence<I...>) {
    return Key{row.*detail::MemberDescriptor<Row, I>::pointer...};
  }
};

// Calls visit(member, column index) for each member of a row, in column order.
template <class Row, class Visit>
void for_each_member(Row& row, Visit&& visit) {
  std::size_t column = 0;
  boost::mp11::mp_for_each<detail::Members<std::remove_const_t<Row>>>(
      [&](auto descriptor) { visit(row.*descriptor.pointer, column++); });
}

}  // namespace wangdi::store
