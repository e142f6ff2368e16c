// SPDX-License-Identifier: Apache-2.0
// Reading values out of a document: kinds, ranges, choices, members, and the errors of each.
#include "codec/decoder.hpp"

#include <charconv>

#include "base/hex.hpp"
#include "codec/field_types.hpp"

namespace wangdi::codec {
namespace {

struct Words {
  std::string_view zh;
  std::string_view en;
};

Words words_of(Shape shape) {
  switch (shape) {
    case Shape::boolean:
      return {"“是”或“否”", "yes or no"};
    case Shape::integer:
      return {"整数", "a whole number"};
    case Shape::number:
      return {"数字", "a number"};
    case Shape::text:
    case Shape::choice:
      return {"文字", "text"};
    case Shape::list:
      return {"列表", "a list"};
    case Shape::object:
    case Shape::any:
      return {"一组内容", "a group of fields"};
  }
  return {};
}

template <class T>
std::optional<T> read_whole(std::string_view text) {
  T value{};
  const auto end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool is_integer_text(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<ErrorDetail> bounds(std::int64_t least, std::int64_t most) {
  return {{"least", std::to_string(least)}, {"most", std::to_string(most)}};
}

}  // namespace

void Decoder::note(FieldError error) {
  if (full()) return;
  for (const auto& known : errors_) {
    if (known.pointer == error.pointer) return;
  }
  errors_.push_back(std::move(error));
}

void Decoder::fail(NodeIndex node, ErrorCode code, std::vector<ErrorDetail> details) {
  if (!full()) note({document_.pointer(node), code, std::move(details)});
}

void Decoder::fail(NodeIndex node, const Error& error) {
  fail(node, error.code(), error.details());
}

void Decoder::fail_member(NodeIndex object, std::string_view member, ErrorCode code) {
  if (!full()) note({document_.pointer(object, member), code, {}});
}

void Decoder::fail_type(NodeIndex node, Shape expected) {
  const auto words = words_of(expected);
  fail(node, ErrorCode::field_type,
       {{"expected", std::string(words.zh)}, {"expected_en", std::string(words.en)}});
}

std::optional<bool> Decoder::boolean(NodeIndex index) {
  const auto& at = node(index);
  if (at.kind == Kind::boolean) return at.integer != 0;
  if (from_query() && at.text == "true") return true;
  if (from_query() && at.text == "false") return false;
  fail_type(index, Shape::boolean);
  return std::nullopt;
}

std::optional<std::int64_t> Decoder::integer(NodeIndex index, std::int64_t least,
                                             std::int64_t most) {
  const auto& at = node(index);
  std::optional<std::int64_t> value;
  if (at.kind == Kind::integer) {
    value = at.integer;
  } else {
    const bool text_counts = at.kind == Kind::number || from_query();
    if (!text_counts || !is_integer_text(at.text)) {
      fail_type(index, Shape::integer);
      return std::nullopt;
    }
    value = read_whole<std::int64_t>(at.text);
  }
  if (value && *value >= least && *value <= most) return value;
  fail(index, ErrorCode::field_out_of_range, bounds(least, most));
  return std::nullopt;
}

std::optional<double> Decoder::number(NodeIndex index) {
  const auto text = number_text(index);
  if (!text) return std::nullopt;
  if (const auto value = read_whole<double>(*text)) {
    if (*value - *value == 0) return value;  // neither infinite nor not a number
  }
  if (from_query()) {
    fail_type(index, Shape::number);
  } else {
    fail(index, ErrorCode::field_out_of_range, {{"least", "-1.7e308"}, {"most", "1.7e308"}});
  }
  return std::nullopt;
}

std::optional<std::string_view> Decoder::string(NodeIndex index) {
  const auto& at = node(index);
  if (at.kind == Kind::string) return at.text;
  fail_type(index, Shape::text);
  return std::nullopt;
}

std::optional<std::string_view> Decoder::number_text(NodeIndex index) {
  const auto& at = node(index);
  if (at.kind == Kind::integer || at.kind == Kind::number || from_query()) return at.text;
  fail_type(index, Shape::number);
  return std::nullopt;
}

std::optional<std::int64_t> Decoder::choice(NodeIndex index, std::span<const Choice> choices) {
  const auto text = string(index);
  if (!text) return std::nullopt;
  for (const auto& choice : choices) {
    if (choice.name == *text) return choice.value;
  }
  std::string titles_zh, titles_en;
  for (const auto& choice : choices) {
    titles_zh.append(titles_zh.empty() ? "" : "、").append(choice.title_zh);
    titles_en.append(titles_en.empty() ? "" : ", ").append(choice.title_en);
  }
  fail(index, ErrorCode::field_choice_unknown,
       {{"choices", std::move(titles_zh)}, {"choices_en", std::move(titles_en)}});
  return std::nullopt;
}

std::optional<std::size_t> Decoder::list(NodeIndex index, std::size_t most) {
  const auto& at = node(index);
  if (at.kind != Kind::array) {
    fail_type(index, Shape::list);
    return std::nullopt;
  }
  std::size_t count = 0;
  for (auto child = index + 1; child != at.next; child = node(child).next) ++count;
  if (count <= most) return count;
  fail(index, ErrorCode::field_too_many, {{"limit", std::to_string(most)}});
  return std::nullopt;
}

std::optional<Error> Decoder::take_error() {
  if (errors_.empty()) return std::nullopt;
  Error error(ErrorCode::invalid_fields, {{"count", std::to_string(errors_.size())}});
  for (auto& field : errors_) error.add_field(std::move(field));
  return error;
}

namespace detail {

void decode_object(const TypeInfo& type, void* object, NodeIndex node, Decoder& decoder) {
  if (decoder.node(node).kind != Kind::object) return decoder.fail_type(node, Shape::object);
  const auto fields = type.fields;
  std::uint64_t seen = 0;
  std::size_t expected = 0;  // members mostly come in the order of the description
  const auto end = decoder.node(node).next;
  for (auto child = node + 1; child != end; child = decoder.node(child).next) {
    if (decoder.full()) return;
    const auto key = decoder.node(child).key;
    std::size_t at = expected;
    std::size_t tried = 0;
    for (; tried < fields.size(); ++tried, ++at) {
      if (at >= fields.size()) at = 0;
      if (fields[at].name == key) break;
    }
    if (tried == fields.size()) {
      decoder.fail(child, ErrorCode::field_unknown);
      continue;
    }
    expected = at + 1;
    if (seen >> at & 1) continue;  // the document has noted the duplicate
    seen |= std::uint64_t{1} << at;
    const auto& field = fields[at];
    field.type->decode(*field.type, const_cast<void*>(field.at(object)), child, decoder);
  }
  for (std::size_t at = 0; at < fields.size(); ++at) {
    if (fields[at].type->required && !(seen >> at & 1)) {
      decoder.fail_member(node, fields[at].name, ErrorCode::field_missing);
    }
  }
}

std::optional<Error> decode_json(const TypeInfo& type, void* value, std::string_view json,
                                 DecodeLimits limits) {
  auto document = Document::parse(json, limits);
  if (!document) return std::move(document).error();
  Decoder decoder(*document, Source::json);
  type.decode(type, value, 0, decoder);
  return decoder.take_error();
}

std::optional<Error> decode_query(const TypeInfo& type, void* value, std::string_view query) {
  auto document = Document::from_query(query);
  if (!document) return std::move(document).error();
  Decoder decoder(*document, Source::query);
  type.decode(type, value, 0, decoder);
  return decoder.take_error();
}

bool decode_hex(NodeIndex node, Decoder& decoder, std::size_t bytes_least, std::size_t bytes_most,
                std::vector<std::uint8_t>& bytes) {
  const auto text = decoder.string(node);
  if (!text) return false;
  auto found = from_hex(*text);
  if (!found || found->size() < bytes_least || found->size() > bytes_most) {
    decoder.fail(node, ErrorCode::field_text_invalid);
    return false;
  }
  bytes = std::move(*found);
  return true;
}

}  // namespace detail

Result<CivilDate> FieldType<CivilDate>::parse(std::string_view text) {
  if (const auto date = CivilDate::parse(text)) return *date;
  return Error(ErrorCode::date_invalid);
}

Result<Uuid> FieldType<Uuid>::parse(std::string_view text) {
  if (const auto id = Uuid::parse(text)) return *id;
  return Error(ErrorCode::uuid_invalid);
}

Result<District> FieldType<District>::parse(std::string_view text) {
  constexpr std::int32_t kLeast = 100'000;
  constexpr std::int32_t kMost = 9'999'999;
  const auto number = read_whole<std::int32_t>(text);
  if (number && *number >= kLeast && *number <= kMost) return District{*number};
  return Error(ErrorCode::field_out_of_range, bounds(kLeast, kMost));
}

}  // namespace wangdi::codec
