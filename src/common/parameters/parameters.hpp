// SPDX-License-Identifier: Apache-2.0
// Parameters of the field: days, degrees, quotas as data with unit, scope, dates and source. They
// ship as parameters/*.csv and are compiled in; a rule names its row and never holds the number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_date.hpp"
#include "base/result.hpp"
#include "types/region_code.hpp"

namespace wangdi {

struct Parameter {
  std::string name;   // module.what_unit
  std::string value;  // a decimal number
  std::string unit;
  RegionCode scope;  // this region and all below it; empty for everywhere
  CivilDate in_force_from;
  CivilDate in_force_to;  // that day included
  std::string document;
  std::string clause;
};

class Parameters {
 public:
  // The rows compiled in. They are checked by a test, so an error here is a damaged build.
  static Result<Parameters> shipped();
  // Adds the rows of one CSV text; `file` stands in errors. Errors: configuration_invalid naming
  // file, line and column.
  Status add_csv(std::string_view csv, std::string_view file);

  // The row in force on a day: of all that cover the region the one with the narrowest scope, then
  // the latest start. Error: configuration_invalid naming the parameter when there is none.
  Result<const Parameter*> find(std::string_view name, const RegionCode& region,
                                CivilDate day) const;
  Result<std::int64_t> integer(std::string_view name, const RegionCode& region,
                               CivilDate day) const;
  // The value times ten; it has at most one decimal.
  Result<std::int64_t> tenths(std::string_view name, const RegionCode& region, CivilDate day) const;

  const std::vector<Parameter>& rows() const { return rows_; }

 private:
  std::vector<Parameter> rows_;
};

}  // namespace wangdi
