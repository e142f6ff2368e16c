// SPDX-License-Identifier: Apache-2.0
// CSV after RFC 4180: comma, semicolon or tab, told from the first lines; UTF-8 only, other
// encodings are named and refused, since a wrong guess would turn names into other names.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"
#include "common/sheet/archive.hpp"
#include "common/sheet/arena.hpp"
#include "common/sheet/source.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kSniffedBytes = 64 << 10;
constexpr std::array<char, 3> kSeparators = {',', '\t', ';'};

// True when the bytes beyond ASCII are pairs (and fours) of GB 18030, whose subset GBK is what
// spreadsheets on Chinese Windows write.
bool looks_like_gbk(std::string_view content) {
  const auto byte_at = [&](std::size_t at) { return static_cast<unsigned char>(content[at]); };
  bool some = false;
  for (std::size_t at = 0; at < content.size();) {
    if (byte_at(at) < 0x80) {
      ++at;
      continue;
    }
    if (byte_at(at) == 0x80 || byte_at(at) == 0xFF) return false;
    if (at + 1 >= content.size()) return some;  // cut inside a pair
    const auto second = byte_at(at + 1);
    if (second >= 0x30 && second <= 0x39) {
      at += 4;
    } else if (second >= 0x40 && second != 0x7F && second != 0xFF) {
      at += 2;
    } else {
      return false;
    }
    some = true;
  }
  return some;
}

Error wrong_encoding(std::string_view name) {
  return Error(ErrorCode::text_encoding).with("encoding", std::string(name));
}

// The separator of the first line that has one outside quotes; a comma for a file of one column.
char sniff_separator(std::string_view content) {
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  for (const char c : content.substr(0, kSniffedBytes)) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    const auto found = std::ranges::find(kSeparators, c);
    if (found != kSeparators.end()) ++counts[static_cast<std::size_t>(found - kSeparators.begin())];
    const bool line_over = c == '\n' || c == '\r';
    if (line_over && std::ranges::any_of(counts, [](auto count) { return count > 0; })) break;
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

class CsvSource final : public RowSource {
 public:
  CsvSource(std::string_view content, char separator, std::uint32_t first_row, const Limits& limits)
      : content_(content), separator_(separator), first_row_(first_row), limits_(limits) {}

  Format format() const override { return Format::csv; }
  const std::string& name() const override { return name_; }
  const std::vector<std::string>& other_sheets() const override { return others_; }
  DateSystem date_system() const override { return DateSystem::from_1900; }

  Result<Counts> for_each_row(const RowCallback& callback) override;

 private:
  // Takes one field and the mark behind it off `rest`; true in `line_over` when the line ends.
  Result<std::string_view> take_field(std::string_view& rest, bool& line_over);
  Result<std::string_view> take_quoted(std::string_view& rest);
  Result<Done> take_row(std::string_view& rest, std::uint32_t number, Counts& counts);

  std::string_view content_;
  char separator_;
  std::uint32_t first_row_;
  Limits limits_;
  std::string name_;
  std::vector<std::string> others_;
  std::vector<Cell> cells_;
  Arena texts_{64 << 10};
};

// The rest begins behind the opening quote and ends, on return, behind the closing one.
Result<std::string_view> CsvSource::take_quoted(std::string_view& rest) {
  std::string joined;
  for (bool first = true;; first = false) {
    const auto quote = rest.find('"');
    if (quote == std::string_view::npos) return Error(ErrorCode::file_damaged);
    const auto piece = rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    const bool doubled = rest.starts_with('"');
    if (first && !doubled) return piece;
    joined.append(piece);
    if (!doubled) return texts_.copy(joined);
    joined += '"';
    rest.remove_prefix(1);
  }
}

Result<std::string_view> CsvSource::take_field(std::string_view& rest, bool& line_over) {
  std::string_view field;
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    WD_TRY(field, take_quoted(rest));
  } else {
    const std::array<char, 4> ends = {separator_, '\n', '\r', '\0'};
    field = rest.substr(0, rest.find_first_of(ends.data()));
    rest.remove_prefix(field.size());
  }
  line_over = true;
  if (rest.empty()) return field;
  const char mark = rest[0];
  // Text behind a closing quote: the quotes do not pair up, and lines may have run together.
  if (mark != separator_ && mark != '\n' && mark != '\r') return Error(ErrorCode::file_damaged);
  line_over = mark != separator_;
  rest.remove_prefix(mark == '\r' && rest.size() > 1 && rest[1] == '\n' ? 2 : 1);
  return field;
}

