// SPDX-License-Identifier: Apache-2.0
// What each indicator is counted in and divided by. Titles stand at the enumeration itself.
#pragma once

#include <array>
#include <string_view>

#include "common/indicators/indicators.hpp"

namespace wangdi::reporting {

struct IndicatorDefinition {
  indicators::Indicator indicator;
  std::string_view unit;
  std::string_view denominator;  // empty where it is not divided
};

using indicators::Indicator;
inline constexpr std::array kIndicators = {
    IndicatorDefinition{Indicator::households_registered, "households", ""},
    IndicatorDefinition{Indicator::persons_registered, "persons", ""},
    IndicatorDefinition{Indicator::households_reached, "households",
                        "households_registered - households_vacant"},
    IndicatorDefinition{Indicator::households_vacant, "households", "households_registered"},
    IndicatorDefinition{Indicator::revisits_lapsed, "households",
                        "households_registered - households_vacant"},
    IndicatorDefinition{Indicator::key_persons_due, "persons", ""},
    IndicatorDefinition{Indicator::key_persons_seen, "persons", "key_persons_due"},
    IndicatorDefinition{Indicator::visits, "visits", ""},
    IndicatorDefinition{Indicator::exceptions, "persons", ""},
    IndicatorDefinition{Indicator::fevers, "persons", ""},
};

// Every indicator has its row, in the order of the enumeration.
constexpr bool is_complete() {
  const auto choices = codec::choices<Indicator>();
  if (choices.size() != kIndicators.size()) return false;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].value != static_cast<std::int64_t>(kIndicators[i].indicator)) return false;
  }
  return true;
}
static_assert(is_complete(), "an indicator has no row in kIndicators");

}  // namespace wangdi::reporting
