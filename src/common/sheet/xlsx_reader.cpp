// SPDX-License-Identifier: Apache-2.0
// A workbook's sheet as rows, in one pass over its XML; a second one before it only when the sheet
// has merged cells, which the format lists behind the rows.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "base/text.hpp"
#include "common/sheet/source.hpp"
#include "common/sheet/xlsx_parts.hpp"
#include "common/sheet/xml.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::size_t kRowChunkBytes = 64 << 10;

// What the cells of a row point into.
struct Tables {
  const Styles& styles;
  const SharedStrings& shared;
  DateSystem dates;
  const Limits& limits;
};

// The cells of one row, from the first column to the last with content.
class Row {
 public:
  explicit Row(const Tables& tables) : tables_(tables), texts_(kRowChunkBytes) {}

  void clear() {
    for (const auto column : used_) cells_[column] = {};
    used_.clear();
    texts_.reset();
    width_ = 0;
  }
  bool is_empty() const { return used_.empty(); }
  bool is_free(std::uint32_t column) const {
    return column >= cells_.size() || cells_[column].is_empty();
  }
  const Cell& at(std::uint32_t column) const { return cells_[column]; }
  void put(std::uint32_t column, const Cell& cell) {
    if (column >= cells_.size()) cells_.resize(column + 1);
    cells_[column] = cell;
    used_.push_back(column);
    width_ = std::max(width_, column + 1);
  }
  std::string_view keep(std::string_view text) { return texts_.copy(text); }
  std::size_t text_bytes() const { return texts_.bytes(); }
  std::span<const Cell> cells() const { return std::span(cells_).first(width_); }

  // The cell that a value of the file is. `type` is the t attribute, `value` what stands in v or
  // is.
  Result<Cell> cell(std::string_view type, std::uint32_t style, std::string& value);

 private:
  Cell number_cell(double number, std::string_view raw, std::uint32_t style);
  Result<Cell> shared_cell(std::string_view value) const;

  const Tables& tables_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> used_;
  Arena texts_;
  std::uint32_t width_ = 0;
};

Cell text_cell(std::string_view text) {
  if (text.empty()) return {};
  return {.kind = CellKind::text, .text = text, .raw = text};
}

Cell error_cell(std::string_view text) {
  return {.kind = CellKind::error, .text = text, .raw = text};
}

Result<Cell> Row::shared_cell(std::string_view value) const {
  std::size_t index = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), index);
  if (fault != std::errc{} || end != value.data() + value.size() ||
      index >= tables_.shared.count()) {
    return Error(ErrorCode::file_damaged);
  }
  return text_cell(tables_.shared.at(index));
}

Cell Row::number_cell(double number, std::string_view raw, std::uint32_t style) {
  const auto& format = tables_.styles.of(style);
  const auto kept = keep(raw);
  switch (format.shows) {
    case Shows::day:
    case Shows::time:
    case Shows::day_and_time: {
      const auto shown = display_date(number, format.shows, tables_.dates);
      return {.kind = shown.kind, .text = keep(shown.text), .raw = kept, .day = shown.day};
    }
    case Shows::general:
    case Shows::text:
    case Shows::pattern:
      break;
  }
  const auto shown = display_number(number, raw, format);
  return {.kind = CellKind::number, .text = shown == raw ? kept : keep(shown), .raw = kept};
}

Result<Cell> Row::cell(std::string_view type, std::uint32_t style, std::string& value) {
  if (type == "s") return shared_cell(value);
  if (type == "inlineStr" || type == "str") {
    unescape(value);
    return text_cell(keep(value));
  }
  const auto number_text = text::trim(value);
  if (number_text.empty()) return Cell{};
  if (type == "e") return error_cell(keep(value));
  if (type == "b") {
    const bool is_true = number_text == "1" || number_text == "true";
    return Cell{
        .kind = CellKind::boolean, .text = is_true ? "TRUE" : "FALSE", .raw = keep(number_text)};
  }
  if (type == "d") {  // a day or an instant as ISO 8601 writes it
    const auto kept = keep(value);
    const auto day = written_day(kept);
    return day ? Cell{.kind = CellKind::date, .text = kept, .raw = kept, .day = day}
               : error_cell(kept);
  }
  double number = 0;
  const auto* last = number_text.data() + number_text.size();
  const auto [end, fault] = std::from_chars(number_text.data(), last, number);
  if (fault != std::errc{} || end != last || !std::isfinite(number)) {
    return Error(ErrorCode::file_damaged);
  }
  return number_cell(number, number_text, style);
}

// Repeats the first cell of merged ranges in the rows below it.
class MergeFiller {
 public:
  explicit MergeFiller(std::vector<MergedRange> ranges) : ranges_(std::move(ranges)) {}

