// SPDX-License-Identifier: Apache-2.0
// Somebody has all bytes of the database, and a copy of the roster from before the erasure: rooms,
// years of birth, ids of households and even of persons. Which records were the erased person's?
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "modules/retention/tests/nights.hpp"

namespace wangdi::retention {
namespace {

using bus::CommandStatus;
using screening::Place;
using screening::VisitOutcome;

// What the attacker looks for: anything that names the person or tells records of theirs apart.
struct Attack {
  std::string raw;                          // bytes of the files; empty on a database server
  std::vector<journal::RecordRow> records;  // of the district

  // Bodies that name an id.
  int bodies_with(const Uuid& id) const {
    return static_cast<int>(std::ranges::count_if(records, [&](const auto& record) {
      return record.body && record.body->find(id.text()) != std::string::npos;
    }));
  }
  // Types of records whose header names an id.
  std::set<std::string> types_of(const Uuid& id) const {
    std::set<std::string> types;
    for (const auto& record : records) {
      if (record.subject == id || record.command.value == id || record.device.value == id) {
        types.insert(record.type);
      }
    }
    return types;
  }
  // Destroyed records differ in nothing but place, time and random values.
  std::set<std::string> kinds_destroyed() const {
    std::set<std::string> kinds;
    for (const auto& record : records) {
      if (record.type != journal::kDestroyedType) continue;
      EXPECT_EQ(record.command.value, record.event.value);
      kinds.insert(record.region.text() + '|' + record.subject.text() + '|' +
                   record.actor.value.text() + '|' + record.device.value.text() + '|' +
                   std::to_string(record.ordinal) + '|' + std::to_string(record.skew_ms) + '|' +
                   std::to_string(record.device_sequence) + '|' +
                   std::to_string(record.occurred_at - record.recorded_at) + '|' +
                   std::to_string(record.body || record.salt || record.body_mac || record.answer));
    }
    return kinds;
  }
};

class AttackTest : public ::testing::Test {
 protected:
  AttackTest() {
    household_ = n_.place.household(0, 1, 1);
    stays_ = n_.place.person(household_, "沈阿甲");
    gone_ = n_.place.person(household_, "沈阿乙");
    other_home_ = n_.place.household(1, 2, 1);
    other_ = n_.place.person(other_home_, "沈阿丙");
    n_.place.key_group(gone_, residents::KeyGroup::pregnant, -1, 20);
    for (const auto person : {gone_, stays_}) {
      const auto entry = n_.status_of(person);
      n_.ask_review(person, entry);
      n_.use_ledger(person);
    }
    round_ = n_.place.round(n_.place.community, 0, 2, 6);
    about_ = n_.exception_form(household_, gone_);
    about_.note = Text<200>{"阿乙咳嗽"};
    Place::expect_applied(n_.place.send_at(about_, 3 * Place::kHour));
    about_other_ = n_.exception_form(household_, stays_);
    Place::expect_applied(n_.place.send_at(about_other_, 2 * Place::kHour));
    last_ = n_.place.visit(household_, VisitOutcome::all_well, Place::kHour);
    n_.place.visit(other_home_, VisitOutcome::all_well, Place::kHour);
    EXPECT_EQ(n_.erase(gone_).status, CommandStatus::applied);
  }
  Attack attack() {
    Attack attack{n_.raw(), {}};
    for (auto& row : n_.all(journal::kRecord)) {
      if (!row.district.is_pseudo()) attack.records.push_back(std::move(row));
    }
    return attack;
  }
  screening::VisitRow visit(VisitId id) {
    for (auto& row : n_.all(screening::kVisit)) {
      if (row.visit == id) return row;
    }
    ADD_FAILURE() << "no such visit";
    return {};
  }

