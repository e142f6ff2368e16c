// SPDX-License-Identifier: Apache-2.0
// Any bytes as the tables that are read as text: files of the division tree, the spellings of
// characters, parameters of the field, and texts that go out as CSV and come in again.
#include <zlib.h>

#include <algorithm>

#include "base/text.hpp"
#include "common/parameters/parameters.hpp"
#include "common/pinyin/table.hpp"
#include "common/sheet/sheet.hpp"
#include "common/sheet/writer.hpp"
#include "fuzz/support.hpp"
#include "modules/regions/csv_file.hpp"

namespace {

using namespace wangdi;
using fuzz::require;

constexpr std::size_t kRowsMax = 2'000;

std::optional<std::string> read_tree(const std::string& path) {
  constexpr std::string_view kColumns[] = {"code", "name"};
  auto file = regions::CsvFile::open(path, kColumns);
  if (!file) {
    require(file.error().code() == ErrorCode::tree_refused);
    return std::nullopt;
  }
  std::string all;
  for (std::size_t row = 0; row < kRowsMax; ++row) {
    const auto more = file->next();
    if (!more) {
      require(more.error().code() == ErrorCode::tree_refused);
      return std::nullopt;
    }
    if (!*more) return all;
    for (const std::size_t column : {0, 1}) {
      require(text::is_valid_utf8(file->field(column)));
      require(file->field(column).size() <= regions::kCsvFieldBytesMax);
      all.append(file->field(column)).append("\x1F");
    }
  }
  return all;
}

// Plain or gzip, a file says the same.
void tree(std::string_view bytes) {
  const auto plain = read_tree(fuzz::MemoryFile(bytes).path());
  if (bytes.starts_with("\x1F\x8B")) return;
  std::string packed(compressBound(static_cast<uLong>(bytes.size())) + 64, '\0');
  z_stream stream{};
  require(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  require(read_tree(fuzz::MemoryFile(packed).path()) == plain);
}

void spellings(std::string_view bytes) {
  const auto table = pinyin::Table::parse(bytes);
  if (!table) return;
  constexpr std::string_view kName = "曾巷3幢";
  const auto keys = table->keys(kName, 8);
  require(!keys.empty() && keys.size() <= 8 && std::ranges::is_sorted(keys));
  for (const auto& key : keys) {
    require(key.find('?') != std::string::npos || table->matches(key, kName));
  }
  for (const auto letters : table->initials(bytes.substr(0, 64))) {
    require(letters <= pinyin::kAnyLetter);
  }
}

void parameters(std::string_view bytes) {
  Parameters all;
  if (!all.add_csv(bytes, "fuzz.csv")) return;
  for (const auto& row : all.rows()) {
    const auto found = all.find(row.name, row.scope, row.in_force_from);
    require(found.has_value() && (*found)->name == row.name);
    const auto tenths = all.tenths(row.name, row.scope, row.in_force_from);
    const auto whole = all.integer(row.name, row.scope, row.in_force_from);
    require(tenths.has_value() && whole.has_value() && *whole == *tenths / 10);
    require(row.value.find_last_of('-') == row.value.npos || row.value.rfind('-') == 0);
  }
}

// What the writer takes the reader gives back, one cell a row; a formula has got its apostrophe.
void round_trip(std::string_view bytes) {
  auto writer = sheet::open_csv_writer({.columns = {{.title = "a"}}});
  require(writer.has_value());
  std::vector<std::string> wanted = {"a"};
  for (const auto part : fuzz::parts_of(bytes)) {
    const sheet::Value value = part;
    if (!(*writer)->add({&value, 1})) return;
    wanted.emplace_back(part);
  }
  const auto file = (*writer)->finish();
  require(file.has_value());
  auto table = sheet::Sheet::open(
      {reinterpret_cast<const std::uint8_t*>(file->data()), file->size()}, {.file_name = "a.csv"});
  require(table.has_value());
  std::erase(wanted, "");  // rows without content are passed over
  std::size_t at = 0;
  const auto counts = table->for_each_row(
      [&](std::uint32_t, std::span<const sheet::Cell> cells) -> Result<sheet::Next> {
        require(cells.size() == 1 && at < wanted.size());
        auto text = cells[0].text;
        if (text.starts_with('\'') && !wanted[at].starts_with('\'')) text.remove_prefix(1);
        require(text == wanted[at]);
        ++at;
        return sheet::Next::more;
      });
  require(counts.has_value() && at == wanted.size());
}

constexpr fuzz::Parse kParsers[] = {tree, spellings, parameters, round_trip};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
