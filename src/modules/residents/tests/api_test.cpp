// SPDX-License-Identifier: Apache-2.0
// Commands of the roster through the real write path.
#include <gtest/gtest.h>

#include "modules/residents/tests/fixture.hpp"

namespace wangdi::residents {
namespace {

using bus::CommandStatus;
using testing::Harness;

CivilDate day(std::string_view text) { return CivilDate::parse(text).value(); }

CorrectPerson correction_of(PersonId person) {
  CorrectPerson command;
  command.person = person;
  command.reason.text = "登记有误";
  return command;
}

CorrectHousehold correction_of(HouseholdId household) {
  CorrectHousehold command;
  command.household = household;
  command.reason.text = "登记有误";
  return command;
}

TEST(Household, given_a_registered_door_when_registered_again_then_household_exists) {
  Roster roster;
  auto first = roster.door("402");
  roster.must_send(first);
  EXPECT_EQ(error_of(roster.send(roster.door("402"))), "household_exists");
  EXPECT_EQ(error_of(roster.send(roster.door("４０２"))), "household_exists");
  first.room.text = "403";  // another door under the same id
  EXPECT_EQ(error_of(roster.send(first)), "household_exists");
}

TEST(Household, given_rooms_that_differ_by_a_dash_when_registered_then_both_are_doors) {
  Roster roster;
  roster.add_door("1-2");
  roster.add_door("12");
  EXPECT_EQ(roster.all(kHousehold).size(), 2u);
}

TEST(Household, given_a_door_when_corrected_to_a_taken_one_then_household_exists) {
  Roster roster;
  const auto first = roster.add_door("402");
  roster.add_door("403");
  auto command = correction_of(first);
  command.room = Text<12, 1>{"403"};
  EXPECT_EQ(error_of(roster.send(command)), "household_exists");
  command.room = Text<12, 1>{"402"};  // its own door
  EXPECT_EQ(error_of(roster.send(command)), "none");
  command.room = Text<12, 1>{"404"};
  EXPECT_EQ(error_of(roster.send(command)), "none");
  roster.add_door("402");  // is free now
}

TEST(Household, given_no_such_grid_when_registered_then_grid_unknown) {
  Roster roster;
  auto command = roster.door("402");
  command.grid = testing::region("990101001001009");
  const auto unknown = roster.h.send(roster.officer(), command, testing::region(kCommunity));
  EXPECT_EQ(error_of(unknown), "grid_unknown");
  command.grid = testing::region(kCommunity);  // a community is no grid
  const auto above = roster.h.send(roster.officer(), command, testing::region(kCommunity));
  EXPECT_EQ(error_of(above), "grid_unknown");
}

TEST(Household, given_a_building_of_another_grid_when_registered_then_building_unknown) {
  Roster roster;
  auto command = roster.door("402");
  command.building = building_of(1);
  EXPECT_EQ(error_of(roster.send(command)), "building_unknown");
  command.building = BuildingId{roster.h.id()};
  EXPECT_EQ(error_of(roster.send(command)), "building_unknown");
}

TEST(Household, given_an_impossible_floor_when_sent_then_it_is_refused_at_the_field) {
  Roster roster;
  auto command = roster.door("402");
  command.floor = 201;
  const auto refused = roster.send(command);
  EXPECT_EQ(error_of(refused), "invalid_fields");
  ASSERT_EQ(refused.error->fields().size(), 1u);
  EXPECT_EQ(refused.error->fields().front().code, ErrorCode::field_out_of_range);
  auto correction = correction_of(roster.add_door("402"));
  correction.floor = -10;
  EXPECT_EQ(error_of(roster.send(correction)), "invalid_fields");
}

// household_unknown (701) and person_unknown (702) would tell who exists elsewhere: what is not
// there and what is out of the area give one answer.
// security: AZ2
TEST(Scope, given_nobody_or_somebody_elsewhere_when_commanded_then_both_are_not_found) {
  Roster roster;
  const auto elsewhere = roster.add_door("402", 1);
  const auto person = roster.add_person(elsewhere, "欧国测", "", 1);
  for (const auto& household : {elsewhere, HouseholdId{roster.h.id()}}) {
    EXPECT_EQ(error_of(roster.send(correction_of(household))), "not_found");
    EXPECT_EQ(error_of(roster.send(roster.person(household, "曾测"))), "not_found");
  }
  for (const auto& id : {person, PersonId{roster.h.id()}}) {
    AddKeyGroup add{id, KeyGroup::disabled, {"返回"}, day("2020-02-18"), day("2020-03-02")};
    EndKeyGroup end{id, KeyGroup::disabled, day("2020-02-18"), {"结束"}};
    EXPECT_EQ(error_of(roster.send(correction_of(id))), "not_found");
    EXPECT_EQ(error_of(roster.send(add)), "not_found");
    EXPECT_EQ(error_of(roster.send(end)), "not_found");
  }
}

TEST(Person, given_a_document_when_registered_again_then_person_exists) {
  Roster roster;
  const auto door = roster.add_door("402");
  auto first = roster.person(door, "欧国测", "99990119900307005X");
  roster.must_send(first);
  const auto elsewhere = roster.add_door("402", 2);
  EXPECT_EQ(error_of(roster.send(roster.person(elsewhere, "欧国测", "99990119900307005x"), 2)),
            "person_exists");
  first.document_number = Text<32>{"999901199003070017"};  // another person under the same id
  EXPECT_EQ(error_of(roster.send(first)), "person_exists");
}

TEST(Person, given_a_number_of_another_person_when_corrected_to_it_then_person_exists) {
  Roster roster;
  const auto door = roster.add_door("402");
  roster.add_person(door, "欧国测", "999901199003070017");
  const auto second = roster.add_person(door, "曾测", "999901196203140020");
  auto command = correction_of(second);
  command.document_number = Text<32>{"999901199003070017"};
  EXPECT_EQ(error_of(roster.send(command)), "person_exists");
  command.document_number = Text<32>{"999901196203140020"};  // the own number again
  EXPECT_EQ(error_of(roster.send(command)), "none");
  command.document_number = Text<32>{"999901197202290013"};
  EXPECT_EQ(error_of(roster.send(command)), "none");
  const auto row = Harness::must(
      store::get(*Harness::must(roster.h.engine->open_reader()), kPerson, {kTestDistrict, second}));
  EXPECT_EQ(row->birth_year, 1972);
  EXPECT_EQ(row->sex, Sex::male);
}

TEST(Person, given_a_form_that_contradicts_the_document_when_sent_then_each_field_is_named) {
  Roster roster;
  auto command = roster.person(roster.add_door("402"), "欧国测", "999901199003070017");
  command.sex = Sex::female;
  command.birth_date = day("1990-03-08");
  const auto refused = roster.send(command);
  EXPECT_EQ(error_of(refused), "invalid_fields");
  ASSERT_EQ(refused.error->fields().size(), 2u);
  EXPECT_EQ(refused.error->fields()[0].code, ErrorCode::sex_differs_from_document);
  EXPECT_EQ(refused.error->fields()[1].code, ErrorCode::birth_date_differs_from_document);
}

TEST(Person, given_a_full_household_when_one_more_comes_then_household_full) {
  Roster roster;
  const auto door = roster.add_door("402");
  std::vector<bus::PreparedCommand> commands;
  for (int i = 0; i <= limits::kPersonsPerHousehold; ++i) {
    commands.push_back(roster.h.prepare(roster.person(door, "测" + std::to_string(i)),
                                        testing::region(kGrids[0])));
  }
  const auto outcomes = roster.h.send(roster.worker(), std::move(commands));
  EXPECT_EQ(outcomes[outcomes.size() - 2].status, CommandStatus::applied);
  EXPECT_EQ(error_of(outcomes.back()), "household_full");
}

TEST(Person, given_a_vacant_dwelling_when_a_person_moves_in_then_it_is_occupied) {
  Roster roster;
  auto vacant = roster.door("402");
  vacant.state = HouseholdState::vacant;
  roster.must_send(vacant);
  roster.add_person(vacant.id, "欧国测");
  const auto rows = roster.all(kHousehold);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.front().state, HouseholdState::occupied);
  EXPECT_EQ(rows.front().persons, 1);
  const auto changes = roster.all(kFieldChange);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes.front().before, "vacant");
  EXPECT_TRUE(roster.h.rebuild_differences().empty());
}

