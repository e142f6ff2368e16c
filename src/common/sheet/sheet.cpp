// SPDX-License-Identifier: Apache-2.0
// What kind of file the bytes are, and the errors all kinds share.
#include "common/sheet/sheet.hpp"

#include <algorithm>

#include "common/sheet/archive.hpp"
#include "common/sheet/source.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::string_view kZipMark = "PK\x03\x04";
constexpr std::string_view kEmptyZipMark = "PK\x05\x06";
// Old .xls files and workbooks with a password share this container.
constexpr std::string_view kCompoundMark = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr char16_t kEncryptedStream[] = u"EncryptedPackage";

bool is_encrypted_workbook(std::string_view content) {
  const std::string_view stream(reinterpret_cast<const char*>(kEncryptedStream),
                                sizeof kEncryptedStream - sizeof(char16_t));
  return content.find(stream) != std::string_view::npos;
}

// 1048576 -> 1,048,576
std::string with_commas(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

Error amount_error(const Amount& what, std::string limit) {
  return Error(ErrorCode::file_too_large)
      .with("what", std::string(what.zh))
      .with("what_en", std::string(what.en))
      .with("limit", std::move(limit));
}

}  // namespace

Error too_large(const Amount& what, std::uint64_t limit) {
  return amount_error(what, with_commas(limit));
}

Error too_many_bytes(const Amount& what, std::uint64_t limit) {
  const bool megabytes = limit >= 1 << 20;
  return amount_error(what,
                      with_commas(limit >> (megabytes ? 20 : 10)) + (megabytes ? " MB" : " KB"));
}

Error damaged(std::string where) {
  return Error(ErrorCode::file_damaged).with("where", std::move(where));
}

std::string cell_reference(std::uint32_t column, std::uint32_t row) {
  std::string letters;
  for (auto rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return letters + std::to_string(row);
}

Sheet::Sheet(std::unique_ptr<RowSource> source) : source_(std::move(source)) {}
Sheet::Sheet(Sheet&&) noexcept = default;
Sheet& Sheet::operator=(Sheet&&) noexcept = default;
Sheet::~Sheet() = default;

Result<Sheet> Sheet::open(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
  if (bytes.empty()) return Error(ErrorCode::file_empty);
  if (bytes.size() > options.limits.file_bytes) {
    return too_many_bytes(kFileAmount, options.limits.file_bytes);
  }
  const std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (content.starts_with(kZipMark) || content.starts_with(kEmptyZipMark)) {
    WD_TRY(auto source, open_xlsx(bytes, options));
    return Sheet(std::move(source));
  }
  if (content.starts_with(kCompoundMark)) {
    return Error(is_encrypted_workbook(content) ? ErrorCode::file_encrypted
                                                : ErrorCode::file_type_unknown);
  }
  // A text file may have any name but that of a workbook, which then is no workbook.
  const auto name = ascii_lower(options.file_name);
  if (name.ends_with(".xlsx") || name.ends_with(".xlsm")) return damaged("zip");
  if (name.ends_with(".xls")) return Error(ErrorCode::file_type_unknown);
  WD_TRY(auto source, open_csv(bytes, options));
  return Sheet(std::move(source));
}

Format Sheet::format() const { return source_->format(); }
const std::string& Sheet::name() const { return source_->name(); }
const std::vector<std::string>& Sheet::other_sheets() const { return source_->other_sheets(); }
DateSystem Sheet::date_system() const { return source_->date_system(); }
Result<Counts> Sheet::for_each_row(const RowCallback& callback) {
  return source_->for_each_row(callback);
}

}  // namespace wangdi::sheet
