// SPDX-License-Identifier: Apache-2.0
// The text tables of screening's rules, and which of two visits counts.
#include "modules/screening/rules.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "base/text.hpp"

namespace wangdi::screening {
namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(at, from), text.size());
    parts.emplace_back(text::trim(text.substr(from, end - from)));
    from = end + 1;
  }
  return parts;
}

// Lines of a table as columns; `each` gets them with the line for messages.
template <class Each>
void for_each_case(const std::string& name, std::size_t columns, Each each) {
  const auto path = std::string(WANGDI_SOURCE_DIR) + "/src/modules/screening/tests/cases/" + name;
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  int cases = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto parts = split(line, '|');
    ASSERT_EQ(parts.size(), columns) << line;
    SCOPED_TRACE(line);
    each(parts);
    ++cases;
  }
  EXPECT_GT(cases, 0);
}

std::int32_t number(std::string_view text) {
  std::int32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}
CivilDate day(std::string_view text) { return CivilDate::from_days(number(text)); }

template <class Choice>
Choice choice(std::string_view name) {
  for (const auto& one : codec::choices<Choice>()) {
    if (one.name == name) return static_cast<Choice>(one.value);
  }
  ADD_FAILURE() << name;
  return {};
}

PersonId person(char name) {
  PersonId id;
  id.value.bytes[15] = static_cast<std::uint8_t>(name);
  return id;
}

constexpr auto kVisitDay = CivilDate::from_days(18'310);

VisitException exception_in(const std::string& text) {
  std::istringstream words(text);
  std::string who, what;
  words >> who >> what;
  VisitException exception;
  exception.person = person(who.front());
  if (what == "returned") {
    std::int32_t days = 0;
    words >> days;
    exception.returned = Returned{{}, std::nullopt, kVisitDay.plus_days(days)};
  } else if (what == "cough") {
    exception.symptoms.items.push_back(Symptom::cough);
  } else if (what == "suspected") {
    exception.contact = Contact::suspected;
  } else if (what == "unmeasured") {
    exception.temperature_not_measured = true;
  } else if (!what.empty()) {
    exception.temperature = Celsius::parse(what).value();
  }
  return exception;
}

VisitFacts facts_of(const RecordVisit& form) {
  VisitFacts facts;
  facts.day = kVisitDay;
  facts.parameters = {Celsius::parse("37.3").value(), 0};
  for (const auto& exception : form.exceptions) {
    if (exception.person == person('z')) facts.persons_elsewhere.push_back(exception.person);
  }
  return facts;
}

std::string told(const Result<VisitRecorded>& decided) {
  std::string text;
  if (!decided) {
    text = error_entry(decided.error().code()).name;
    for (const auto& field : decided.error().fields()) {
      text += " " + field.pointer + " " + std::string(error_entry(field.code).name);
    }
    return text;
  }
  text = "ok";
  for (const auto& finding : decided->findings) {
    if (!finding.fever) continue;
    if (text == "ok") text += " fever";
    text += " " + std::string(1, static_cast<char>(finding.person.value.bytes[15]));
  }
  return text;
}

TEST(VisitRules, given_a_form_when_decided_then_it_is_whole_or_every_fault_is_named) {
  for_each_case("visit.txt", 3, [](const std::vector<std::string>& parts) {
    RecordVisit form;
    form.outcome = choice<VisitOutcome>(parts[0]);
    for (const auto& one : split(parts[1], ';')) {
      if (!one.empty()) form.exceptions.items.push_back(exception_in(one));
    }
    EXPECT_EQ(told(decide_visit(form, facts_of(form))), parts[2]);
  });
}

TEST(VisitRules,
     given_nobody_home_when_decided_then_the_revisit_is_promised_for_the_parameter_day) {
  RecordVisit form;
  form.outcome = VisitOutcome::not_home;
  auto facts = facts_of(form);
  EXPECT_EQ(decide_visit(form, facts)->revisit_by, kVisitDay);
  facts.parameters.revisit_within_days = 2;
  EXPECT_EQ(decide_visit(form, facts)->revisit_by, kVisitDay.plus_days(2));
}

TEST(DoorRules, given_the_standing_visit_when_days_pass_then_status_and_due_day_follow) {
  for_each_case("door.txt", 6, [](const std::vector<std::string>& parts) {
    std::optional<Standing> standing;
    if (parts[0] != "none") standing = Standing{choice<VisitOutcome>(parts[0]), day(parts[1])};
    const auto due_on = CivilDate::from_days(10);
    const auto status = door_status(standing, due_on, day(parts[2]));
    EXPECT_EQ(codec::name_of(status), parts[3]);
    const auto next = visit_due_on(standing, due_on);
    EXPECT_EQ(next ? std::to_string(next->days()) : std::string(), parts[4]);
    EXPECT_EQ(codec::name_of(room_status(status, standing, false)), parts[5]);
  });
}

TEST(DoorRules, given_somebody_in_need_of_care_when_drawn_then_only_a_well_room_shows_it) {
  const Standing well{VisitOutcome::all_well, {}};
  const Standing found{VisitOutcome::exception, {}};
  EXPECT_EQ(room_status(DoorStatus::done, well, true), RoomStatus::care);
  EXPECT_EQ(room_status(DoorStatus::done, found, true), RoomStatus::exception);
  EXPECT_EQ(room_status(DoorStatus::due, std::nullopt, true), RoomStatus::due);
  EXPECT_TRUE(needs_care(residents::KeyGroup::living_alone_elder));
  EXPECT_FALSE(needs_care(residents::KeyGroup::close_contact));
}

TEST(RoundRules, given_a_round_of_the_region_when_another_starts_then_no_day_has_two) {
  for_each_case("round.txt", 4, [](const std::vector<std::string>& parts) {
    StartRound form;
    form.starts_on = day(parts[0]);
    form.due_on = day(parts[1]);
    form.ends_on = day(parts[2]);
    const RoundDays other{CivilDate::from_days(10), CivilDate::from_days(14)};
    const auto checked = check_round(form, {&other, 1});
    EXPECT_EQ(checked ? "ok" : error_entry(checked.error().code()).name, parts[3]);
  });
}

TEST(RoundRules, given_a_round_ended_before_it_began_when_another_starts_then_it_is_no_hindrance) {
  StartRound form;
  form.starts_on = form.due_on = form.ends_on = CivilDate::from_days(12);
  const RoundDays other{CivilDate::from_days(10), CivilDate::from_days(9)};
  EXPECT_TRUE(check_round(form, {&other, 1}));
}

TEST(DoorRules, given_two_visits_of_one_millisecond_when_compared_then_the_greater_id_counts) {
  VisitTime first{1000, {}}, second{1000, {}};
  second.visit.value.bytes[15] = 1;
  EXPECT_LT(first, second);
  first.occurred_at = 1001;
  EXPECT_LT(second, first);
}

}  // namespace
}  // namespace wangdi::screening
