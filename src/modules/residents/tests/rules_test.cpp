// SPDX-License-Identifier: Apache-2.0
// The rules of the roster by tables of cases: identity, key groups, search texts; and the small
// ones.
#include "modules/residents/rules.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/text.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/search_match.hpp"

namespace wangdi::residents {
namespace {

const std::string kCases = WANGDI_SOURCE_DIR "/src/modules/residents/tests/cases/";

// Calls check(cells) for each line of a table; returns their number.
template <class Check>
int for_each_case(const std::string& file, std::size_t cells, Check check) {
  std::ifstream in(kCases + file);
  int cases = 0;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    SCOPED_TRACE(file + ":" + std::to_string(number) + ": " + line);
    std::vector<std::string> parts;
    for (const auto part : text::split(line, '|')) parts.emplace_back(text::trim(part));
    EXPECT_EQ(parts.size(), cells);
    if (parts.size() == cells) check(parts);
    ++cases;
  }
  return cases;
}

template <class Choice>
Choice choice_named(std::string_view name) {
  for (const auto& choice : codec::choices<Choice>()) {
    if (choice.name == name) return static_cast<Choice>(choice.value);
  }
  ADD_FAILURE() << "no choice " << name;
  return {};
}

std::string words(const Error& error) {
  if (error.fields().empty()) return std::string(error_entry(error.code()).name);
  std::string all;
  for (const auto& field : error.fields()) {
    if (!all.empty()) all += ' ';
    all.append(field.pointer).append(":").append(error_entry(field.code).name);
  }
  return all;
}

std::string identified(const std::vector<std::string>& cells) {
  IdentityForm form;
  form.document_kind = choice_named<DocumentKind>(cells[0]);
  if (!cells[1].empty()) form.document_number = cells[1];
  if (!cells[2].empty()) form.sex = choice_named<Sex>(cells[2]);
  if (!cells[3].empty()) form.birth_date = CivilDate::parse(cells[3]);
  const auto identity = identify(form, *CivilDate::parse("2020-02-18"));
  if (!identity) return words(identity.error());
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  std::string all(codec::name_of(identity->sex));
  all += " " + or_dash(identity->birth_date ? identity->birth_date->text() : "");
  return all + " " + or_dash(identity->document_number);
}

TEST(Identity, given_a_form_when_identified_then_as_the_table_says) {
  const int cases = for_each_case("identity.txt", 5, [](const std::vector<std::string>& cells) {
    EXPECT_EQ(identified(cells), cells[4]);
  });
  EXPECT_GT(cases, 25);
}

CivilDate day_named(std::string_view word) {
  const bool march = word.starts_with('m');
  const auto digits = std::string(word.substr(march ? 1 : 0));
  const auto day = CivilDate::parse((march ? "2020-03-" : "2020-02-") +
                                    std::string(digits.size() < 2 ? "0" : "") + digits);
  EXPECT_TRUE(day.has_value()) << word;
  return day.value_or(CivilDate());
}

std::string words(const Turns& turns) {
  std::string all;
  for (const auto day : turns.from) all += (all.empty() ? "+" : " +") + day.text();
  for (const auto day : turns.until) all += (all.empty() ? "-" : " -") + day.text();
  return all.empty() ? "nothing" : all;
}

// The result of the last step.
std::string entered(std::string_view steps) {
  std::vector<KeyEntry> entries;
  std::string last;
  for (const auto step : text::split(steps, ';')) {
    const auto parts = text::split(text::trim(step), ' ');
    const auto group = choice_named<KeyGroup>(parts.at(1));
    if (parts.front() == "add") {
      const KeyEntry entry{group, {day_named(parts.at(2)), day_named(parts.at(3))}};
      const auto turns = add_entry(entries, entry);
      last = turns ? words(*turns) : words(turns.error());
      if (turns) entries.push_back(entry);
      continue;
    }
    const auto ends_on = day_named(parts.at(2));
    const auto ended = end_entry(entries, group, ends_on);
    last = ended ? words(ended->turns) : words(ended.error());
    for (auto& entry : entries) {
      const bool meant = ended && entry.group == group && entry.term.starts_on == ended->starts_on;
      if (meant) entry.term.ends_on = ends_on;
    }
  }
  return last;
}

TEST(KeyGroups, given_entries_when_added_and_ended_then_the_counted_days_are_as_the_table_says) {
  const int cases = for_each_case("key_groups.txt", 2, [](const std::vector<std::string>& cells) {
    EXPECT_EQ(entered(cells[0]), cells[1]);
  });
  EXPECT_GT(cases, 25);
}

TEST(KeyGroups, given_as_many_entries_as_allowed_when_another_is_added_then_it_is_refused) {
  std::vector<KeyEntry> entries;
  const auto first = *CivilDate::parse("2020-02-01");
  for (std::size_t i = 0; i < kKeyEntriesMost; ++i) {
    const auto day = first.plus_days(static_cast<std::int32_t>(2 * i));
    const KeyEntry entry{KeyGroup::returnee, {day, day}};
    ASSERT_TRUE(add_entry(entries, entry));
    entries.push_back(entry);
  }
  const auto refused = add_entry(entries, {KeyGroup::disabled, {first, first}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::field_too_many);
}

TEST(Search, given_a_text_when_compared_then_it_hits_what_the_table_says) {
  const auto pinyin = pinyin::Table::load(WANGDI_SOURCE_DIR "/data/pinyin/initials.csv");
  ASSERT_TRUE(pinyin);
  const int cases = for_each_case("search.txt", 8, [&](const std::vector<std::string>& cells) {
    const SearchMatch match(cells[0], *pinyin);
    std::string hits;
    const auto note = [&](bool hit, std::string_view name) {
      if (hit) hits.append(hits.empty() ? "" : " ").append(name);
    };
    note(match.door({cells[1], cells[2], cells[3]}), "door");
    note(match.name(cells[4]), "name");
    note(match.number(cells[5]), "number");
    note(match.number(cells[6]), "phone");
    EXPECT_EQ(hits.empty() ? "nothing" : hits, cells[7]);
  });
  EXPECT_GT(cases, 40);
}

TEST(Floor, given_floors_around_the_limits_when_checked_then_only_those_outside_are_refused) {
  EXPECT_TRUE(check_floor(kFloorLeast));
  EXPECT_TRUE(check_floor(kFloorMost));
  for (const auto floor : {kFloorLeast - 1, kFloorMost + 1}) {
    const auto checked = check_floor(floor);
    ASSERT_FALSE(checked);
    EXPECT_EQ(words(checked.error()), "/floor:field_out_of_range");
  }
}

TEST(State, given_a_person_moves_in_then_an_empty_dwelling_is_occupied_and_a_shop_stays_one) {
  EXPECT_EQ(state_with_person(HouseholdState::vacant), HouseholdState::occupied);
  EXPECT_EQ(state_with_person(HouseholdState::demolished), HouseholdState::occupied);
  EXPECT_EQ(state_with_person(HouseholdState::occupied), HouseholdState::occupied);
  EXPECT_EQ(state_with_person(HouseholdState::shop), HouseholdState::shop);
}

TEST(Door, given_the_parts_of_a_door_when_labelled_then_as_people_write_it) {
  const struct {
    DoorName door;
    const char* chinese;
    const char* english;
  } cases[] = {
      {{"3", "2", "402"}, "3幢2单元402室", "Bldg 3, unit 2, room 402"},
      {{"3幢", "2", "402"}, "3幢2单元402室", "Bldg 3, unit 2, room 402"},
      {{"3幢", "", "402"}, "3幢402室", "Bldg 3, room 402"},
      {{"12号楼", "1", "7"}, "12号楼1单元7室", "12号楼, unit 1, room 7"},
      {{"梅苑", "", "402"}, "梅苑402室", "梅苑, room 402"},
      {{"幢", "", "1"}, "幢1室", "幢, room 1"},
  };
  for (const auto& [door, chinese, english] : cases) {
    EXPECT_EQ(door_label(door, DoorLanguage::chinese), chinese);
    EXPECT_EQ(door_label(door, DoorLanguage::english), english);
  }
}

}  // namespace
}  // namespace wangdi::residents
