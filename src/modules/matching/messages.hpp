// SPDX-License-Identifier: Apache-2.0
// List matching: who of an uploaded list is registered in the own region. Its rows are in the vault
// under a key of their own; events hold ids and counts.
#pragma once

#include <optional>

#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "modules/approvals/messages.hpp"
#include "types/list.hpp"

namespace wangdi::matching {

using ListId = Id<struct ListTag>;

// As many as one list may have at any time; parameters/matching.csv may allow fewer.
inline constexpr std::size_t kListRows = 300;

// A name is not kept: the row says who it is to whoever has the list.
struct ListRow {
  std::int32_t row = 0;  // as the spreadsheet shows it
  std::optional<Text<30, 1>> number;
  std::optional<Text<30, 1>> phone;
};
WD_STRUCT(ListRow, (row, "行", "Row", "", "matching"),
          (number, "证件号码", "Document number", "", "matching"),
          (phone, "电话", "Phone", "", "matching"))

// Asks the second person at once; the approval has the number of the match.
struct AskMatch {
  static constexpr std::string_view kType = "matching.ask";
  approvals::ApprovalId match;
  ListId list;
  RegionCode region;  // where is looked
  vault::Purpose purpose = vault::Purpose::official_request;
  Text<200, 1> reason;
  List<ListRow, kListRows> rows;
};
WD_STRUCT(AskMatch, (match, "比对编号", "Match id", "", "matching"),
          (list, "名单编号", "List id", "", "matching"), (region, "范围", "Region", "", "matching"),
          (purpose, "用途", "Purpose", "", "matching"),
          (reason, "为什么需要", "Why it is needed", "", "matching"),
          (rows, "名单", "Rows of the list", "", "matching"))

// By who asked, once, when somebody else agreed.
struct RunMatch {
  static constexpr std::string_view kType = "matching.run";
  approvals::ApprovalId match;
  RegionCode region;  // of the match
};
WD_STRUCT(RunMatch, (match, "比对编号", "Match id", "", "matching"),
          (region, "范围", "Region", "", "matching"))

// The subject of all events is the match.
struct MatchAsked {
  static constexpr std::string_view kType = "matching.asked";
  static constexpr int kVersion = 1;
  ListId list;
  vault::Purpose purpose = vault::Purpose::official_request;
  std::int64_t rows = 0;
};
WD_DESCRIBE(MatchAsked, list, purpose, rows)

struct MatchRun {
  static constexpr std::string_view kType = "matching.done";
  static constexpr int kVersion = 1;
  std::int64_t found = 0;
};
WD_DESCRIBE(MatchRun, found)

// Its days are over: nothing of it is left in the vault.
struct MatchForgotten {
  static constexpr std::string_view kType = "matching.forgotten";
  static constexpr int kVersion = 1;
};
WD_DESCRIBE(MatchForgotten)

}  // namespace wangdi::matching
