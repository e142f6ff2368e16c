// SPDX-License-Identifier: Apache-2.0
// CSV as spreadsheets of the field open it without asking.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "common/sheet/writer_checks.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What makes a spreadsheet calculate; the full-width forms count in East Asian editions.
constexpr std::array<std::string_view, 11> kFormulaStarts = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                             "\n", "＝", "＋", "－", "＠"};

class CsvWriter final : public TableWriter {
 public:
  Status start(const WriteOptions& options) {
    bytes_ = kByteOrderMark;
    if (options.watermark) {
      const Value line = std::string_view(watermark_ = watermark_line(*options.watermark));
      WD_TRY([[maybe_unused]] auto done, add({&line, 1}));
    }
    std::vector<Value> titles;
    for (const auto& column : options.columns) titles.emplace_back(std::string_view(column.title));
    columns_ = titles.size();
    return add(titles);
  }

  Status add(std::span<const Value> values) override {
    WD_ASSERT(columns_ == 0 || values.size() <= columns_);
    if (rows_ == kSheetRows) return too_large(kRowsAmount, kSheetRows);
    ++rows_;
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (at > 0) bytes_ += ',';
      WD_TRY([[maybe_unused]] auto done, append(values[at]));
    }
    bytes_ += "\r\n";
    return ok();
  }

  Result<std::string> finish() override { return std::move(bytes_); }

 private:
  Status append(const Value& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      WD_TRY([[maybe_unused]] auto done, check_text(*text));
      append_text(*text);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      bytes_ += std::to_string(*whole);
    } else if (const auto* number = std::get_if<double>(&value)) {
      append_number(*number);
    } else if (const auto* day = std::get_if<CivilDate>(&value)) {
      bytes_ += day->text();
    } else if (const auto* answer = std::get_if<bool>(&value)) {
      bytes_ += *answer ? "TRUE" : "FALSE";
    }
    return ok();
  }

  void append_text(std::string_view text) {
    const bool formula = std::ranges::any_of(
        kFormulaStarts, [&](std::string_view start) { return text.starts_with(start); });
    const bool quoted = formula || text.find_first_of(",;\t\"\r\n") != std::string_view::npos ||
                        text::trim(text).size() != text.size();
    if (!quoted) {
      bytes_ += text;
      return;
    }
    bytes_ += '"';
    if (formula) bytes_ += '\'';
    for (const char c : text) {
      if (c == '"') bytes_ += '"';
      bytes_ += c;
    }
    bytes_ += '"';
  }

  void append_number(double number) {
    if (!std::isfinite(number)) return;
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    bytes_.append(buffer.data(), end);
  }

  std::string bytes_, watermark_;
  std::size_t columns_ = 0;
  std::uint32_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<TableWriter>> open_csv_writer(const WriteOptions& options) {
  auto writer = std::make_unique<CsvWriter>();
  WD_TRY([[maybe_unused]] auto done, writer->start(options));
  return std::unique_ptr<TableWriter>(std::move(writer));
}

}  // namespace wangdi::sheet
