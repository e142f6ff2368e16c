// SPDX-License-Identifier: Apache-2.0
// Any bytes as a table file, and any bytes as the parts of a well-formed workbook: random bytes
// alone never come past a zip file's check sums. A file is refused whole or read twice alike, with
// exact counts; what is handed out is valid text; nothing costs more than the limits say.
#include <cstdlib>

#include "base/text.hpp"
#include "common/sheet/tests/fixture.hpp"

namespace {

using namespace wangdi;
using sheet::fixture::Book;

// The limits of a file scaled down, so that each is met.
sheet::OpenOptions small() {
  sheet::OpenOptions options;
  options.file_name = "a.csv";
  options.limits.file_bytes = 1 << 20;
  options.limits.unpacked_bytes = 4 << 20;
  options.limits.entries = 50;
  options.limits.cells = 20'000;
  options.limits.rows = 5'000;
  options.limits.columns = 100;
  options.limits.cell_bytes = 4 << 10;
  options.limits.row_bytes = 64 << 10;
  options.limits.shared_text_bytes = 1 << 20;
  options.limits.merged_ranges = 1'000;
  return options;
}

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  sheet::Counts counts;
  std::string text;
};

void check_cell(const sheet::Cell& cell, const sheet::Limits& limits) {
  require(text::is_valid_utf8(cell.text) && text::is_valid_utf8(cell.raw));
  require(cell.text.size() <= limits.cell_bytes);
  require(!cell.day || cell.kind == sheet::CellKind::date);
  static_cast<void>(sheet::digits_lost(cell));
  static_cast<void>(sheet::day_of(cell, sheet::DateSystem::from_1904));
}

std::optional<Read> read(sheet::Sheet& table, const sheet::Limits& limits) {
  Read read;
  std::uint32_t rows = 0, last = 0;
  const auto counts = table.for_each_row(
      [&](std::uint32_t row, std::span<const sheet::Cell> cells) -> Result<sheet::Next> {
        require(row > last && row <= limits.rows && cells.size() <= limits.columns);
        last = row;
        ++rows;
        for (const auto& cell : cells) {
          check_cell(cell, limits);
          read.text.append(cell.text).append("\x1F");
        }
        return sheet::Next::more;
      });
  if (!counts) return std::nullopt;
  require(counts->rows == rows && counts->last_row == last && counts->whole);
  read.counts = *counts;
  return read;
}

void fuzz_file(std::string_view bytes) {
  const auto options = small();
  auto table = sheet::Sheet::open(sheet::fixture::span_of(bytes), options);
  if (!table) return;
  const auto first = read(*table, options.limits);
  const auto second = read(*table, options.limits);
  require(first.has_value() == second.has_value());
  if (first) require(first->text == second->text && first->counts.cells == second->counts.cells);
}

// Parts are separated by a byte that UTF-8 never has. An empty one keeps the usual part.
void fuzz_workbook(std::string_view bytes) {
  constexpr char kSeparator = '\xFF';
  constexpr const char* kParts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                    "xl/styles.xml", "xl/workbook.xml",
                                    "xl/_rels/workbook.xml.rels"};
  Book book(R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>32939</v></c></row>)");
  book.shared("<si><t>a</t></si>").formats({"General", "=14"});
  const auto parts = text::split(bytes, kSeparator);
  for (std::size_t i = 0; i < std::min(parts.size(), std::size(kParts)); ++i) {
    if (!parts[i].empty()) book.parts[kParts[i]] = parts[i];
  }
  fuzz_file(book.bytes());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_file(bytes);
  fuzz_workbook(bytes);
  return 0;
}
