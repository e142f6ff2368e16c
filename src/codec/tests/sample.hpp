// SPDX-License-Identifier: Apache-2.0
// A described struct with every kind of field, for the codec's own tests.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.hpp"

namespace wangdi::sample {

enum class Answer : std::uint8_t { yes = 1, no = 2, later = 7 };
WD_ENUM(Answer, (yes, "是", "Yes"), (no, "否", "No"), (later, "以后", "Later"))

struct Reading {
  Celsius temperature;
  std::optional<std::int32_t> minutes;
  bool operator==(const Reading&) const = default;
};
WD_STRUCT(Reading, (temperature, "体温", "Temperature", "celsius", "screening"),
          (minutes, "分钟", "Minutes", "minutes", "screening"))

struct Sample {
  Text<6, 1> name;
  std::optional<Text<10>> note;
  std::optional<IdNumber> number;
  std::optional<Mobile> phone;
  std::optional<RegionCode> region;
  std::optional<CivilDate> day;
  std::optional<HouseholdId> household;
  std::optional<UnixMs> at;
  std::optional<std::int32_t> count;
  std::optional<std::uint8_t> small;
  std::optional<double> share;
  std::optional<bool> urgent;
  std::optional<Answer> answer;
  std::optional<std::string> plain;
  std::optional<std::array<std::uint8_t, 4>> hash;
  std::optional<District> district;
  std::optional<codec::RawJson> body;
  std::vector<Reading> readings;
  List<Answer, 3> answers;
  std::optional<Reading> first;
  bool operator==(const Sample&) const = default;
};
WD_STRUCT(Sample, (name, "姓名", "Name", "", "tests"), (note, "备注", "Note", "", "tests"),
          (number, "身份证号", "Identity number", "", "tests"),
          (phone, "手机", "Mobile", "", "tests"), (region, "区划", "Region", "", "tests"),
          (day, "日期", "Day", "", "tests"), (household, "住户", "Household", "", "tests"),
          (at, "时间", "Time", "ms", "tests"), (count, "数量", "Count", "", "tests"),
          (small, "小数目", "Small count", "", "tests"), (share, "比例", "Share", "", "tests"),
          (urgent, "紧急", "Urgent", "", "tests"), (answer, "答复", "Answer", "", "tests"),
          (plain, "文字", "Plain text", "", "tests"), (hash, "摘要", "Hash", "", "tests"),
          (district, "区县", "District", "", "tests"), (body, "内容", "Body", "", "tests"),
          (readings, "读数", "Readings", "", "tests"),
          (answers, "各项答复", "Answers", "", "tests"),
          (first, "首次读数", "First reading", "", "tests"))

struct Filter {
  RegionCode region;
  std::optional<CivilDate> day;
  std::optional<std::int32_t> page;
  std::optional<bool> open;
  std::optional<Answer> answer;
  std::optional<Text<6, 1>> text;
  std::optional<Celsius> least;
  bool operator==(const Filter&) const = default;
};
WD_STRUCT(Filter, (region, "区划", "Region", "", "tests"), (day, "日期", "Day", "", "tests"),
          (page, "页", "Page", "", "tests"), (open, "未办结", "Open", "", "tests"),
          (answer, "答复", "Answer", "", "tests"), (text, "文字", "Text", "", "tests"),
          (least, "最低体温", "Least temperature", "celsius", "tests"))

struct Nothing {
  bool operator==(const Nothing&) const = default;
};
WD_STRUCT(Nothing)

}  // namespace wangdi::sample
