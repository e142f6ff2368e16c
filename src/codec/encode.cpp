// SPDX-License-Identifier: Apache-2.0
// Writing JSON text: plain appends, no value tree in between.
#include <array>
#include <charconv>
#include <cmath>

#include "base/hex.hpp"
#include "codec/field_types.hpp"

namespace wangdi::codec {
namespace detail {
namespace {

template <class T>
void append_number(T value, std::string& out) {
  std::array<char, 32> buffer;
  const auto [end, problem] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  WD_ASSERT(problem == std::errc());
  out.append(buffer.data(), end);
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(c);
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHexDigits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHexDigits[static_cast<unsigned char>(c) & 15]);
  }
}

}  // namespace

void encode_integer(std::int64_t value, std::string& out) { append_number(value, out); }
void encode_unsigned(std::uint64_t value, std::string& out) { append_number(value, out); }

void encode_number(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  append_number(value, out);
}

void encode_string(std::string_view value, std::string& out) {
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (!needs_escape(value[at])) continue;
    out.append(value.substr(from, at - from));
    append_escaped(value[at], out);
    from = at + 1;
  }
  out.append(value.substr(from));
  out.push_back('"');
}

void encode_choice(std::span<const Choice> choices, std::int64_t value, std::string& out) {
  out.push_back('"');
  for (const auto& choice : choices) {
    if (choice.value == value) {
      out.append(choice.name);
      break;
    }
  }
  out.push_back('"');
}

void encode_object(const TypeInfo& type, const void* object, std::string& out) {
  char before = '{';
  for (const auto& field : type.fields) {
    const void* value = field.at(object);
    if (field.type->absent && field.type->absent(value)) continue;
    out.push_back(before);
    before = ',';
    out.push_back('"');
    out.append(field.name);
    out.append("\":");
    field.type->encode(*field.type, value, out);
  }
  if (before == '{') out.push_back('{');
  out.push_back('}');
}

void encode_hex(std::span<const std::uint8_t> bytes, std::string& out) {
  out.push_back('"');
  out.append(to_hex(bytes));
  out.push_back('"');
}

}  // namespace detail

void FieldType<Uuid>::format(const Uuid& value, std::string& out) {
  const auto at = out.size();
  out.resize(at + 36);
  char* to = out.data() + at;
  for (std::size_t i = 0; i < value.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = kHexDigits[value.bytes[i] >> 4];
    *to++ = kHexDigits[value.bytes[i] & 15];
  }
}

}  // namespace wangdi::codec
