// SPDX-License-Identifier: Apache-2.0
// Strict JSON in both directions: the header that rooms include to send and receive structs.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "codec/codec.hpp"
#include "codec/describe.hpp"
#include "codec/field_types.hpp"

namespace wangdi::codec {

// Errors: malformed_json{offset}, body_too_large{limit}, or invalid_fields{count} whose fields()
// name every wrong place by JSON pointer: field_missing, field_unknown, field_type and the rules of
// the field types. At most limits::kFieldErrors of them.
template <class T>
Result<T> decode(std::string_view json, DecodeLimits limits = {}) {
  T value{};
  if (auto error = detail::decode_json(kType<T>, &value, json, limits)) return std::move(*error);
  return value;
}

// A URL query (a=b&c=d, percent-encoded, '+' is a blank, without '?') into a struct of single
// values. The same errors with "/a" as pointer; an unknown parameter is field_unknown.
template <class T>
Result<T> decode_query(std::string_view query) {
  static_assert(detail::is_flat(kType<T>), "parameters are a described struct of single values");
  T value{};
  if (auto error = detail::decode_query(kType<T>, &value, query)) return std::move(*error);
  return value;
}

// Appends. Absent optional members are left out; members stand in the order of the description.
template <class T>
void encode(const T& value, std::string& out) {
  kType<T>.encode(kType<T>, &value, out);
}
template <class T>
std::string encode(const T& value) {
  std::string out;
  encode(value, out);
  return out;
}

}  // namespace wangdi::codec
