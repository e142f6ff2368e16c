// SPDX-License-Identifier: Apache-2.0
// Instants are UTC milliseconds (UnixMs); days are CivilDate, a day of the proleptic Gregorian
// calendar in the configured zone. The zone is a fixed offset: China has one, without summer time.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wangdi {

using UnixMs = std::int64_t;

struct ZoneOffset {
  int minutes_east = 480;  // China Standard Time
};

class CivilDate {
 public:
  CivilDate() = default;
  static constexpr CivilDate from_days(std::int32_t days_since_1970) {
    return CivilDate(days_since_1970);
  }
  static CivilDate of(UnixMs instant, ZoneOffset zone);
  static std::optional<CivilDate> from_parts(int year, unsigned month, unsigned day);
  // Accepts only YYYY-MM-DD with a year of 1850 to 2150 and a day that exists.
  static std::optional<CivilDate> parse(std::string_view text);

  constexpr std::int32_t days() const { return days_; }
  int year() const;
  unsigned month() const;
  unsigned day() const;
  std::string text() const;  // YYYY-MM-DD
  // First instant of the day in the zone.
  UnixMs start(ZoneOffset zone) const;

  constexpr CivilDate plus_days(std::int32_t count) const { return CivilDate(days_ + count); }
  friend constexpr std::int32_t operator-(CivilDate later, CivilDate earlier) {
    return later.days_ - earlier.days_;
  }
  constexpr auto operator<=>(const CivilDate&) const = default;

 private:
  explicit constexpr CivilDate(std::int32_t days) : days_(days) {}
  std::int32_t days_ = 0;  // since 1970-01-01
};

// Whole years from birth to day: the birthday itself counts as reached.
int age_in_years(CivilDate birth, CivilDate day);

}  // namespace wangdi
