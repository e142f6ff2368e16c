// SPDX-License-Identifier: Apache-2.0
// Reading the cells of one row.
#include "modules/residents/roster_row.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "modules/residents/rules.hpp"

namespace wangdi::residents {
namespace {

using sheet::Cell;

constexpr std::size_t kWrittenCharacters = 60;
constexpr std::string_view kBuildingSuffixes[] = {"号楼", "幢", "栋", "座", "楼", "号"};
constexpr std::string_view kUnitSuffixes[] = {"单元", "门"};
constexpr std::string_view kFloorSuffixes[] = {"层", "楼", "f", "F"};
constexpr std::string_view kRoomSuffixes[] = {"室", "号", "户"};
constexpr std::string_view kGroupSeparators = ",;/ ";

// Numbers are often written in groups: 138 0000 0000, 138-0000-0000.
std::string without_grouping(std::string_view written) {
  constexpr std::string_view kWideBlank = "\u3000", kNarrowBlank = "\u00A0";
  std::string kept;
  while (!written.empty()) {
    if (written.starts_with(kWideBlank)) {
      written.remove_prefix(kWideBlank.size());
    } else if (written.starts_with(kNarrowBlank)) {
      written.remove_prefix(kNarrowBlank.size());
    } else {
      if (written[0] != ' ' && written[0] != '-') kept.push_back(written[0]);
      written.remove_prefix(1);
    }
  }
  return kept;
}

std::optional<std::int32_t> whole_number(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class E>
std::vector<ErrorDetail> choice_details() {
  std::string zh, en;
  for (const auto& choice : codec::choices<E>()) {
    zh.append(zh.empty() ? "" : "、").append(choice.title_zh);
    en.append(en.empty() ? "" : ", ").append(choice.title_en);
  }
  return {{"choices", std::move(zh)}, {"choices_en", std::move(en)}};
}

// The column that shows a member of the commands, by its JSON pointer.
Column column_of(std::string_view pointer) {
  if (pointer == "/document_number") return Column::document_number;
  if (pointer == "/document_kind") return Column::document_kind;
  if (pointer == "/sex") return Column::sex;
  if (pointer == "/birth_date") return Column::birth_date;
  if (pointer == "/floor") return Column::floor;
  return Column::name;
}

// Reads the cells of one row into one RosterRow.
class Fields {
 public:
  Fields(const Header& header, std::span<const Cell> cells, sheet::DateSystem dates, RosterRow& row)
      : header_(header), cells_(cells), dates_(dates), row_(row) {}

  std::string_view text(Column column) const { return text_in(header_.cell(cells_, column)); }
  bool has(Column column) const { return !text(column).empty(); }

  void fail(Column column, ErrorCode code, std::vector<ErrorDetail> details = {}) {
    row_.errors.push_back({column, code, std::move(details)});
  }
  void fail(Column column, const Error& error) {
    if (error.fields().empty()) return fail(column, error.code(), error.details());
    for (const auto& field : error.fields())
      fail(column_of(field.pointer), field.code, field.details);
  }

  // True when the cell can be read on: it holds a value, and the spreadsheet spoilt nothing.
  bool readable(Column column) {
    const auto& cell = header_.cell(cells_, column);
    if (text_in(cell).empty()) return false;
    if (cell.kind != sheet::CellKind::error) return true;
    fail(column, ErrorCode::field_text_invalid);
    return false;
  }

  template <class T>
  bool parse(Column column, std::string_view written, T& value) {
    auto parsed = T::parse(written);
    if (!parsed) {
      fail(column, parsed.error());
      return false;
    }
    value = std::move(parsed).value();
    return true;
  }
  template <class T>
  void parse(Column column, std::string_view written, std::optional<T>& value) {
    T read;
    if (parse(column, written, read)) value = std::move(read);
  }
  // A cell that must not be empty is left to the type, which says so itself.
  template <class T>
  void read(Column column, T& value) {
    if (readable(column) || !has(column)) parse(column, text(column), value);
  }
  template <class T>
  void read(Column column, std::optional<T>& value) {
    if (readable(column)) parse(column, text(column), value);
  }
  template <class T>
  void read_number(Column column, std::optional<T>& value) {
    if (!readable(column)) return;
    if (sheet::digits_lost(header_.cell(cells_, column))) {
      return fail(column, ErrorCode::digits_lost);
    }
    parse(column, without_grouping(text(column)), value);
  }
  template <class E>
  void read_choice(Column column, std::optional<E> (*choice_in)(std::string_view), E& value) {
    if (!readable(column)) return;
    if (const auto choice = choice_in(text(column))) {
      value = *choice;
    } else {
      fail(column, ErrorCode::field_choice_unknown, choice_details<E>());
    }
  }
  bool read_day(Column column, std::optional<CivilDate>& value) {
    if (!readable(column)) return false;
    const auto day = sheet::day_of(header_.cell(cells_, column), dates_);
    const auto checked = day ? CivilDate::parse(day->text()) : std::nullopt;
    if (!checked) fail(column, ErrorCode::date_invalid);
    value = checked;
    return checked.has_value();
  }
  // A day that must be there.
  CivilDate read_needed_day(Column column) {
    std::optional<CivilDate> day;
    if (!has(column)) fail(column, ErrorCode::field_missing);
    read_day(column, day);
    return day.value_or(CivilDate());
  }

 private:
  const Header& header_;
  std::span<const Cell> cells_;
  sheet::DateSystem dates_;
  RosterRow& row_;
};

void read_floor(Fields& fields, RosterRow& row) {
  auto& floor = row.household.floor;
  if (fields.has(Column::floor)) {
    if (!fields.readable(Column::floor)) return;
    const auto number = whole_number(without_suffix(fields.text(Column::floor), kFloorSuffixes));
    if (!number) {
      return fields.fail(Column::floor, ErrorCode::field_type,
                         {{"expected", "整数"}, {"expected_en", "a whole number"}});
    }
    floor = *number;
  } else if (const auto room = whole_number(row.household.room.text)) {
    // 301 is on the third floor, 1203 on the twelfth; shorter numbers stand on the ground floor.
    constexpr std::int32_t kRoomsPerFloorMost = 100;
    floor = std::max(1, *room / kRoomsPerFloorMost);
  }
  if (const auto possible = check_floor(floor); !possible) {
    return fields.fail(Column::floor, possible.error());
  }
  if (row.building != nullptr && floor > row.building->floors) {
    fields.fail(
        Column::floor, ErrorCode::field_out_of_range,
        {{"least", std::to_string(kFloorLeast)}, {"most", std::to_string(row.building->floors)}});
  }
}

void read_household(Fields& fields, const Buildings& buildings, RosterRow& row) {
  auto& household = row.household;
  if (!fields.has(Column::building)) {
    fields.fail(Column::building, ErrorCode::field_missing);
  } else if (fields.readable(Column::building)) {
    row.building = buildings.find(fields.text(Column::building));
    row.building_name = text::prefix(fields.text(Column::building), kWrittenCharacters);
    if (row.building != nullptr) row.building_name = row.building->name;
    if (row.building == nullptr) {
      fields.fail(Column::building, ErrorCode::building_unknown);
    } else {
      household.building = row.building->building;
      household.grid = row.building->grid;
    }
  }
  const auto read_part = [&](Column column, std::span<const std::string_view> suffixes, auto& to) {
    if (fields.readable(column) || !fields.has(column)) {
      fields.parse(column, without_suffix(fields.text(column), suffixes), to);
    }
  };
  read_part(Column::unit, kUnitSuffixes, household.unit);
  read_part(Column::room, kRoomSuffixes, household.room);
  read_floor(fields, row);
  fields.read_choice(Column::state, &state_in, household.state);
  fields.read_number(Column::household_phone, household.phone);
  fields.read(Column::household_note, household.note);
}

void read_person(Fields& fields, CivilDate today, RosterRow& row) {
  auto& person = row.person;
  fields.read(Column::name, person.name);
  const auto errors_before = row.errors.size();
  if (fields.has(Column::document_kind)) {
    fields.read_choice(Column::document_kind, &document_kind_in, person.document_kind);
  } else if (!fields.has(Column::document_number)) {
    // Without number and kind nobody can tell a person without documents from a gap in the list.
    fields.fail(Column::document_kind, ErrorCode::field_missing);
  }
  fields.read_number(Column::document_number, person.document_number);
  const bool document_readable = row.errors.size() == errors_before;
  fields.read_number(Column::phone, person.phone);
  if (fields.has(Column::sex)) fields.read_choice(Column::sex, &sex_in, person.sex.emplace());
  fields.read_day(Column::birth_date, person.birth_date);
  fields.read_choice(Column::relation, &relation_in, person.relation);
  if (!document_readable) return;
  IdentityForm form{person.document_kind, std::nullopt, person.sex, person.birth_date};
  if (person.document_number) form.document_number = person.document_number->text;
  auto identity = identify(form, today);
  if (!identity) return fields.fail(Column::document_number, identity.error());
  row.number = std::move(identity->document_number);
  row.birth_date = identity->birth_date;
}

// Several groups in one cell share reason and days.
void read_key_groups(Fields& fields, RosterRow& row) {
  if (!fields.readable(Column::key_group)) return;
  AddKeyGroup entry;
  fields.read(Column::key_reason, entry.reason);
  entry.starts_on = fields.read_needed_day(Column::starts_on);
  entry.ends_on = fields.read_needed_day(Column::ends_on);
  const auto errors_before = row.errors.size();
  std::vector<KeyEntry> entries;
  std::string written = text::fold(fields.text(Column::key_group));  // makes ， ； into , ;
  for (std::size_t at; (at = written.find("、")) != std::string::npos;) {
    written.replace(at, std::string_view("、").size(), 1, ',');
  }
  std::string_view rest = written;
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of(kGroupSeparators), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    const auto group = key_group_in(word);
    if (!group) {
      return fields.fail(Column::key_group, ErrorCode::field_choice_unknown,
                         choice_details<KeyGroup>());
    }
    if (restricts(*group)) {
      return fields.fail(Column::key_group, needs_basis(*group));
    }
    entry.group = *group;
    const KeyEntry added{entry.group, {entry.starts_on, entry.ends_on}};
    if (const auto turns = add_entry(entries, added);
        !turns && row.errors.size() == errors_before) {
      fields.fail(Column::ends_on, turns.error());
    }
    entries.push_back(added);
    row.key_groups.push_back(entry);
  }
}

constexpr Column kPersonColumns[] = {
    Column::name, Column::document_kind, Column::document_number, Column::phone,
    Column::sex,  Column::birth_date,    Column::relation,        Column::key_group};

std::string year_hidden(std::string_view written) {
  constexpr std::size_t kYearDigits = 4;
  std::string shown(written);
  std::size_t digits = 0;
  for (auto& c : shown) {
    if (c < '0' || c > '9') {
      if (digits > 0) break;
      continue;
    }
    if (digits++ == kYearDigits) break;
    c = '*';
  }
  return shown;
}

}  // namespace

std::string_view without_suffix(std::string_view written,
                                std::span<const std::string_view> suffixes) {
  for (const auto suffix : suffixes) {
    if (written.size() > suffix.size() && written.ends_with(suffix)) {
      return text::trim(written.substr(0, written.size() - suffix.size()));
    }
  }
  return written;
}

Buildings::Buildings(std::vector<regions::BuildingFacts> buildings)
    : buildings_(std::move(buildings)) {
  const auto add = [](auto& map, std::string key, std::size_t index) {
    const auto [entry, first] = map.try_emplace(std::move(key), index);
    if (!first) entry->second = kSeveral;
  };
  for (std::size_t i = 0; i < buildings_.size(); ++i) {
    const auto name = text::fold(text::trim(buildings_[i].name));
    add(by_name_, name, i);
    add(by_short_name_, std::string(without_suffix(name, kBuildingSuffixes)), i);
  }
}

const regions::BuildingFacts* Buildings::find(std::string_view written) const {
  const auto name = text::fold(written);
  auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    found = by_short_name_.find(std::string(without_suffix(name, kBuildingSuffixes)));
    if (found == by_short_name_.end()) return nullptr;
  }
  return found->second == kSeveral ? nullptr : &buildings_[found->second];
}