  // Fills a row that has content of its own; returns how many cells it added. Their texts stay with
  // the filler and live until its next call.
  std::size_t fill(std::uint32_t number, Row& row) {
    std::size_t added = 0;
    for (auto entry = open_.begin(); entry != open_.end();) {
      const auto& [column, open] = *entry;
      if (open.last_row < number) {
        entry = open_.erase(entry);
        continue;
      }
      if (row.is_free(column)) {
        row.put(column, {.kind = open.kind,
                         .text = open.text,
                         .raw = open.raw,
                         .day = open.day,
                         .merged = true});
        ++added;
      }
      ++entry;
    }
    for (; next_ < ranges_.size() && ranges_[next_].first_row <= number; ++next_) {
      const auto& range = ranges_[next_];
      if (range.first_row < number || row.is_free(range.column)) continue;
      const auto& cell = row.at(range.column);
      if (cell.merged) continue;  // ranges that overlap: the first one counts
      open_.insert_or_assign(range.column, Open{range.last_row, cell.kind, std::string(cell.text),
                                                std::string(cell.raw), cell.day});
    }
    return added;
  }

 private:
  struct Open {
    std::uint32_t last_row;
    CellKind kind;
    std::string text, raw;
    std::optional<CivilDate> day;
  };
  std::vector<MergedRange> ranges_;
  std::size_t next_ = 0;
  std::unordered_map<std::uint32_t, Open> open_;  // by column
};

class SheetHandler final : public XmlHandler {
 public:
  SheetHandler(const Tables& tables, std::vector<MergedRange> merged, const RowCallback& callback)
      : limits_(tables.limits), row_(tables), filler_(std::move(merged)), callback_(callback) {}

  void start(std::string_view name, const Attributes& attributes) override {
    if (!in_rows_) {
      in_rows_ = name == "sheetData";
    } else if (name == "c") {
      start_cell(attributes);
    } else if (name == "v") {
      capturing_ = in_cell_;
    } else if (name == "t") {
      capturing_ = in_cell_ && !in_phonetic_;
    } else if (name == "f") {
      has_formula_ = true;
    } else if (name == "rPh") {
      in_phonetic_ = true;
    } else if (name == "row") {
      start_row(attributes);
    }
  }

  void end(std::string_view name) override {
    if (!in_rows_) return;
    if (name == "v" || name == "t") {
      capturing_ = false;
    } else if (name == "c") {
      end_cell();
    } else if (name == "row") {
      end_row();
    } else if (name == "rPh") {
      in_phonetic_ = false;
    } else if (name == "sheetData") {
      in_rows_ = false;
    }
  }

  void text(std::string_view piece) override {
    if (!capturing_) return;
    value_.append(piece);
    if (value_.size() > limits_.cell_bytes)
      fail(too_many_bytes(kCellTextAmount, limits_.cell_bytes));
  }

  const Counts& counts() const { return counts_; }

 private:
  void start_row(const Attributes& attributes) {
    // Nested rows and cells do not exist; what stands in one belongs to the last that began.
    const auto stated = attributes.find("r");
    const auto number = stated ? attributes.number("r") : number_ + 1;
    if (!number || *number <= number_) return fail(damaged(cell_reference(0, number_ + 1)));
    number_ = *number;
    if (number_ > limits_.rows) return fail(too_large(kRowsAmount, limits_.rows));
    row_.clear();
    next_column_ = 0;
    in_row_ = true;
  }

  void start_cell(const Attributes& attributes) {
    if (!in_row_) return fail(damaged(cell_reference(0, number_ + 1)));
    if (!count_cells(1)) return;
    CellPlace place{.column = next_column_, .row = 0};
    if (const auto reference = attributes.find("r")) {
      const bool valid =
          parse_reference(*reference, place) && (place.row == 0 || place.row == number_);
      if (!valid) return fail(damaged(cell_reference(next_column_, number_)));
    }
    column_ = place.column;
    next_column_ = column_ + 1;
    const auto type = attributes.find("t").value_or("n");
    type_.assign(type.substr(0, 16));
    style_ = attributes.number("s").value_or(0);
    value_.clear();
    has_formula_ = false;
    in_cell_ = true;
  }

  void end_cell() {
    if (!in_cell_) return;
    in_cell_ = false;
    auto cell = row_.cell(type_, style_, value_);
    if (!cell) return fail(damaged(cell_reference(column_, number_)));
    // A formula that no spreadsheet has calculated: a person would see a value here, we cannot.
    if (cell->is_empty() && has_formula_ && type_ != "str") *cell = error_cell("#CALC!");
    if (cell->is_empty()) return;
    if (column_ >= limits_.columns) return fail(too_large(kColumnsAmount, limits_.columns));
    if (!row_.is_free(column_)) return fail(damaged(cell_reference(column_, number_)));
    row_.put(column_, *cell);
    check_row_text();
  }

  void end_row() {
    if (!in_row_) return;
    in_row_ = false;
    if (row_.is_empty()) return;
    if (!count_cells(filler_.fill(number_, row_))) return;
    ++counts_.rows;
    counts_.last_row = number_;
    auto next = callback_(number_, row_.cells());
    if (!next) return fail(std::move(next).error());
    if (*next == Next::stop) {
      counts_.whole = false;
      stop();
    }
  }

