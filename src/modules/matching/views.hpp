// SPDX-License-Identifier: Apache-2.0
// What an officer uploads and sees of their own matches.
#pragma once

#include "modules/matching/messages.hpp"

namespace wangdi::matching {

inline constexpr std::size_t kMatchesShown = 50;
// Persons and households one list may find; a phone may be several people's.
inline constexpr std::size_t kFoundMost = 600;

struct UploadParams {
  RegionCode region;
  vault::Purpose purpose = vault::Purpose::official_request;
  Text<200, 1> reason;
  Text<200> file_name;
};
WD_STRUCT(UploadParams, (region, "范围", "Region", "", "matching"),
          (purpose, "用途", "Purpose", "", "matching"),
          (reason, "为什么需要", "Why it is needed", "", "matching"),
          (file_name, "文件名", "File name", "", "matching"))

// read = kept + refused + repeated.
struct Uploaded {
  approvals::ApprovalId match;
  std::int64_t read = 0;
  std::int64_t kept = 0;
  std::int64_t refused = 0;
  std::int64_t repeated = 0;
};
WD_STRUCT(Uploaded, (match, "比对编号", "Match id", "", "matching"),
          (read, "共几行", "Rows read", "", "matching"),
          (kept, "收下几行", "Rows kept", "", "matching"),
          (refused, "没有号码或号码不对的", "Rows without a usable number", "", "matching"),
          (repeated, "重复的", "Rows left out as repeated", "", "matching"))

enum class MatchState : std::uint8_t { waits = 1, allowed, refused, over, done };
WD_ENUM(MatchState, (waits, "等另一人同意", "Waits for a second person"),
        (allowed, "可以比对", "May be matched"), (refused, "没有同意", "Not allowed"),
        (over, "过期了", "Its time is over"), (done, "比对过了", "Matched"))

struct MatchesParams {
  RegionCode region;
};
WD_STRUCT(MatchesParams, (region, "范围", "Region", "", "matching"))

struct MatchView {
  approvals::ApprovalId match;
  RegionCode region;
  std::string place;
  vault::Purpose purpose{};
  std::int64_t rows = 0;
  std::int64_t found = 0;
  MatchState state{};
  std::int64_t asked_at = 0;
  std::int64_t ends_at = 0;  // when nothing of it is left
};
WD_STRUCT(MatchView, (match, "比对编号", "Match id", "", "matching"),
          (region, "范围", "Region", "", "matching"), (place, "哪里的", "Place", "", "matching"),
          (purpose, "用途", "Purpose", "", "matching"),
          (rows, "名单几行", "Rows of the list", "", "matching"),
          (found, "找到几条", "Found", "", "matching"), (state, "状态", "State", "", "matching"),
          (asked_at, "什么时候", "When", "unix_ms", "matching"),
          (ends_at, "什么时候销毁", "Destroyed at", "unix_ms", "matching"))
struct MatchesView {
  List<MatchView, kMatchesShown> rows;  // the latest first
};
WD_STRUCT(MatchesView, (rows, "比对过的名单", "Matches", "", "matching"))

struct ResultParams {
  approvals::ApprovalId match;
  RegionCode region;
};
WD_STRUCT(ResultParams, (match, "比对编号", "Match id", "", "matching"),
          (region, "范围", "Region", "", "matching"))

struct FoundPerson {
  std::int32_t row = 0;
  HouseholdId household;
  std::optional<std::string> name;  // masked; none where only the household's phone is the same
  std::string door;
};
WD_STRUCT(FoundPerson, (row, "行", "Row", "", "matching"),
          (household, "住户", "Household", "", "matching"),
          (name, "姓名（部分隐去）", "Name, masked", "", "matching"),
          (door, "门牌", "Door", "", "matching"))
struct ResultView {
  List<FoundPerson, kFoundMost> rows;
};
WD_STRUCT(ResultView, (rows, "找到的", "Found", "", "matching"))

}  // namespace wangdi::matching
