// SPDX-License-Identifier: Apache-2.0
// JSON Schema 2020-12 out of the described types. Titles come as "title" (zh) and "x-title-en";
// x-unit, x-purpose, x-choices and x-errors carry what a form needs to check a field and to speak
// of it, so that the web generates its checks and writes no rule a second time.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "codec/codec.hpp"

namespace wangdi::codec {

// Definitions that several schemas share. Named types are put here once and referred to.
class SchemaSet {
 public:
  // The prefix of a reference, for example "#/$defs/".
  explicit SchemaSet(std::string reference_prefix) : prefix_(std::move(reference_prefix)) {}

  // The schema of a type: a $ref for a named one.
  boost::json::object of(const TypeInfo& type);
  // The schema of a member: of its type, with titles, unit and purpose.
  boost::json::object of(const Field& field);
  // Name -> schema, in order of the names.
  boost::json::object definitions() const;

 private:
  std::string define(const TypeInfo& type);

  std::string prefix_;
  struct Definition {
    std::string_view full_name;
    boost::json::object schema;
  };
  std::map<std::string, Definition, std::less<>> definitions_;
};

// A whole schema with $schema and $defs.
boost::json::value json_schema(const TypeInfo& type);
template <class T>
boost::json::value json_schema() {
  static_assert(kType<T>.documented, "every struct in a schema has titles: use WD_STRUCT");
  return json_schema(kType<T>);
}

}  // namespace wangdi::codec
