// SPDX-License-Identifier: Apache-2.0
// TypeInfo -> JSON Schema.
#include "codec/schema.hpp"

#include <boost/json.hpp>
#include <cmath>

namespace wangdi::codec {
namespace {

namespace json = boost::json;

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

json::string text(std::string_view from) { return json::string(from.data(), from.size()); }
json::string_view key(std::string_view from) { return {from.data(), from.size()}; }
json::string error_name(ErrorCode code) { return text(error_entry(code).name); }

// The type behind an optional one.
const TypeInfo& bare(const TypeInfo& type) { return type.absent ? *type.element : type; }

// A whole number is written without a fraction.
json::value number(double value) {
  if (value == std::floor(value) && std::abs(value) <= static_cast<double>(kIntegerMost)) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

void put_number_limits(const Rule& rule, json::object& schema, json::object& errors) {
  if (std::isfinite(rule.least)) schema["minimum"] = number(rule.least);
  if (std::isfinite(rule.most)) schema["maximum"] = number(rule.most);
  if (std::isfinite(rule.least) || std::isfinite(rule.most)) {
    errors["range"] = error_name(rule.errors.range);
  }
  if (rule.decimals > 0) {
    schema["x-decimals"] = rule.decimals;
    errors["decimals"] = error_name(ErrorCode::decimals_too_many);
  }
}

void put_check(const Rule& rule, json::object& schema, json::object& errors) {
  json::array weights(rule.check->weights.begin(), rule.check->weights.end());
  schema["x-check"] = {{"weights", std::move(weights)},
                       {"characters", text(rule.check->characters)},
                       {"date_at", rule.check->date_at}};
  errors["date"] = error_name(rule.errors.date);
  errors["check"] = error_name(rule.errors.check);
}

void put_text_limits(const Rule& rule, json::object& schema, json::object& errors) {
  if (rule.length_least > 0) {
    schema["minLength"] = rule.length_least;
    errors["minLength"] = error_name(rule.errors.length_least);
  }
  if (rule.length_most > 0) {
    schema["maxLength"] = rule.length_most;
    errors["maxLength"] = error_name(rule.errors.length_most);
  }
  if (!rule.pattern.empty()) {
    schema["pattern"] = text(rule.pattern);
    errors["pattern"] = error_name(rule.errors.pattern);
  }
  if (!rule.format.empty()) {
    schema["format"] = text(rule.format);
    errors["format"] = error_name(rule.errors.format);
  }
  if (rule.trimmed) schema["x-trimmed"] = true;
  if (rule.check) put_check(rule, schema, errors);
}

json::object choice_schema(const TypeInfo& type) {
  json::array names, titled;
  for (const auto& choice : type.choices) {
    names.push_back(text(choice.name));
    titled.push_back({{"name", text(choice.name)},
                      {"title", text(choice.title_zh)},
                      {"title-en", text(choice.title_en)}});
  }
  return {{"type", "string"}, {"enum", std::move(names)}, {"x-choices", std::move(titled)}};
}

// "wangdi::screening::Visit" -> "screening.Visit".
std::string qualified(std::string_view full_name) {
  constexpr std::string_view kRoot = "wangdi::";
  if (full_name.starts_with(kRoot)) full_name.remove_prefix(kRoot.size());
  std::string name;
  for (const char c : full_name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool plain = letter || (c >= '0' && c <= '9') || c == '_';
    if (plain) name.push_back(c);
    if (!plain && !name.empty() && name.back() != '.') name.push_back('.');
  }
  return name;
}

json::object scalar_schema(const TypeInfo& type) {
  json::object schema, errors;
  switch (type.shape) {
    case Shape::boolean:
      schema["type"] = "boolean";
      break;
    case Shape::integer:
      schema["type"] = "integer";
      put_number_limits(type.rule, schema, errors);
      break;
    case Shape::number:
      schema["type"] = "number";
      put_number_limits(type.rule, schema, errors);
      break;
    case Shape::text:
      schema["type"] = "string";
      put_text_limits(type.rule, schema, errors);
      break;
    case Shape::choice:
      schema = choice_schema(type);
      errors["enum"] = error_name(ErrorCode::field_choice_unknown);
      break;
    case Shape::list:
    case Shape::object:
    case Shape::any:
      break;
  }
  if (!errors.empty()) schema["x-errors"] = std::move(errors);
  return schema;
}

}  // namespace

json::object SchemaSet::of(const TypeInfo& maybe_optional) {
  const auto& type = bare(maybe_optional);
  if (!type.name.empty()) return {{"$ref", json::string(prefix_ + define(type))}};
  if (type.shape != Shape::list) return scalar_schema(type);
  return {{"type", "array"},
          {"items", of(*type.element)},
          {"maxItems", type.rule.items_most},
          {"x-errors", {{"maxItems", error_name(ErrorCode::field_too_many)}}}};
}

json::object SchemaSet::of(const Field& field) {
  auto schema = of(*field.type);
  if (!field.title_zh.empty()) schema["title"] = text(field.title_zh);
  if (!field.title_en.empty()) schema["x-title-en"] = text(field.title_en);
  if (!field.unit.empty()) schema["x-unit"] = text(field.unit);
  if (!field.purpose.empty()) schema["x-purpose"] = text(field.purpose);
  return schema;
}

std::string SchemaSet::define(const TypeInfo& type) {
  std::string name(type.name);
  const auto same = definitions_.find(name);
  if (same != definitions_.end() && same->second.full_name != type.full_name) {
    name = qualified(type.full_name);
  }
  if (definitions_.contains(name)) return name;
  definitions_[name].full_name = type.full_name;
  if (type.shape != Shape::object) {
    definitions_[name].schema = scalar_schema(type);
    return name;
  }
  json::object properties;
  json::array required;
  for (const auto& field : type.fields) {
    properties[key(field.name)] = of(field);
    if (field.type->required) required.push_back(text(field.name));
  }
  json::object schema = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  definitions_[name].schema = std::move(schema);
  return name;
}

json::object SchemaSet::definitions() const {
  json::object all;
  for (const auto& [name, definition] : definitions_) all[name] = definition.schema;
  return all;
}

json::value json_schema(const TypeInfo& type) {
  SchemaSet set("#/$defs/");
  json::object schema = {{"$schema", text(kDialect)}};
  for (auto& [name, value] : set.of(type)) schema[name] = value;
  if (auto definitions = set.definitions(); !definitions.empty()) {
    schema["$defs"] = std::move(definitions);
  }
  return schema;
}

}  // namespace wangdi::codec
