// SPDX-License-Identifier: Apache-2.0
// What restricts a person, over the real write path: grounds, the limit of the hour, the second
// person, the alarm, the review. All persons are invented.
#include <gmock/gmock.h>

#include "modules/residents/tables.hpp"
#include "modules/residents/views.hpp"
#include "modules/screening/tests/place.hpp"
#include "modules/status/module.hpp"
#include "modules/status/tables.hpp"
#include "modules/status/views.hpp"

namespace wangdi::status {
namespace {

using access::Role;
using bus::CommandStatus;
using residents::DocumentKind;
using testing::Harness;

constexpr int kMost = 20;

class StatusTest : public ::testing::Test {
 protected:
  StatusTest() {
    register_module(place.h.registry);
    for (const auto& table : {kEntry.info(), kAlarm.info()}) {
      Harness::must(place.h.connection->create(table));
    }
  }
  void expect_rebuilt() { EXPECT_TRUE(place.h.rebuild_differences().empty()); }

  PersonId somebody() {
    if (people_ % 150 == 0) home_ = place.household(0, 2 + people_ / 150, 1);
    ++people_;
    return place.person(home_, "沈" + std::to_string(people_));
  }
  SetStatus by_document(PersonId person) {
    SetStatus form;
    form.entry = StatusEntryId{place.h.id()};
    form.person = person;
    form.group = RestrictingGroup::close_contact;
    form.source = GroundSource::document;
    form.starts_on = place.today();
    form.ends_on = place.today().plus_days(14);
    form.document = CaseDocument::contact_notice;
    form.document_number = Text<60, 1>{"防控〔2020〕7号"};
    form.issuer = Text<60, 1>{"区疾控中心"};
    form.issued_on = place.today();
    form.reason.text = "同乘一趟车";
    return form;
  }
  // A visit that found somebody back since yesterday.
  VisitId visit(PersonId person, const access::Actor& by, std::string_view from = "330106") {
    auto form = place.visit_form(home_, screening::VisitOutcome::exception);
    screening::VisitException found;
    found.person = person;
    found.temperature_not_measured = true;
    found.returned = screening::Returned{testing::region(from), {}, place.today().plus_days(-1)};
    form.exceptions.items.push_back(found);
    screening::Place::expect_applied(place.send(by, form));
    return form.visit;
  }
  SetStatus by_rule(PersonId person, VisitId visit,
                    RestrictingGroup group = RestrictingGroup::returnee) {
    SetStatus form;
    form.entry = StatusEntryId{place.h.id()};
    form.person = person;
    form.group = group;
    form.visit = visit;
    form.reason.text = "从外地回来";
    return form;
  }
  std::string error_of(const bus::Outcome& outcome) {
    return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "none";
  }
  template <class Row, std::size_t K>
  std::vector<Row> all(const store::Table<Row, K>& table) {
    std::vector<Row> rows;
    auto reader = Harness::must(place.h.engine->open_reader());
    Harness::must(
        reader->by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
          rows.push_back(store::read_row<Row>(row));
          return true;
        }));
    return rows;
  }
  std::size_t in_force() { return all(residents::kKeyMember).size(); }
  AlarmsView alarms(const access::Actor& by) {
    return place.get<AlarmsView>(by, "status/alarms", "region=" + by.region.text());
  }
  DeskView desk(const access::Actor& by) {
    return place.get<DeskView>(by, "status/desk", "region=" + by.region.text());
  }
  // Fills the hour of an officer.
  void fill(const access::Actor& by, int count) {
    for (int i = 0; i < count; ++i) {
      screening::Place::expect_applied(place.send(by, by_document(somebody())));
    }
  }

  screening::Place place;
  const access::Actor worker = testing::actor(Role::grid_worker, "320508005012001", 7);
  const access::Actor colleague = testing::actor(Role::community_officer, "320508005012", 8);
  const access::Actor township = testing::actor(Role::township_officer, "320508005", 3);
  const access::Actor county = testing::actor(Role::county_officer, "320508", 4);
  const access::Actor city = testing::actor(Role::higher_officer, "3205", 5);
  HouseholdId home_;

 private:
  int people_ = 0;
};

