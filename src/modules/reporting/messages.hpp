// SPDX-License-Identifier: Apache-2.0
// The board of a region, the definitions of indicators, and cut-offs: figures of one moment under a
// name. Everything here is counts; no person, household or door.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "modules/regions/messages.hpp"
#include "modules/screening/messages.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::reporting {

using CutOffId = Id<struct CutOffTag>;  // the id of the command that took it

inline constexpr std::size_t kTrendDays = 7;          // the board's day included
inline constexpr std::size_t kBoardRowsMost = 1'000;  // no region has so many places directly below
inline constexpr std::size_t kPositionsMost = 4'096;  // districts; the tree has some 3,200
inline constexpr std::size_t kCutOffsListed = 200;    // the latest

// ---- figures, in views and in events ----

// Coverage 1 is reached / due: households registered where a round runs, less confirmed vacant.
struct HouseholdFigures {
  std::int64_t reached = 0;
  std::int64_t due = 0;
  std::int64_t vacant = 0;
  std::int64_t missing = 0;
  std::int64_t overdue = 0;
  bool operator==(const HouseholdFigures&) const = default;
};
WD_STRUCT(HouseholdFigures, (reached, "已排查", "Reached", "households", "reporting"),
          (due, "应排查", "Due", "households", "reporting"),
          (vacant, "空置", "Vacant", "households", "reporting"),
          (missing, "还差", "Missing", "households", "reporting"),
          (overdue, "逾期", "Overdue", "households", "reporting"))

// Coverage 2 is seen / due, of one day.
struct KeyPersonFigures {
  std::int64_t seen = 0;
  std::int64_t due = 0;
  std::int64_t missing = 0;
  bool operator==(const KeyPersonFigures&) const = default;
};
WD_STRUCT(KeyPersonFigures, (seen, "已监测", "Seen", "persons", "reporting"),
          (due, "应监测", "Due", "persons", "reporting"),
          (missing, "还差", "Missing", "persons", "reporting"))

struct TrendDay {
  CivilDate day;
  std::int64_t reached = 0;
  std::int64_t due = 0;
  bool operator==(const TrendDay&) const = default;
};
WD_STRUCT(TrendDay, (day, "日期", "Day", "", "reporting"),
          (reached, "已排查", "Reached at the end of the day", "households", "reporting"),
          (due, "应排查", "Due at the end of the day", "households", "reporting"))

// ---- commands and events ----

struct TakeCutOff {
  static constexpr std::string_view kType = "reporting.take_cut_off";
  Text<50, 1> name;
  RegionCode region;
};
WD_STRUCT(TakeCutOff, (name, "名称", "Name", "", "reporting"),
          (region, "范围", "Region", "", "reporting"))

// A place directly below the region of a cut-off.
struct PlaceFigures {
  RegionCode code;
  std::int64_t communities = 0;
  HouseholdFigures households;
  KeyPersonFigures key_persons;
  std::optional<std::int64_t> updated_at;
};
WD_DESCRIBE(PlaceFigures, code, communities, households, key_persons, updated_at)

// The last record of a district that the counters held.
struct CountedPosition {
  District district;
  std::int64_t sequence = 0;
  bool operator==(const CountedPosition&) const = default;
};
WD_DESCRIBE(CountedPosition, district, sequence)

// Holds the figures themselves: counters of other districts move on, also while a rebuild runs.
struct CutOffTaken {
  static constexpr std::string_view kType = "reporting.cut_off_taken";
  static constexpr int kVersion = 1;
  std::string name;
  CivilDate day;
  HouseholdFigures households;
  KeyPersonFigures key_persons;
  List<TrendDay, kTrendDays> trend;
  List<PlaceFigures, kBoardRowsMost> places;  // in the board's order, lowest coverage first
  List<CountedPosition, kPositionsMost> positions;
};
WD_DESCRIBE(CutOffTaken, name, day, households, key_persons, trend, places, positions)

// What destroyed records had counted, so that a rebuild without them gives the same figures.
struct KeptFigure {
  RegionCode community;
  std::int32_t indicator = 0;  // number of an indicators::Indicator
  RoundId round;
  std::int32_t day = 0;    // since 1970-01-01, indicators::kAllDays among them
  std::int64_t value = 0;  // to be added
};
WD_DESCRIBE(KeptFigure, community, indicator, round, day, value)
struct KeptChange {
  RegionCode community;
  std::int64_t recorded_at = 0;
};
WD_DESCRIBE(KeptChange, community, recorded_at)
inline constexpr std::size_t kKeptFiguresMost = 60'000;
struct FiguresKept {
  static constexpr std::string_view kType = "reporting.figures_kept";
  static constexpr int kVersion = 1;
  List<KeptFigure, kKeptFiguresMost> figures;
  // The last of those records that moved figures of a community, and of the district.
  List<KeptChange, 4'096> changes;
  std::int64_t sequence = 0;
  std::int64_t recorded_at = 0;
};
WD_DESCRIBE(FiguresKept, figures, changes, sequence, recorded_at)