TEST(KeyGroup, given_an_entry_when_dates_or_group_do_not_fit_then_the_error_says_so) {
  Roster roster;
  const auto person = roster.add_person(roster.add_door("402"), "欧国测");
  AddKeyGroup add{person, KeyGroup::disabled, {"返回"}, day("2020-02-18"), day("2020-02-17")};
  EXPECT_EQ(error_of(roster.send(add)), "key_group_dates_reversed");
  add.ends_on = day("2020-02-18");  // one day
  EXPECT_EQ(error_of(roster.send(add)), "none");
  add.ends_on = day("2020-03-02");
  EXPECT_EQ(error_of(roster.send(add)), "key_group_running");
  add.starts_on = day("2020-02-19");
  EXPECT_EQ(error_of(roster.send(add)), "none");
  EndKeyGroup end{person, KeyGroup::pregnant, day("2020-02-18"), {"结束"}};
  EXPECT_EQ(error_of(roster.send(end)), "key_group_unknown");
  end.group = KeyGroup::disabled;
  end.ends_on = day("2020-02-17");
  EXPECT_EQ(error_of(roster.send(end)), "key_group_dates_reversed");
  end.ends_on = day("2020-02-20");
  EXPECT_EQ(error_of(roster.send(end)), "none");
  const auto entries = roster.all(kKeyMember);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].ends_on, day("2020-02-18"));
  EXPECT_EQ(entries[1].ends_on, day("2020-02-20"));
}