// ="0402" is how some programs keep a spreadsheet from reading digits as a number.
std::string_view without_formula_shell(std::string_view field) {
  if (field.size() < 3 || !field.starts_with("=\"") || !field.ends_with('"')) return field;
  const auto inner = field.substr(2, field.size() - 3);
  return inner.find('"') == std::string_view::npos ? inner : field;
}

Result<Done> CsvSource::take_row(std::string_view& rest, std::uint32_t number, Counts& counts) {
  cells_.clear();
  texts_.reset();
  std::size_t width = 0;
  for (bool line_over = false; !line_over;) {
    const auto column = static_cast<std::uint32_t>(cells_.size());
    auto field = take_field(rest, line_over);
    if (!field) return damaged(cell_reference(column, number));
    if (++counts.cells > limits_.cells) return too_large(kCellsAmount, limits_.cells);
    if (field->size() > limits_.cell_bytes)
      return too_many_bytes(kCellTextAmount, limits_.cell_bytes);
    const auto text = without_formula_shell(*field);
    cells_.push_back(text.empty() ? Cell{}
                                  : Cell{.kind = CellKind::text, .text = text, .raw = text});
    if (!text.empty()) width = cells_.size();
    if (width > limits_.columns) return too_large(kColumnsAmount, limits_.columns);
    if (texts_.bytes() > limits_.row_bytes)
      return too_many_bytes(kRowTextAmount, limits_.row_bytes);
  }
  cells_.resize(width);
  return Done{};
}

Result<Counts> CsvSource::for_each_row(const RowCallback& callback) {
  Counts counts;
  auto rest = content_;
  for (auto number = first_row_; !rest.empty(); ++number) {
    if (number > limits_.rows) return too_large(kRowsAmount, limits_.rows);
    WD_TRY([[maybe_unused]] auto taken, take_row(rest, number, counts));
    if (cells_.empty()) continue;
    ++counts.rows;
    counts.last_row = number;
    WD_TRY(const auto next, callback(number, cells_));
    if (next == Next::stop) {
      counts.whole = false;
      return counts;
    }
  }
  if (counts.rows == 0) return Error(ErrorCode::file_empty);
  return counts;
}

}  // namespace

Result<std::unique_ptr<RowSource>> open_csv(std::span<const std::uint8_t> bytes,
                                            const OpenOptions& options) {
  std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF"))
    return wrong_encoding("UTF-16");
  if (std::memchr(content.data(), '\0', content.size()) != nullptr) {
    return Error(ErrorCode::file_type_unknown);
  }
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  if (!text::is_valid_utf8(content)) {
    return wrong_encoding(looks_like_gbk(content) ? "GBK" : "?");
  }
  // A web page or another text format under a table's name.
  const auto start = ascii_lower(text::trim(content.substr(0, 64)));
  if (start.starts_with("<") || start.starts_with("%pdf") || start.starts_with("{\\rtf")) {
    return Error(ErrorCode::file_type_unknown);
  }
  if (!options.sheet_name.empty()) {
    return Error(ErrorCode::sheet_missing).with("sheet", std::string(options.sheet_name));
  }
  // "sep=;" in the first line is a spreadsheet's own way to name the separator.
  std::uint32_t first_row = 1;
  char separator = sniff_separator(content);
  if (content.size() >= 5 && content.starts_with("sep=") &&
      std::ranges::find(kSeparators, content[4]) != kSeparators.end()) {
    const auto line = content.substr(5);
    if (line.empty() || line[0] == '\n' || line[0] == '\r') {
      separator = content[4];
      content = line.substr(line.starts_with("\r\n") ? 2 : line.empty() ? 0 : 1);
      first_row = 2;
    }
  }
  return std::unique_ptr<RowSource>(
      std::make_unique<CsvSource>(content, separator, first_row, options.limits));
}

}  // namespace wangdi::sheet