  Nights n_;
  HouseholdId household_, other_home_;
  PersonId stays_, gone_, other_;
  RoundId round_;
  screening::RecordVisit about_, about_other_;
  VisitId last_;
};

// security: VA5
TEST_F(AttackTest, given_the_roster_when_erased_then_after_the_night_no_record_is_theirs) {
  const auto before = attack();
  EXPECT_GT(before.bodies_with(gone_.value), 0) << "before the night the attack succeeds";
  EXPECT_TRUE(before.types_of(gone_.value).contains("residents.key_group_added"));
  const auto figures = n_.figures();
  const auto done = n_.night();
  EXPECT_EQ(done.records, 3 + 3 + 4 + 3) << "registered, in a group, erased; set, in that group, "
                                            "review asked; told, a slip, a request, its "
                                            "answer; three visits of the door";
  EXPECT_EQ(done.slips, 1);
  const auto after = attack();
  EXPECT_EQ(after.bodies_with(gone_.value), 0);
  EXPECT_EQ(after.types_of(gone_.value), std::set<std::string>{"residents.erased_person_kept"});
  EXPECT_EQ(n_.tables_with(gone_.value), std::set<std::string>{"erased_person"});
  EXPECT_EQ(after.kinds_destroyed().size(), 1u) << "of one shape, so that none tells what it was";
  EXPECT_EQ(after.kinds_destroyed().begin()->substr(0, 7), "320508|") << "of no place below";
  if (!after.raw.empty()) {
    EXPECT_EQ(after.raw.find(gone_.value.text()), std::string::npos) << "in the bytes of the files";
    EXPECT_NE(after.raw.find(stays_.value.text()), std::string::npos) << after.raw.size();
  }
  // Of the household's visits all are told anew, so that it does not show which were about them.
  for (const auto& record : after.records) {
    if (record.type == screening::VisitRecorded::kType && record.body) {
      EXPECT_EQ(record.body->find(household_.value.text()), std::string::npos);
    }
  }
  EXPECT_EQ(n_.figures(), figures) << "what was counted stays";
  n_.expect_whole();
  EXPECT_EQ(n_.night().records, 0);
}

// security: VA5
TEST_F(AttackTest, given_an_erasure_when_the_night_is_over_then_the_others_records_mean_the_same) {
  ASSERT_GT(n_.night().records, 0);
  EXPECT_EQ(visit(about_.visit).outcome, VisitOutcome::all_well) << "nothing is left to report";
  EXPECT_EQ(visit(about_.visit).exceptions, 0);
  EXPECT_FALSE(visit(about_.visit).has_note);
  EXPECT_EQ(visit(about_other_.visit).outcome, VisitOutcome::exception);
  EXPECT_EQ(visit(about_other_.visit).fevers, 1);
  EXPECT_EQ(visit(last_).occurred_at, n_.place.h.clock.now() - Place::kHour);
  const auto door = n_.place.door(household_);
  EXPECT_EQ(door.status, screening::DoorStatus::done);
  EXPECT_EQ(n_.tables_with(stays_.value).count("status_entry"), 1u) << "set, and a review waits";
  EXPECT_EQ(n_.tables_with(stays_.value).count("ledger_request"), 1u);
  EXPECT_EQ(n_.tables_with(stays_.value).count("ledger_slip"), 1u);
  for (const auto& row : n_.all(vault::kVaultField)) {
    EXPECT_NE(row.subject, about_.visit.value) << "its note may have been about them";
  }
  // Others go on: corrections, new visits, another erasure.
  Place::expect_applied(n_.place.correct(about_other_.visit, household_, VisitOutcome::all_well));
  n_.place.visit(household_, VisitOutcome::all_well);
  EXPECT_EQ(n_.erase(stays_).status, CommandStatus::applied);
  ASSERT_GT(n_.night().records, 0);
  EXPECT_EQ(attack().bodies_with(stays_.value), 0);
  n_.expect_whole();
}

// The whole household goes: nobody with the roster can tell which records were that door's.
// security: VA5
TEST_F(AttackTest, given_the_roster_when_the_household_is_erased_then_no_record_is_of_that_door) {
  ASSERT_GT(n_.night().records, 0) << "who was erased first";
  EXPECT_EQ(n_.erase(stays_).status, CommandStatus::applied);
  EXPECT_EQ(n_.erase(household_).status, CommandStatus::applied);
  EXPECT_GT(attack().bodies_with(household_.value), 0) << "before the night the attack succeeds";
  const auto figures = n_.figures();
  ASSERT_GT(n_.night().records, 0);
  const auto after = attack();
  for (const auto& id : {household_.value, stays_.value, gone_.value}) {
    EXPECT_EQ(after.bodies_with(id), 0);
  }
  EXPECT_EQ(after.types_of(household_.value),
            std::set<std::string>{"residents.erased_household_kept"});
  EXPECT_EQ(n_.tables_with(household_.value), std::set<std::string>{"erased_household"});
  for (const auto visit : {about_.visit, about_other_.visit, last_}) {
    EXPECT_EQ(n_.tables_with(visit.value), std::set<std::string>{});
    EXPECT_EQ(after.types_of(visit.value), std::set<std::string>{});
  }
  EXPECT_GT(after.bodies_with(other_home_.value), 0) << "the other door's are there";
  EXPECT_EQ(after.kinds_destroyed().size(), 1u) << "of one shape, so that none tells what it was";
  if (!after.raw.empty()) {
    EXPECT_EQ(after.raw.find(household_.value.text()), std::string::npos);
  }
  EXPECT_EQ(n_.figures(), figures);
  n_.expect_whole();
}

TEST_F(AttackTest, given_the_records_gone_when_old_commands_come_again_then_nobody_comes_back) {
  residents::AddPerson again;
  again.id = gone_;
  again.household = household_;
  again.name.text = "沈阿乙";
  again.document_kind = residents::DocumentKind::none;
  ASSERT_GT(n_.night().records, 0);
  EXPECT_EQ(n_.place.send(n_.place.officer, again).status, CommandStatus::refused);
  EXPECT_EQ(n_.place.send_at(about_, 0).status, CommandStatus::refused);
  n_.expect_whole();
}

}  // namespace
}  // namespace wangdi::retention