// security: PR5
TEST_F(StatusTest, given_a_free_hand_then_nobody_is_restricted_or_kept_longer) {
  const auto person = somebody();
  for (const auto group :
       {KeyGroup::returnee, KeyGroup::key_region_returnee, KeyGroup::close_contact}) {
    const residents::AddKeyGroup add{person, group, {"听说的"}, place.today(), place.today()};
    for (const auto& by : {worker, place.officer}) {
      EXPECT_EQ(error_of(place.send(by, add)), "status_needs_basis");
    }
  }
  const auto refused = place.send(
      worker, residents::AddKeyGroup{
                  person, KeyGroup::close_contact, {"听说的"}, place.today(), place.today()});
  const auto& texts = error_entry(refused.error->code()).title;
  EXPECT_EQ(fill_text(texts[0], refused.error->details()),
            "“密切接触者”会限制人，不能直接列入或延长");
  EXPECT_EQ(fill_text(texts[1], refused.error->details()),
            "“Close contact” restricts a person and cannot be entered or prolonged like this");
  const residents::AddKeyGroup care{
      person, KeyGroup::pregnant, {"登记"}, place.today(), place.today()};
  screening::Place::expect_applied(place.send(worker, care));
  EXPECT_EQ(error_of(place.send(worker, by_document(person))), "not_found");
  screening::Place::expect_applied(place.send(place.officer, by_document(person)));
  residents::EndKeyGroup end{
      person, KeyGroup::close_contact, place.today().plus_days(15), {"再等等"}};
  EXPECT_EQ(error_of(place.send(place.officer, end)), "status_needs_basis");
  end.ends_on = place.today();
  EXPECT_EQ(error_of(place.send(worker, end)), "status_needs_basis");
  screening::Place::expect_applied(place.send(place.officer, end));
  expect_rebuilt();
}

TEST_F(StatusTest, given_a_record_that_meets_the_rule_then_it_is_proposed_and_the_term_follows) {
  const auto person = somebody();
  const auto seen = visit(person, worker);
  const auto proposed = desk(place.officer).proposed.items;
  ASSERT_EQ(proposed.size(), 1u);
  EXPECT_EQ(proposed[0].visit, seen);
  EXPECT_EQ(proposed[0].rule, "status.returnee_days");
  EXPECT_FALSE(proposed[0].own_record);
  EXPECT_EQ(
      error_of(place.send(place.officer, by_rule(person, seen, RestrictingGroup::close_contact))),
      "status_rule_not_met");
  EXPECT_EQ(error_of(place.send(place.officer, by_rule(person, VisitId{place.h.id()}))),
            "status_rule_not_met");
  screening::Place::expect_applied(place.send(place.officer, by_rule(person, seen)));
  const auto members = all(residents::kKeyMember);
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].starts_on, place.today().plus_days(-1));
  EXPECT_EQ(members[0].ends_on, place.today().plus_days(13));
  EXPECT_FALSE(all(kEntry).at(0).counts);  // somebody else recorded the fact
  EXPECT_TRUE(desk(place.officer).proposed.items.empty());
  const auto household = place.get<residents::HouseholdView>(worker, "residents/household",
                                                             "household=" + home_.text());
  const auto& shown = household.persons.at(0).key_groups.at(0);
  EXPECT_EQ(shown.reason, "从外地回来");
  ASSERT_TRUE(shown.ground);
  EXPECT_EQ(shown.ground->rule, "status.returnee_days");
  EXPECT_EQ(shown.ground->office, place.community);
  EXPECT_EQ(shown.office_name, "Lotus Lane");
  expect_rebuilt();
}

TEST_F(StatusTest, given_a_key_region_or_an_own_record_then_group_and_limit_follow) {
  const auto person = somebody();
  const auto seen = visit(person, place.officer, "420106");
  EXPECT_EQ(error_of(place.send(place.officer, by_rule(person, seen))), "status_rule_not_met");
  screening::Place::expect_applied(
      place.send(place.officer, by_rule(person, seen, RestrictingGroup::key_region_returnee)));
  EXPECT_TRUE(all(kEntry).at(0).counts);  // one person did both
}

