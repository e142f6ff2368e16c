// SPDX-License-Identifier: Apache-2.0
// XLSX through libxlsxwriter with constant memory: rows go to a working file one after the other.
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/hex.hpp"
#include "common/sheet/writer_checks.hpp"

namespace wangdi::sheet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFooterCharacters = 200;  // the format's limit is 255, commands included
constexpr std::size_t kChoiceListCharacters = 255;
constexpr std::int32_t kSerialOf1970 = 25'569;
constexpr std::int32_t kFirstSerialDay = -25'508;  // 1 March 1900: serials before it are disputed
constexpr std::uint8_t kTextFormat = 49;           // the built-in format "@"

// A folder of our own, gone with all it holds when the writer goes.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& parent) {
    std::string pattern = (parent.empty() ? default_parent() : fs::path(parent)) / "wangdi_XXXXXX";
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }  // empty: it could not be made
  std::string file() const { return path_ + "/table.xlsx"; }

 private:
  static fs::path default_parent() {
    std::error_code ignored;
    if (::access("/dev/shm", W_OK | X_OK) == 0) return "/dev/shm";
    const auto folder = fs::temp_directory_path(ignored);
    return folder.empty() ? fs::path("/tmp") : folder;
  }
  std::string path_;
};

// A text that looks like the file format's escape for a character, _x0041_, gets its own '_'
// escaped, or a reader would see another text than was given.
std::string escaped(std::string_view text) {
  constexpr std::size_t kEscapeBytes = 7;
  std::string safe;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto piece = text.substr(at, kEscapeBytes);
    const bool escape =
        piece.size() == kEscapeBytes && piece.starts_with("_x") && piece[6] == '_' &&
        std::ranges::all_of(piece.substr(2, 4), [](char c) { return hex_value(c) >= 0; });
    if (escape) safe += "_x005F";
    safe += text[at];
  }
  return safe;
}

Error failed(int code) {
  return Error(ErrorCode::storage_failed)
      .because("libxlsxwriter: " + std::string(lxw_strerror(static_cast<lxw_error>(code))));
}

class XlsxWriter final : public TableWriter {
 public:
  explicit XlsxWriter(const std::string& parent) : folder_(parent) {}
  XlsxWriter(const XlsxWriter&) = delete;
  XlsxWriter& operator=(const XlsxWriter&) = delete;
  // Closing is the only way to free a workbook; a file it still writes goes with the folder.
  ~XlsxWriter() override {
    if (book_ != nullptr) workbook_close(book_);
  }

  Status start(const WriteOptions& options);
  Status add(std::span<const Value> values) override;
  Result<std::string> finish() override;

 private:
  struct Formats {
    lxw_format *text, *number, *day, *title, *mark;
  };

  void make_formats();
  Status lay_out(const WriteOptions& options);
  Status offer_choices(const Column& column, std::uint16_t place);
  Status write(std::uint16_t column, const Value& value);
  Status write_text(std::uint16_t column, std::string_view text, lxw_format* format);
  Status checked(int code) const { return code == LXW_NO_ERROR ? ok() : Status(failed(code)); }

  WorkFolder folder_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  Formats formats_{};
  std::uint32_t row_ = 0;
  std::size_t columns_ = 0;
};

void XlsxWriter::make_formats() {
  formats_.text = workbook_add_format(book_);
  format_set_num_format_index(formats_.text, kTextFormat);
  formats_.number = workbook_add_format(book_);  // "General", against the column's text format
  formats_.day = workbook_add_format(book_);
  format_set_num_format(formats_.day, "yyyy-mm-dd");
  formats_.title = workbook_add_format(book_);
  format_set_bold(formats_.title);
  format_set_bg_color(formats_.title, 0xE7EAED);
  format_set_bottom(formats_.title, LXW_BORDER_THIN);
  format_set_num_format_index(formats_.title, kTextFormat);
  formats_.mark = workbook_add_format(book_);
  format_set_font_color(formats_.mark, 0x6B7280);
  format_set_num_format_index(formats_.mark, kTextFormat);
}

Status XlsxWriter::start(const WriteOptions& options) {
  if (folder_.path().empty()) {
    return Error(ErrorCode::storage_failed).because("no working folder for a table file");
  }
  auto folder = folder_.path();
  lxw_workbook_options settings{
      .constant_memory = LXW_TRUE, .tmpdir = folder.data(), .use_zip64 = LXW_FALSE};
  book_ = workbook_new_opt(folder_.file().c_str(), &settings);
  if (book_ == nullptr) return failed(LXW_ERROR_MEMORY_MALLOC_FAILED);
  const auto* name = options.sheet_name.empty() ? nullptr : options.sheet_name.c_str();
  sheet_ = workbook_add_worksheet(book_, name);
  if (sheet_ == nullptr) return Error(ErrorCode::internal).because("a sheet name is not valid");
  columns_ = options.columns.size();
  make_formats();
  return lay_out(options);
}