  bool check_row_text() {
    if (row_.text_bytes() <= limits_.row_bytes) return true;
    fail(too_many_bytes(kRowTextAmount, limits_.row_bytes));
    return false;
  }

  bool count_cells(std::size_t count) {
    counts_.cells += count;
    if (counts_.cells <= limits_.cells) return true;
    fail(too_large(kCellsAmount, limits_.cells));
    return false;
  }

  const Limits& limits_;
  Row row_;
  MergeFiller filler_;
  const RowCallback& callback_;
  Counts counts_;
  std::string type_, value_;
  std::uint32_t number_ = 0, column_ = 0, next_column_ = 0, style_ = 0;
  bool in_rows_ = false, in_row_ = false, in_cell_ = false;
  bool capturing_ = false, in_phonetic_ = false, has_formula_ = false;
};

// Whether the text "mergeCell" stands anywhere in the part; true also where bytes are no plain text
// (UTF-16), so that the XML parser decides.
Result<bool> may_have_merged_cells(Archive& archive, const Part& part) {
  constexpr std::string_view kMark = "mergeCell";
  std::vector<char> buffer(64 << 10);
  std::size_t kept = 0;
  WD_TRY(auto reader, archive.read(part));
  for (;;) {
    WD_TRY(const auto count, reader.read(std::span(buffer).subspan(kept)));
    if (count == 0) return false;
    const std::string_view window(buffer.data(), kept + count);
    if (window.find(kMark) != std::string_view::npos) return true;
    if (window.find('\0') != std::string_view::npos) return true;
    kept = std::min(window.size(), kMark.size() - 1);
    std::copy(window.end() - static_cast<std::ptrdiff_t>(kept), window.end(), buffer.begin());
  }
}

class XlsxSource final : public RowSource {
 public:
  XlsxSource(Archive archive, const Limits& limits)
      : archive_(std::move(archive)), limits_(limits) {}

  Status prepare(std::string_view wanted_sheet);

  Format format() const override { return Format::xlsx; }
  const std::string& name() const override { return name_; }
  const std::vector<std::string>& other_sheets() const override { return other_sheets_; }
  DateSystem date_system() const override { return dates_; }

  Result<Counts> for_each_row(const RowCallback& callback) override {
    if (!merged_) {
      WD_TRY(const bool some, may_have_merged_cells(archive_, *part_));
      std::vector<MergedRange> ranges;
      if (some) {
        WD_TRY(ranges, read_merged_ranges(archive_, *part_, limits_));
      }
      merged_ = std::move(ranges);
    }
    const Tables tables{styles_, shared_, dates_, limits_};
    SheetHandler handler(tables, *merged_, callback);
    WD_TRY([[maybe_unused]] auto done, read_xml(archive_, *part_, handler));
    if (handler.counts().rows == 0) return Error(ErrorCode::file_empty);
    return handler.counts();
  }

 private:
  Archive archive_;
  Limits limits_;
  std::string name_;
  std::vector<std::string> other_sheets_;
  const Part* part_ = nullptr;
  Styles styles_;
  SharedStrings shared_;
  DateSystem dates_ = DateSystem::from_1900;
  std::optional<std::vector<MergedRange>> merged_;  // found at the first reading
};

Status XlsxSource::prepare(std::string_view wanted_sheet) {
  WD_TRY([[maybe_unused]] auto checked, check_parts(archive_));
  WD_TRY(const auto workbook, read_workbook(archive_));
  const auto chosen = std::ranges::find_if(workbook.sheets, [&](const WorkbookSheet& sheet) {
    return wanted_sheet.empty() ? sheet.visible : sheet.name == wanted_sheet;
  });
  if (chosen == workbook.sheets.end()) {
    if (wanted_sheet.empty()) return Error(ErrorCode::file_empty);
    return Error(ErrorCode::sheet_missing).with("sheet", std::string(wanted_sheet));
  }
  part_ = archive_.find(chosen->part);
  if (part_ == nullptr) return damaged("workbook.xml");
  name_ = chosen->name;
  for (auto sheet = workbook.sheets.begin(); sheet != workbook.sheets.end(); ++sheet) {
    if (sheet != chosen && sheet->visible) other_sheets_.push_back(sheet->name);
  }
  dates_ = workbook.dates;
  WD_TRY(styles_, Styles::read(archive_, workbook.styles_part));
  return shared_.read(archive_, workbook.shared_part, limits_);
}

}  // namespace

Result<std::unique_ptr<RowSource>> open_xlsx(std::span<const std::uint8_t> bytes,
                                             const OpenOptions& options) {
  WD_TRY(auto archive, Archive::open(bytes, options.limits));
  auto source = std::make_unique<XlsxSource>(std::move(archive), options.limits);
  WD_TRY([[maybe_unused]] auto done, source->prepare(options.sheet_name));
  return std::unique_ptr<RowSource>(std::move(source));
}

}  // namespace wangdi::sheet
