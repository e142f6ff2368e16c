// SPDX-License-Identifier: Apache-2.0
// What the import of a roster is asked and what it answers. Rows of a sheet are counted so that
// rows read = imported + refused + left out, in the trial as in the import itself (security.md
// FI2).
#pragma once

#include <optional>
#include <string>

#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "common/crypto/crypto.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"
#include "vault/fields.hpp"

namespace wangdi::residents {

// Rows of one sheet: twice the largest community known (100,000 people in Guangdong, 2020).
inline constexpr std::uint32_t kRosterRows = 200'000;
// Errors and possible duplicates of the trial's answer; the file of errors has all of them.
inline constexpr std::size_t kRosterFindings = limits::kPageRows;

enum class ImportMode : std::uint8_t { try_it = 1, apply = 2 };

// The web says "try", which is a word of C++; so the choices are written out by hand.
constexpr codec::EnumTag wd_enum(std::type_identity<ImportMode>) { return {"ImportMode"}; }
constexpr auto wd_choices(std::type_identity<ImportMode>) {
  return std::array{
      codec::Choice{"try", "先试一遍", "Try", static_cast<std::int64_t>(ImportMode::try_it)},
      codec::Choice{"apply", "正式导入", "Apply", static_cast<std::int64_t>(ImportMode::apply)}};
}

struct ImportParams {
  RegionCode community;
  ImportMode mode = ImportMode::try_it;
  Text<200> file_name;
  std::optional<crypto::Digest> digest;  // of the trial; asked for when applying
};
WD_STRUCT(ImportParams, (community, "社区", "Community", "", "residents"),
          (mode, "试还是导", "Try or apply", "", "residents"),
          (file_name, "文件名", "File name", "", "residents"),
          (digest, "试导时的文件摘要", "Digest of the file that was tried", "", "residents"))

struct ImportErrorsParams {
  RegionCode community;
  Text<200> file_name;
};
WD_STRUCT(ImportErrorsParams, (community, "社区", "Community", "", "residents"),
          (file_name, "文件名", "File name", "", "residents"))

// One wrong field of a row. What was written is masked where it is personal.
struct ImportError {
  std::int64_t row = 0;  // as the spreadsheet shows it
  std::string door;
  std::string name;
  std::string number;
  std::string field;
  std::string written;
  std::string why;
  std::string advice;
};
WD_STRUCT(ImportError, (row, "行", "Row", "", "residents"), (door, "门牌", "Door", "", "residents"),
          (name, "姓名", "Name, masked", "", "residents"),
          (number, "证件号", "Document number, masked", "", "residents"),
          (field, "哪一项", "Field", "", "residents"),
          (written, "写的是", "What was written", "", "residents"),
          (why, "为什么", "Why it is refused", "", "residents"),
          (advice, "怎么办", "What to do", "", "residents"))

// A row that is left out because it may be somebody or some door that is there already.
struct ImportDuplicate {
  std::int64_t row = 0;
  std::string kind;
  std::string existing;
  std::string incoming;  // "new" in JSON, which is a word of C++
};
BOOST_DESCRIBE_STRUCT(ImportDuplicate, (), (row, kind, existing, incoming))
constexpr codec::StructTag wd_struct(std::type_identity<ImportDuplicate>) {
  return {"ImportDuplicate", true};
}
template <class Table>
constexpr auto wd_fields(std::type_identity<ImportDuplicate>, Table) {
  using Row = ImportDuplicate;
  return Table::list(
      Table::template field<&Row::row>("row", "行", "Row", "", "residents"),
      Table::template field<&Row::kind>("kind", "哪里一样", "What is the same", "", "residents"),
      Table::template field<&Row::existing>("existing", "已有", "There already", "", "residents"),
      Table::template field<&Row::incoming>("new", "新的", "New", "", "residents"),
      typename Table::End{});
}

// rows = importable + errors_total + duplicates_total, all three in rows. A row with several errors
// stands in `errors` several times; the lists hold the first kRosterFindings entries.
struct ImportTrial {
  crypto::Digest digest{};
  std::int64_t rows = 0;
  std::int64_t importable = 0;
  std::int64_t changed = 0;
  std::int64_t errors_total = 0;
  std::int64_t duplicates_total = 0;
  List<ImportError, kRosterFindings> errors;
  List<ImportDuplicate, kRosterFindings> duplicates;
  List<std::string, 50> columns_ignored;
};
WD_STRUCT(ImportTrial, (digest, "文件摘要", "Digest of the file", "", "residents"),
          (rows, "共几行", "Rows read", "", "residents"),
          (importable, "可以导入", "Rows that can be imported", "", "residents"),
          (changed, "其中只改已有的人", "Of these, rows that only add to somebody there", "",
           "residents"),
          (errors_total, "有错的行", "Rows with errors", "", "residents"),
          (duplicates_total, "可能重复的行", "Rows left out as possible duplicates", "",
           "residents"),
          (errors, "错误", "The first errors", "", "residents"),
          (duplicates, "可能重复", "The first possible duplicates", "", "residents"),
          (columns_ignored, "没有用到的列", "Columns that are not read", "", "residents"))

struct ImportStarted {
  Uuid job;
};
WD_STRUCT(ImportStarted, (job, "导入编号", "Job", "", "residents"))

struct ImportStateParams {
  Uuid job;
};
WD_STRUCT(ImportStateParams, (job, "导入编号", "Job", "", "residents"))

enum class ImportPhase : std::uint8_t { running = 1, done = 2, failed = 3 };
WD_ENUM(ImportPhase, (running, "正在导", "Running"), (done, "导完了", "Done"),
        (failed, "没有导完", "Failed"))

// done = applied + duplicates + refused, in rows; at the end of a whole import also = total.
struct ImportState {
  ImportPhase state = ImportPhase::running;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::int64_t applied = 0;
  std::int64_t duplicates = 0;
  std::int64_t refused = 0;
  std::optional<std::string> why;     // of a failed one
  std::optional<std::string> advice;  // of a failed one
};
WD_STRUCT(ImportState, (state, "进度", "State", "", "residents"),
          (done, "做完几行", "Rows done", "", "residents"),
          (total, "共几行", "Rows read", "", "residents"),
          (applied, "已导入", "Rows imported", "", "residents"),
          (duplicates, "重复，没有导", "Rows left out as duplicates", "", "residents"),
          (refused, "有错，没有导", "Rows refused", "", "residents"),
          (why, "为什么停了", "Why it stopped", "", "residents"),
          (advice, "怎么办", "What to do", "", "residents"))

struct TemplateParams {};
WD_STRUCT(TemplateParams)

struct ExportHouseholds {
  RegionCode community;
  vault::Purpose purpose = vault::Purpose::home_visit;
};
WD_STRUCT(ExportHouseholds, (community, "社区", "Community", "", "residents"),
          (purpose, "用途", "Purpose", "", "residents"))

}  // namespace wangdi::residents