// security: PR5
TEST_F(StatusTest, given_a_full_hour_then_one_more_waits_for_a_second_person_and_alarms_above) {
  fill(place.officer, kMost);
  EXPECT_EQ(in_force(), static_cast<std::size_t>(kMost));
  EXPECT_TRUE(alarms(township).rows.items.empty());
  const auto more = by_document(somebody());
  EXPECT_EQ(place.send(place.officer, more).status, CommandStatus::held);
  EXPECT_EQ(in_force(), static_cast<std::size_t>(kMost));
  EXPECT_EQ(place.send(place.officer, by_document(somebody())).status, CommandStatus::held);
  for (const auto& reader : {township, county, city, place.officer}) {
    const auto seen = alarms(reader).rows.items;
    ASSERT_EQ(seen.size(), 1u);  // one alarm, however many wait
    EXPECT_EQ(seen[0].count, kMost);
    EXPECT_EQ(seen[0].waiting, 2);
    EXPECT_EQ(seen[0].yours, reader.role != Role::community_officer);
  }
  EXPECT_EQ(desk(colleague).waiting.items.size(), 2u);
  ConfirmStatus confirm{more.person, more.entry, true};
  EXPECT_EQ(error_of(place.send(place.officer, confirm)), "second_person_needed");
  screening::Place::expect_applied(place.send(colleague, confirm));
  EXPECT_EQ(in_force(), static_cast<std::size_t>(kMost) + 1);
  EXPECT_EQ(error_of(place.send(colleague, confirm)), "already_decided");
  expect_rebuilt();
}

TEST_F(StatusTest, given_an_alarm_then_it_stays_until_the_level_above_answers_in_words) {
  fill(place.officer, kMost);
  place.send(place.officer, by_document(somebody()));
  const auto alarm = alarms(township).rows.items.at(0);
  const AnswerAlarm answer{alarm.region, alarm.alarm, {"已核实，是一趟列车的名单"}};
  EXPECT_EQ(error_of(place.send(place.officer, answer)), "not_found");
  screening::Place::expect_applied(place.send(township, answer));
  EXPECT_EQ(error_of(place.send(township, answer)), "already_decided");
  EXPECT_TRUE(alarms(township).rows.items.empty());
  place.send(place.officer, by_document(somebody()));
  EXPECT_EQ(alarms(county).rows.items.size(), 1u);  // it goes on: the next alarm
  expect_rebuilt();
}

TEST_F(StatusTest, given_the_window_is_over_then_the_hand_is_free_again) {
  fill(place.officer, kMost);
  place.h.clock.advance(60 * 60'000 - 1);
  EXPECT_EQ(place.send(place.officer, by_document(somebody())).status, CommandStatus::held);
  place.h.clock.advance(1);
  screening::Place::expect_applied(place.send(place.officer, by_document(somebody())));
}

TEST_F(StatusTest, given_several_officers_then_the_districts_hour_is_full_too) {
  fill(place.officer, kMost / 2);
  fill(colleague, kMost / 2);
  EXPECT_EQ(place.send(county, by_document(somebody())).status, CommandStatus::held);
  const auto seen = alarms(city).rows.items;
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, AlarmKind::district);
  EXPECT_TRUE(seen[0].yours);
  EXPECT_FALSE(alarms(county).rows.items.at(0).yours);
}

TEST_F(StatusTest, given_a_day_without_a_second_person_then_what_waits_is_over) {
  fill(place.officer, kMost);
  const auto more = by_document(somebody());
  place.send(place.officer, more);
  place.h.clock.advance(24 * 3'600'000);
  EXPECT_TRUE(desk(colleague).waiting.items.empty());
  EXPECT_EQ(error_of(place.send(colleague, ConfirmStatus{more.person, more.entry, true})),
            "already_decided");
  EXPECT_EQ(in_force(), static_cast<std::size_t>(kMost));
}

TEST_F(StatusTest, given_a_rejection_then_the_words_are_gone_and_it_can_be_entered_again) {
  fill(place.officer, kMost);
  const auto more = by_document(somebody());
  place.send(place.officer, more);
  EXPECT_EQ(error_of(place.send(colleague, by_document(more.person))), "key_group_running");
  screening::Place::expect_applied(
      place.send(colleague, ConfirmStatus{more.person, more.entry, false}));
  EXPECT_EQ(all(kEntry).size(), static_cast<std::size_t>(kMost) + 1);
  place.h.clock.advance(3'600'000);
  screening::Place::expect_applied(place.send(place.officer, by_document(more.person)));
  expect_rebuilt();
}

