// SPDX-License-Identifier: Apache-2.0
// Erasing a person: nothing personal is left in any file but as ciphertext without key, counts stay
// right, a rebuild gives the same tables, and old commands bring nobody back.
#include <gtest/gtest.h>

#include <fstream>

#include "modules/residents/tests/fixture.hpp"

namespace wangdi::residents {
namespace {

using bus::CommandStatus;
using testing::Harness;

constexpr const char* kNumber = "99990119900307005X";

CivilDate date(std::string_view text) { return CivilDate::parse(text).value(); }

class Erasure : public ::testing::Test {
 protected:
  Erasure() {
    household_ = roster_.add_door("402");
    stays_ = roster_.add_person(household_, "曾测");
    sent_ = roster_.h.prepare(form(), testing::region(kGrids[0]));
    person_ = std::static_pointer_cast<const AddPerson>(sent_.value)->id;
    EXPECT_EQ(again(sent_).status, CommandStatus::applied);
    roster_.must_send(
        AddKeyGroup{person_, KeyGroup::disabled, {"返回"}, date("2020-02-10"), date("2020-03-02")});
    CorrectPerson correction;
    correction.person = person_;
    correction.relation = Relation::tenant;
    correction.reason.text = "登记有误";
    roster_.must_send(correction);
  }

  AddPerson form() {
    auto command = roster_.person(household_, "欧国测", kNumber);
    command.phone = Mobile::parse("13900000007").value();
    return command;
  }
  bus::Outcome again(const bus::PreparedCommand& command) {
    return roster_.h.send(roster_.worker(), {command}).front();
  }
  bus::Outcome erase(PersonId person, ErasureReason reason = ErasureReason::asked) {
    return roster_.h.send(roster_.officer(), ErasePerson{person, reason},
                          testing::region(kCommunity));
  }
  // The counters' sums of a day and of all days are what the boards show.
  std::int64_t sum(indicators::Indicator indicator, CivilDate last) {
    std::int64_t total = 0;
    for (const auto& row : roster_.all(indicators::kDistrictDay)) {
      if (row.indicator == indicator && row.day <= last) total += row.value;
    }
    return total;
  }
  std::string household_view() {
    return roster_.ask(roster_.officer(), "residents/household",
                       "household=" + household_.value.text());
  }

  Roster roster_;
  HouseholdId household_;
  PersonId stays_, person_;
  bus::PreparedCommand sent_;
};

TEST_F(Erasure, given_a_person_when_erased_then_no_table_names_them_and_a_rebuild_gives_the_same) {
  ASSERT_NE(household_view().find("欧*测"), std::string::npos);
  ASSERT_EQ(erase(person_).status, CommandStatus::applied);
  const auto view = household_view();
  EXPECT_EQ(view.find(person_.value.text()), std::string::npos);
  EXPECT_NE(view.find(stays_.value.text()), std::string::npos);
  ASSERT_EQ(roster_.all(kPerson).size(), 1u);
  EXPECT_EQ(roster_.all(kPerson).front().person, stays_);
  EXPECT_TRUE(roster_.all(kKeyMember).empty());
  EXPECT_TRUE(roster_.all(kFieldChange).empty());
  EXPECT_EQ(roster_.all(kHousehold).front().persons, 1);
  for (const auto& row : roster_.all(vault::kVaultField)) EXPECT_NE(row.subject, person_.value);
  EXPECT_TRUE(roster_.h.rebuild_differences().empty());
}

TEST_F(Erasure, given_a_key_person_when_erased_then_today_still_counts_and_tomorrow_does_not) {
  using indicators::Indicator;
  const auto today = date("2020-02-18");
  EXPECT_EQ(sum(Indicator::persons_registered, today), 2);
  EXPECT_EQ(sum(Indicator::key_persons_due, date("2020-03-02")), 1);
  ASSERT_EQ(erase(person_).status, CommandStatus::applied);
  EXPECT_EQ(sum(Indicator::persons_registered, today), 1);
  EXPECT_EQ(sum(Indicator::key_persons_due, date("2020-02-17")), 1) << "past days stay";
  EXPECT_EQ(sum(Indicator::key_persons_due, today), 1);
  EXPECT_EQ(sum(Indicator::key_persons_due, date("2020-02-19")), 0);
  EXPECT_EQ(sum(Indicator::key_persons_due, date("2020-03-04")), 0);
  EXPECT_TRUE(roster_.h.rebuild_differences().empty());
}

TEST_F(Erasure, given_old_commands_when_sent_again_then_nobody_comes_back) {
  ASSERT_EQ(erase(person_).status, CommandStatus::applied);
  EXPECT_EQ(again(sent_).status, CommandStatus::duplicate) << "the phone that never heard";
  auto other_id = sent_;
  other_id.id = CommandId{roster_.h.id()};
  EXPECT_EQ(error_of(again(other_id)), "not_found") << "the same person under a new command";
  EXPECT_EQ(error_of(erase(person_)), "not_found");
  roster_.h.clock.advance(1'000);
  AddKeyGroup group{person_, KeyGroup::pregnant, {"测试"}, date("2020-02-18"), date("2020-03-02")};
  EXPECT_EQ(error_of(roster_.send(group)), "not_found");
  EXPECT_EQ(roster_.all(kPerson).size(), 1u);
  for (const auto& row : roster_.all(vault::kVaultField)) EXPECT_NE(row.subject, person_.value);
  const auto found =
      roster_.ask(roster_.officer(), "residents/find", "",
                  std::string(R"({"number":")") + kNumber + R"(","purpose":"home_visit"})");
  EXPECT_EQ(found.find(person_.value.text()), std::string::npos);
  auto newcomer = form();
  EXPECT_EQ(roster_.send(newcomer).status, CommandStatus::applied) << "who comes again is new";
  EXPECT_NE(newcomer.id, person_);
  EXPECT_TRUE(roster_.h.rebuild_differences().empty());
}

TEST_F(Erasure, given_who_may_not_when_erasing_then_not_found_and_nothing_is_gone) {
  const ErasePerson command{person_, ErasureReason::asked};
  EXPECT_EQ(error_of(roster_.send(command)), "not_found") << "a grid worker";
  const auto stranger = testing::actor(access::Role::community_officer, kOtherCommunity, 8);
  const auto elsewhere = roster_.h.send(stranger, command, testing::region(kOtherCommunity));
  EXPECT_EQ(error_of(elsewhere), "not_found");
  auto stale = roster_.officer();
  stale.is_fresh = false;
  const auto unproved = roster_.h.send(stale, command, testing::region(kCommunity));
  EXPECT_EQ(error_of(unproved), "fresh_proof_required");
  EXPECT_EQ(roster_.all(kPerson).size(), 2u);
}

// security: VA3
TEST_F(Erasure, given_a_view_of_the_person_in_memory_when_erased_then_the_next_look_shows_nobody) {
  const auto unmask = [&](PersonId person) {
    return roster_.ask(
        roster_.officer(), "residents/unmask", "",
        R"({"subject":")" + person.value.text() + R"(","fields":["name"],"purpose":"home_visit"})");
  };
  ASSERT_NE(unmask(person_).find("欧国测"), std::string::npos);
  ASSERT_EQ(erase(person_).status, CommandStatus::applied);
  EXPECT_EQ(unmask(person_), "not_found");
  EXPECT_NE(unmask(stays_).find("曾测"), std::string::npos);
}

}  // namespace
}  // namespace wangdi::residents