const regions::BuildingFacts* Buildings::find(BuildingId building) const {
  const auto found = std::ranges::find(buildings_, building, &regions::BuildingFacts::building);
  return found == buildings_.end() ? nullptr : &*found;
}

bool RowReader::is_blank(const Header& header, std::span<const Cell> cells) {
  return std::ranges::all_of(column_texts(), [&](const ColumnText& text) {
    return text_in(header.cell(cells, text.column)).empty();
  });
}

RosterRow RowReader::read(const Header& header, std::span<const Cell> cells) const {
  RosterRow row;
  Fields fields(header, cells, dates_, row);
  read_household(fields, buildings_, row);
  row.has_person =
      std::ranges::any_of(kPersonColumns, [&](Column column) { return fields.has(column); });
  if (row.has_person) {
    read_person(fields, today_, row);
    read_key_groups(fields, row);
  }
  return row;
}

std::string written_in(const Cell& cell, Column column) {
  const auto written = text::prefix(text_in(cell), kWrittenCharacters);
  switch (column) {
    case Column::name:
      return text::mask_name(written);
    case Column::document_number:
    case Column::phone:
    case Column::household_phone:
      return text::mask_number(written);
    case Column::birth_date:
      return year_hidden(written);
    case Column::household_note:
    case Column::key_reason:
      return written.empty() ? "" : "***";
    case Column::building:
    case Column::unit:
    case Column::floor:
    case Column::room:
    case Column::state:
    case Column::document_kind:
    case Column::sex:
    case Column::relation:
    case Column::key_group:
    case Column::starts_on:
    case Column::ends_on:
      return std::string(written);
  }
  return {};
}

}  // namespace wangdi::residents
