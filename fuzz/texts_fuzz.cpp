// SPDX-License-Identifier: Apache-2.0
// Any bytes as one short text: the field types, login names, ids, days, device marks, numbers and
// formats of cells, names for search, masks. What is accepted keeps the promise of its type and
// reads again as the same value from its own text.
#include <algorithm>

#include "access/device_marks.hpp"
#include "base/civil_date.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "codec/field_types.hpp"
#include "common/pinyin/search_text.hpp"
#include "common/sheet/number_format.hpp"
#include "fuzz/support.hpp"
#include "modules/accounts/messages.hpp"

namespace {

using namespace wangdi;
using fuzz::require;

template <class T>
std::optional<T> read_twice(std::string_view text) {
  const auto read = T::parse(text);
  if (!read) {
    if constexpr (requires { read.error(); }) require(read.error().code() != ErrorCode::internal);
    return std::nullopt;
  }
  const auto again = T::parse(read->text());
  require(again.has_value() && *again == *read);
  return *read;
}

void id_number(std::string_view text) {
  const auto read = read_twice<IdNumber>(text);
  if (!read) return;
  require(read->text().size() == 18 && text.size() == 18);
  require(IdNumber::check_character(read->text().substr(0, 17)) == read->text().back());
  require(CivilDate::parse(read->birth_date().text()) == read->birth_date());
}

void mobile(std::string_view text) {
  const auto read = read_twice<Mobile>(text);
  require(!read || read->text() == text);
}

void celsius(std::string_view text) {
  const auto read = read_twice<Celsius>(text);
  if (read) require(Celsius::from_tenths(read->tenths()).has_value());
}

void region_code(std::string_view text) {
  const auto read = read_twice<RegionCode>(text);
  if (!read) return;
  require(read->text() == text && text.size() == code_digits(read->level()));
  require(read->parent().contains(*read) && RegionCode().contains(*read));
  require(read->at(read->level()) == *read && read->district().number >= 0);
}

void line_of_text(std::string_view text) {
  using Line = Text<10, 1>;
  const auto read = Line::parse(text);
  if (!read) return;
  require(text::is_valid_utf8(read->text) && text::trim(read->text).size() == read->text.size());
  require(text::length(read->text) >= 1 && text::length(read->text) <= 10);
  require(std::ranges::none_of(read->text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }));
  const auto again = Line::parse(read->text);
  require(again.has_value() && *again == *read);
}

void day(std::string_view text) {
  const auto read = CivilDate::parse(text);
  if (!read) return;
  require(read->text() == text && read->year() >= 1850 && read->year() <= 2150);
  require(CivilDate::from_parts(read->year(), read->month(), read->day()) == *read);
}

void ids(std::string_view text) {
  if (const auto id = Uuid::parse(text)) require(Uuid::parse(id->text()) == *id);
  if (const auto bytes = from_hex(text)) require(from_hex(to_hex(*bytes)) == *bytes);
  const auto district = codec::FieldType<District>::parse(text);
  if (!district) return;
  std::string written;
  codec::FieldType<District>::format(*district, written);
  const auto again = codec::FieldType<District>::parse(written);
  require(again.has_value() && *again == *district);
}

void login(std::string_view text) {
  const auto read = read_twice<accounts::LoginName>(text);
  require(!read || read->text() == text);
}

void device_mark(std::string_view text) {
  const auto mark = access::DeviceMark::parse(text);
  if (!mark) return;
  require(!mark->tags.empty() && mark->tags.size() <= access::kMarkTags);
  const auto again = access::DeviceMark::parse(mark->text());
  require(again && again->device == mark->device && again->tags == mark->tags);
}

// Where something hides must not depend on what is hidden.
void masks(std::string_view text) {
  const auto name = text::mask_name(text), number = text::mask_number(text);
  require(text::is_valid_utf8(name) && text::is_valid_utf8(number));
  if (text.empty()) return;
  require(name.find('*') != std::string::npos && number.find('*') != std::string::npos);
  if (!text::is_valid_utf8(text)) return;
  const auto count = text::length(text);
  require(text::length(name) == std::max<std::size_t>(count, count == 1 ? 1 : 2));
  require(text::length(number) == count);
}

void search(std::string_view text) {
  if (text.find('\0') != text.npos) return;  // no type of text lets one through
  for (const char32_t c : pinyin::search_text(text)) {
    require(c != U' ' && c != U'\u3000' && c != U'·' && c <= 0x10FFFF);
  }
  const auto folded = text::fold(text);
  require(text::is_valid_utf8(folded) && (text::is_valid_utf8(text) || folded.empty()));
  require(text::prefix(folded, 3).size() <= folded.size());
}

void written_day(std::string_view text) {
  using sheet::DateSystem;
  if (const auto read = sheet::written_day(text)) {
    require(sheet::written_day(read->text()) == *read);
  }
  const sheet::Cell cell{sheet::CellKind::number, text, text};
  static_cast<void>(sheet::digits_lost(cell));
  for (const auto system : {DateSystem::from_1900, DateSystem::from_1904}) {
    if (const auto read = sheet::day_of(cell, system)) require(read->year() <= 9999);
  }
}

// The format of a cell and the number in it.
void cell_format(std::string_view bytes) {
  const auto parts = fuzz::parts_of(bytes);
  const auto format = sheet::parse_format(parts[0]);
  require(format.section_count <= format.sections.size());
  const auto raw = parts.size() > 1 ? parts[1] : std::string_view("-1234.5");
  const double value = std::strtod(std::string(raw).c_str(), nullptr);
  const auto shown = sheet::display_number(value, raw, format);
  if (text::is_valid_utf8(bytes.substr(0, parts[0].size())) && text::is_valid_utf8(raw)) {
    require(text::is_valid_utf8(shown));
  }
  for (const auto system : {sheet::DateSystem::from_1900, sheet::DateSystem::from_1904}) {
    const auto date = sheet::display_date(value, format.shows, system);
    require(date.kind == sheet::CellKind::date || !date.day);
  }
}

constexpr fuzz::Parse kParsers[] = {id_number,   mobile, celsius,    region_code, line_of_text,
                                    day,         ids,    login,      device_mark, masks,
                                    written_day, search, cell_format};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