// ---- offline corrections ----

class TwoWriters : public ::testing::Test {
 protected:
  void SetUp() override {
    household = roster.add_door("402");
    person = roster.add_person(household, "欧国测");
    base = kept_sequence();
    name_account(other);
  }
  // The name the accounts module keeps for an account.
  void name_account(const access::Actor& actor) {
    const auto put = [&](store::Rows&, vault::Writer& vault) {
      return vault.put(kTestDistrict, actor.account.value, vault::Field::name, "曾巷测");
    };
    testing::Harness::must(roster.h.writer->run_job(put, {kTestDistrict}));
  }
  std::int64_t kept_sequence() { return roster.all(kHousehold).front().sequence; }
  template <class Command>
  bus::Outcome send_from(const access::Actor& actor, const Command& command,
                         std::optional<journal::Position> position) {
    auto prepared = roster.h.prepare(command, testing::region(kGrids[0]));
    prepared.base_position = position;
    return roster.h.send(actor, std::vector{prepared}).front();
  }

  Roster roster;
  access::Actor other = roster.officer();
  HouseholdId household;
  PersonId person;
  std::int64_t base = 0;
};

TEST_F(TwoWriters, given_both_corrected_one_field_then_the_later_sees_the_other_and_who) {
  auto theirs = correction_of(household);
  theirs.state = HouseholdState::shop;
  ASSERT_EQ(send_from(other, theirs, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
  auto mine = correction_of(household);
  mine.state = HouseholdState::vacant;
  const auto outcome = send_from(roster.worker(), mine, journal::Position{kTestDistrict, base});
  EXPECT_EQ(outcome.status, CommandStatus::conflict);
  EXPECT_EQ(error_of(outcome), "conflict");
  ASSERT_EQ(outcome.conflicts.size(), 1u);
  const auto& conflict = outcome.conflicts.front();
  EXPECT_EQ(conflict.field, "state");
  EXPECT_EQ(conflict.base, "occupied");
  EXPECT_EQ(conflict.theirs, "shop");
  EXPECT_EQ(conflict.who, "曾巷测");
  EXPECT_EQ(conflict.at, roster.h.clock.now());
  EXPECT_EQ(roster.all(kHousehold).front().state, HouseholdState::shop);
  // Whoever has seen the present state, or knows none, is not asked again.
  EXPECT_EQ(
      send_from(roster.worker(), mine, journal::Position{kTestDistrict, kept_sequence()}).status,
      CommandStatus::applied);
}

TEST_F(TwoWriters, given_both_corrected_different_fields_then_both_stay) {
  auto theirs = correction_of(household);
  theirs.floor = 5;
  ASSERT_EQ(send_from(other, theirs, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
  auto mine = correction_of(household);
  mine.state = HouseholdState::vacant;
  EXPECT_EQ(send_from(roster.worker(), mine, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
}

TEST_F(TwoWriters, given_both_said_the_same_then_there_is_no_conflict) {
  auto command = correction_of(household);
  command.state = HouseholdState::vacant;
  ASSERT_EQ(send_from(other, command, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
  EXPECT_EQ(send_from(roster.worker(), command, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
}

TEST_F(TwoWriters, given_both_corrected_a_name_then_the_conflict_tells_no_personal_value) {
  auto theirs = correction_of(person);
  theirs.name = Text<50, 1>{"曾国测"};
  ASSERT_EQ(send_from(other, theirs, journal::Position{kTestDistrict, base}).status,
            CommandStatus::applied);
  auto mine = correction_of(person);
  mine.name = Text<50, 1>{"欧国策"};
  // A position of another district says nothing about this one.
  const auto outcome =
      send_from(roster.worker(), mine, journal::Position{District{990102}, 1'000'000});
  ASSERT_EQ(outcome.conflicts.size(), 1u);
  EXPECT_EQ(outcome.conflicts.front().field, "name");
  EXPECT_EQ(outcome.conflicts.front().base, std::nullopt);
  EXPECT_EQ(outcome.conflicts.front().theirs, std::nullopt);
}

}  // namespace
}  // namespace wangdi::residents