// security: PR5
TEST_F(StatusTest, given_an_objection_then_somebody_else_decides_it_in_time_and_it_is_put_back) {
  const auto person = somebody();
  const auto seen = visit(person, worker);
  const auto set = by_rule(person, seen);
  screening::Place::expect_applied(place.send(place.officer, set));
  const AskReview ask{
      ReviewId{place.h.id()}, person, set.entry, AskedThrough::proxy, {"我没有出过门"}};
  screening::Place::expect_applied(place.send(worker, ask));
  EXPECT_EQ(
      error_of(place.send(
          worker,
          AskReview{ReviewId{place.h.id()}, person, set.entry, AskedThrough::proxy, {"再说一次"}})),
      "status_review_open");
  const auto open = desk(colleague).reviews.items;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].words, "我没有出过门");
  EXPECT_EQ(open[0].due_on, place.today().plus_days(3));
  EXPECT_TRUE(desk(place.officer).reviews.items.at(0).is_own);
  const DecideReview withdraw{person, set.entry, ReviewResult::withdrawn, {"记错了人"}};
  EXPECT_EQ(error_of(place.send(place.officer, withdraw)), "second_person_needed");
  EXPECT_EQ(error_of(place.send(worker, withdraw)), "not_found");
  screening::Place::expect_applied(place.send(colleague, withdraw));
  EXPECT_EQ(all(residents::kKeyMember).at(0).ends_on, place.today());
  EXPECT_EQ(error_of(place.send(place.officer, by_rule(person, seen))), "status_rule_not_met");
  EXPECT_TRUE(desk(place.officer).proposed.items.empty());
  expect_rebuilt();
}

// security: PR5
TEST_F(StatusTest, given_all_of_it_then_neither_journal_nor_tables_hold_a_word_of_a_person) {
  fill(place.officer, kMost);
  const auto more = by_document(somebody());
  place.send(place.officer, more);
  const auto entry = all(kEntry).at(0);
  place.send(
      worker,
      AskReview{
          ReviewId{place.h.id()}, entry.person, entry.entry, AskedThrough::on_paper, {"冤枉得很"}});
  const auto alarm = alarms(township).rows.items.at(0);
  place.send(township, AnswerAlarm{alarm.region, alarm.alarm, {"叫停了这批"}});
  auto reader = Harness::must(place.h.engine->open_reader());
  std::size_t records = 0;
  for (const auto& table : {journal::kRecord.info(), kEntry.info(), kAlarm.info()}) {
    Harness::must(reader->by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
      ++records;
      for (std::size_t at = 0; at < table.columns.size(); ++at) {
        if (table.columns[at].type != store::ColumnType::kText || row.is_null(at)) continue;
        const std::string text(row.text(at));
        for (const auto* word : {"同乘", "防控〔", "疾控", "冤枉", "叫停", "沈"}) {
          EXPECT_EQ(text.find(word), std::string::npos) << table.name << " " << text;
        }
      }
      return true;
    }));
  }
  EXPECT_GT(records, 60u);
}

TEST_F(StatusTest, given_somebody_is_erased_then_nothing_of_their_entries_stays) {
  const auto person = somebody();
  screening::Place::expect_applied(place.send(place.officer, by_document(person)));
  auto fresh = place.officer;
  fresh.is_fresh = true;
  screening::Place::expect_applied(
      place.send(fresh, residents::ErasePerson{person, residents::ErasureReason::asked}));
  EXPECT_TRUE(all(kEntry).empty());
  expect_rebuilt();
}

TEST_F(StatusTest, given_a_command_that_comes_again_then_it_is_known) {
  const auto form = by_document(somebody());
  const auto prepared = place.h.prepare(form, place.community);
  EXPECT_EQ(place.h.send(place.officer, {prepared}).front().status, CommandStatus::applied);
  EXPECT_EQ(place.h.send(place.officer, {prepared}).front().status, CommandStatus::duplicate);
  EXPECT_EQ(in_force(), 1u);
}

}  // namespace
}  // namespace wangdi::status