// ---- views ----

struct BoardParams {
  RegionCode region;
  std::optional<CivilDate> day;
  std::optional<CutOffId> cut_off;
  std::optional<Text<60>> after;
};
WD_STRUCT(BoardParams, (region, "区划", "Region", "", "reporting"),
          (day, "哪一天", "Day; today when left out", "", "reporting"),
          (cut_off, "截数", "A stored cut-off of the region instead", "", "reporting"),
          (after, "从哪个之后", "After this place in the list", "", "reporting"))

// What the figures were counted at. A board that is not stored has its day for a name.
struct CutOffStamp {
  std::string name;
  std::int64_t at = 0;
  std::int64_t positions_count = 0;
};
WD_STRUCT(CutOffStamp, (name, "名称", "Name", "", "reporting"),
          (at, "数据时间", "As of", "unix_ms", "reporting"),
          (positions_count, "计入的区县数", "Districts counted", "districts", "reporting"))

struct BoardRow {
  RegionCode code;
  std::string name;
  RegionLevel level = RegionLevel::nation;
  std::int64_t communities = 0;
  HouseholdFigures households;
  KeyPersonFigures key_persons;
  std::optional<std::int64_t> updated_at;
};
WD_STRUCT(BoardRow, (code, "区划代码", "Code", "", "reporting"),
          (name, "名称", "Name", "", "reporting"), (level, "层级", "Level", "", "reporting"),
          (communities, "社区数", "Communities", "communities", "reporting"),
          (households, "入户排查", "Households", "", "reporting"),
          (key_persons, "重点群体监控", "Key persons", "", "reporting"),
          (updated_at, "最近一次记录", "Last recorded", "unix_ms", "reporting"))

// Rows are the places directly below, lowest household coverage first.
struct BoardView {
  regions::RegionView region;
  CutOffStamp cut_off;
  std::optional<screening::RoundView> round;  // the one over the whole region, while it runs
  HouseholdFigures households;
  KeyPersonFigures key_persons;
  List<TrendDay, kTrendDays> trend;
  List<BoardRow, limits::kPageRows> rows;
  std::optional<std::string> next;
};
WD_STRUCT(BoardView, (region, "区划", "Region", "", "reporting"),
          (cut_off, "数据时点", "As of", "", "reporting"),
          (round, "本轮排查", "Round", "", "screening"),
          (households, "入户排查", "Households", "", "reporting"),
          (key_persons, "重点群体监控", "Key persons", "", "reporting"),
          (trend, "近 7 天", "Last seven days", "", "reporting"),
          (rows, "下级", "Places below", "", "reporting"),
          (next, "下一页从哪个之后", "Next page after", "", "reporting"))

struct IndicatorsParams {};
WD_STRUCT(IndicatorsParams)

struct IndicatorRow {
  std::string indicator;
  std::string title;
  std::string title_en;
  std::string unit;
  std::optional<std::string> denominator;
};
WD_STRUCT(IndicatorRow, (indicator, "指标", "Indicator", "", "reporting"),
          (title, "名称", "Title", "", "reporting"),
          (title_en, "英文名称", "Title in English", "", "reporting"),
          (unit, "单位", "Unit", "", "reporting"),
          (denominator, "除以什么", "Divided by", "", "reporting"))

struct Indicators {
  std::vector<IndicatorRow> rows;
};
WD_STRUCT(Indicators, (rows, "指标", "Indicators", "", "reporting"))

struct CutOffsParams {
  RegionCode region;
};
WD_STRUCT(CutOffsParams, (region, "区划", "Region", "", "reporting"))

struct CutOffRow {
  CutOffId id;
  std::string name;
  std::int64_t at = 0;
  std::string by;  // display name of the officer; the account's id when it has none
  std::int64_t positions_count = 0;
};
WD_STRUCT(CutOffRow, (id, "截数编号", "Cut-off id", "", "reporting"),
          (name, "名称", "Name", "", "reporting"),
          (at, "数据时间", "As of", "unix_ms", "reporting"),
          (by, "谁存的", "Taken by", "", "reporting"),
          (positions_count, "计入的区县数", "Districts counted", "districts", "reporting"))

// The latest first.
struct CutOffs {
  List<CutOffRow, kCutOffsListed> rows;
};
WD_STRUCT(CutOffs, (rows, "截数", "Cut-offs", "", "reporting"))

}  // namespace wangdi::reporting
