// SPDX-License-Identifier: Apache-2.0
// The header and the rows of a list.
#include "modules/matching/list_file.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "common/sheet/sheet.hpp"

namespace wangdi::matching {
namespace {

constexpr std::uint32_t kHeaderRows = 10;
constexpr std::string_view kNumberTitle = "证件号码", kPhoneTitle = "电话";
constexpr std::string_view kNumberTitles =
    "证件号码|证件号|身份证号|身份证号码|身份证|公民身份号码|护照号|document number|id "
    "number|number";
constexpr std::string_view kPhoneTitles =
    "电话|电话号码|手机|手机号|手机号码|联系电话|联系方式|phone|mobile|phone number";

using Cells = std::span<const sheet::Cell>;

bool is_one_of(std::string_view titles, std::string_view written) {
  for (const auto title : text::split(titles, '|')) {
    if (text::fold(title) == written) return true;
  }
  return false;
}

struct Columns {
  std::optional<std::size_t> number, phone;
};

// Nothing when the row is no header.
Result<std::optional<Columns>> columns_of(Cells cells) {
  Columns columns;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto written = text::fold(text::trim(cells[i].text));
    if (written.empty()) continue;
    const bool number = is_one_of(kNumberTitles, written);
    if (!number && !is_one_of(kPhoneTitles, written)) continue;
    auto& at = number ? columns.number : columns.phone;
    if (at) {
      return Error(ErrorCode::column_duplicate)
          .with("column", std::string(number ? kNumberTitle : kPhoneTitle));
    }
    at = i;
  }
  if (!columns.number && !columns.phone) return std::optional<Columns>();
  return std::optional(columns);
}

using Value = std::optional<Text<30, 1>>;

// Numbers of documents and phones are letters and digits, whatever blanks and dashes are between.
Value value_in(Cells cells, std::optional<std::size_t> at) {
  constexpr std::size_t kLongest = 30;
  constexpr std::ptrdiff_t kDigitsLeast = 5;
  if (!at || *at >= cells.size()) return std::nullopt;
  auto value = vault::normalised(cells[*at].text);
  const bool usable = std::ranges::all_of(value, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  const auto digits = std::ranges::count_if(value, [](char c) { return c >= '0' && c <= '9'; });
  if (!usable || digits < kDigitsLeast || value.size() > kLongest) return std::nullopt;
  return Text<kLongest, 1>{std::move(value)};
}

class Reading {
 public:
  explicit Reading(std::int64_t most) : most_(most) {}

  Result<sheet::Next> take(std::uint32_t row, Cells cells) {
    if (!columns_) {
      if (++searched_ > kHeaderRows) return no_header();
      WD_TRY(columns_, columns_of(cells));
      return sheet::Next::more;
    }
    if (++list_.counts.read > most_) {
      return Error(ErrorCode::field_too_many).with("limit", std::to_string(most_));
    }
    ListRow kept{static_cast<std::int32_t>(row), value_in(cells, columns_->number),
                 value_in(cells, columns_->phone)};
    if (!kept.number && !kept.phone) {
      ++list_.counts.refused;
      return sheet::Next::more;
    }
    if (!seen_.insert({kept.number, kept.phone}).second) {
      ++list_.counts.repeated;
      return sheet::Next::more;
    }
    ++list_.counts.kept;
    list_.rows.push_back(std::move(kept));
    return sheet::Next::more;
  }

  Result<ReadList> finish() {
    if (!columns_) return no_header();
    if (list_.rows.empty()) return Error(ErrorCode::file_empty);
    return std::move(list_);
  }

 private:
  static Error no_header() {
    return Error(ErrorCode::header_missing)
        .with("limit", std::to_string(kHeaderRows))
        .with("column", std::string(kNumberTitle));
  }

  std::int64_t most_;
  std::uint32_t searched_ = 0;
  std::optional<Columns> columns_;
  std::set<std::pair<Value, Value>> seen_;
  ReadList list_;
};

}  // namespace

Result<ReadList> read_list(std::string_view file, std::string_view file_name, std::int64_t most) {
  WD_TRY(auto sheet,
         sheet::Sheet::open({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()},
                            {.file_name = file_name}));
  Reading reading(most);
  WD_TRY([[maybe_unused]] auto counts, sheet.for_each_row([&](std::uint32_t row, Cells cells) {
    return reading.take(row, cells);
  }));
  return reading.finish();
}

}  // namespace wangdi::matching
