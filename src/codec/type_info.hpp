// SPDX-License-Identifier: Apache-2.0
// TypeInfo: what the codec knows of a type, as constant data. Decoding, encoding, the JSON Schema
// and the OpenAPI document all walk these tables, so a described struct costs a compiler little and
// nothing is said twice. The tables come from describe.hpp and the Codec<T> of each value type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace wangdi::codec {

class Decoder;
using NodeIndex = std::uint32_t;

// What a value looks like in JSON.
enum class Shape : std::uint8_t {
  boolean,
  integer,
  number,
  text,
  choice,
  list,
  object,
  any,
};

// One enumerator: its name is the JSON string.
struct Choice {
  std::string_view name;
  std::string_view title_zh;
  std::string_view title_en;
  std::int64_t value;
};

// A check character: the weighted sum of the characters before it, modulo the number of
// `characters`, picks it. A date of eight digits may stand inside, at `date_at`.
struct CheckCharacter {
  std::span<const int> weights;
  std::string_view characters;
  std::size_t date_at;
};

// Which error each limit of a Rule gives.
struct RuleErrors {
  ErrorCode length_least = ErrorCode::field_missing;
  ErrorCode length_most = ErrorCode::field_too_long;
  ErrorCode pattern = ErrorCode::field_text_invalid;
  ErrorCode format = ErrorCode::field_text_invalid;
  ErrorCode range = ErrorCode::field_out_of_range;
  ErrorCode date = ErrorCode::date_invalid;
  ErrorCode check = ErrorCode::field_text_invalid;
};

// The limits a schema tells of, so that a form can check them before sending; the type's own parse
// is what enforces them.
struct Rule {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  int decimals = -1;              // of a number; -1 says nothing
  std::size_t length_least = 0;   // characters
  std::size_t length_most = 0;    // characters; 0 says nothing
  std::size_t items_most = 0;     // of a list; 0 says nothing
  std::string_view pattern = {};  // ECMA-262, anchored
  std::string_view format = {};   // JSON Schema format, for example date or uuid
  bool trimmed = false;           // blanks at both ends do not count
  const CheckCharacter* check = nullptr;
  RuleErrors errors = {};
};

struct TypeInfo;

struct Field {
  std::string_view name;
  std::string_view title_zh;
  std::string_view title_en;
  std::string_view unit;     // "" when the value has none
  std::string_view purpose;  // module or duty that needs the field
  const TypeInfo* type;
  const void* (*at)(const void* object);  // address of the member
};

struct TypeInfo {
  Shape shape;
  std::string_view name = {};       // of a struct, enumeration or field type; "" for plain values
  std::string_view full_name = {};  // with namespaces, tells two structs of one name apart
  Rule rule = {};
  const TypeInfo* element = nullptr;     // of a list; of an optional value the value's own type
  std::span<const Field> fields = {};    // of an object
  std::span<const Choice> choices = {};  // of a choice
  bool documented = true;                // false when a struct in it has no titles (WD_DESCRIBE)
  bool required = true;                  // false: the member may be absent

  void (*decode)(const TypeInfo&, void* value, NodeIndex node, Decoder& decoder) = nullptr;
  void (*encode)(const TypeInfo&, const void* value, std::string& out) = nullptr;
  bool (*absent)(const void* value) = nullptr;  // when set and true, the member is left out
};

}  // namespace wangdi::codec