// Columns, watermark, header row.
Status XlsxWriter::lay_out(const WriteOptions& options) {
  for (std::size_t at = 0; at < columns_; ++at) {
    const auto place = static_cast<std::uint16_t>(at);
    const int code =
        worksheet_set_column(sheet_, place, place, options.columns[at].width, formats_.text);
    WD_TRY([[maybe_unused]] auto done, checked(code));
  }
  if (options.watermark) {
    const auto line = watermark_line(*options.watermark);
    WD_TRY([[maybe_unused]] auto done, write_text(0, line, formats_.mark));
    ++row_;
    std::string footer = "&C&8";
    for (const char c : text::prefix(line, kFooterCharacters))
      footer += c == '&' ? "&&" : std::string(1, c);
    worksheet_set_footer(sheet_, footer.c_str());  // too long with its commands: the line has it
  }
  for (std::size_t at = 0; at < columns_; ++at) {
    const auto place = static_cast<std::uint16_t>(at);
    WD_TRY([[maybe_unused]] auto title,
           write_text(place, options.columns[at].title, formats_.title));
    WD_TRY([[maybe_unused]] auto choices, offer_choices(options.columns[at], place));
  }
  ++row_;
  worksheet_freeze_panes(sheet_, row_, 0);
  worksheet_repeat_rows(sheet_, row_ - 1, row_ - 1);
  return ok();
}

Status XlsxWriter::offer_choices(const Column& column, std::uint16_t place) {
  std::size_t characters = 0;
  for (const auto& choice : column.choices) characters += text::length(choice) + 1;
  if (column.choices.empty() || characters > kChoiceListCharacters) return ok();
  auto choices = column.choices;  // the library's interface knows no const
  std::vector<char*> list;
  for (auto& choice : choices) list.push_back(choice.data());
  list.push_back(nullptr);
  lxw_data_validation rule{};
  rule.validate = LXW_VALIDATION_TYPE_LIST;
  rule.value_list = list.data();
  rule.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;  // the import decides, not the sheet
  return checked(
      worksheet_data_validation_range(sheet_, row_ + 1, place, kSheetRows - 1, place, &rule));
}

Status XlsxWriter::add(std::span<const Value> values) {
  WD_ASSERT(values.size() <= columns_);
  if (row_ == kSheetRows) return too_large(kRowsAmount, kSheetRows);
  for (std::size_t at = 0; at < values.size(); ++at) {
    WD_TRY([[maybe_unused]] auto done, write(static_cast<std::uint16_t>(at), values[at]));
  }
  ++row_;
  return ok();
}

Status XlsxWriter::write_text(std::uint16_t column, std::string_view text, lxw_format* format) {
  if (text.empty()) return ok();
  WD_TRY([[maybe_unused]] auto done, check_text(text));
  const auto safe = escaped(text);
  return checked(worksheet_write_string(sheet_, row_, column, safe.c_str(), format));
}

Status XlsxWriter::write(std::uint16_t column, const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return write_text(column, *text, formats_.text);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    if (!is_whole(*whole)) return write_text(column, std::to_string(*whole), formats_.text);
    return checked(
        worksheet_write_number(sheet_, row_, column, static_cast<double>(*whole), formats_.number));
  }
  if (const auto* number = std::get_if<double>(&value)) {
    if (!std::isfinite(*number)) return ok();
    return checked(worksheet_write_number(sheet_, row_, column, *number, formats_.number));
  }
  if (const auto* day = std::get_if<CivilDate>(&value)) {
    if (day->days() < kFirstSerialDay) return write_text(column, day->text(), formats_.text);
    return checked(
        worksheet_write_number(sheet_, row_, column, day->days() + kSerialOf1970, formats_.day));
  }
  if (const auto* answer = std::get_if<bool>(&value)) {
    return checked(worksheet_write_boolean(sheet_, row_, column, *answer, formats_.number));
  }
  return ok();
}

Result<std::string> XlsxWriter::finish() {
  WD_ASSERT(book_ != nullptr);
  const int code = workbook_close(std::exchange(book_, nullptr));
  WD_TRY([[maybe_unused]] auto closed, checked(code));
  std::error_code fault;
  const auto size = fs::file_size(folder_.file(), fault);
  std::ifstream file(folder_.file(), std::ios::binary);
  if (fault || !file)
    return Error(ErrorCode::storage_failed).because("a table file was not written");
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (file.gcount() != static_cast<std::streamsize>(size)) {
    return Error(ErrorCode::storage_failed).because("a table file was cut short");
  }
  return bytes;
}

}  // namespace

Result<std::unique_ptr<TableWriter>> open_xlsx_writer(const WriteOptions& options) {
  auto writer = std::make_unique<XlsxWriter>(options.folder);
  WD_TRY([[maybe_unused]] auto done, writer->start(options));
  return std::unique_ptr<TableWriter>(std::move(writer));
}

}  // namespace wangdi::sheet
