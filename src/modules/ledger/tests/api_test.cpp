// SPDX-License-Identifier: Apache-2.0
// Slips, requests and the resident's view over the real write path.
#include <gmock/gmock.h>

#include "access/system_actor.hpp"
#include "access/tables.hpp"
#include "common/crypto/crypto.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/holds/tables.hpp"
#include "modules/ledger/module.hpp"
#include "modules/ledger/queries.hpp"
#include "modules/residents/tests/fixture.hpp"
#include "vault/tables.hpp"

namespace wangdi::ledger {
namespace {

using bus::CommandStatus;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kTries = 5;
constexpr std::int64_t kDayMs = 86'400'000;

SlipCodes& codes() {
  static SlipCodes made([] {
    const std::vector<std::uint8_t> key(32, 7);
    return crypto::Hmac(key);
  }());
  return made;
}
void register_ledger(bus::Registry& registry) { register_module(registry, {&codes()}); }

// The roster of the residents' tests with the ledger beside it.
class Ledger : public ::testing::Test {
 protected:
  Ledger() {
    register_ledger(roster.h.registry);
    for (const auto& table : {kSlip.info(), kRequest.info(), kNotice.info(), accounts::kHome.info(),
                              accounts::kTerm.info(), holds::kHold.info()}) {
      testing::Harness::must(roster.h.connection->create(table));
    }
    household = roster.add_door("402");
    person = roster.add_person(household, "王建国", "999901199003070017");
  }

  bus::Outcome make(const MakeSlip& slip, std::size_t grid = 0) { return roster.send(slip, grid); }
  MakeSlip slip_for(PersonId whom, Holder holder = Holder::self) {
    return {SlipId{roster.h.id()}, whom, holder};
  }
  // The code of a new slip.
  std::string code_of(const MakeSlip& slip) {
    const auto outcome = make(slip);
    EXPECT_EQ(outcome.status, CommandStatus::applied) << residents::error_of(outcome);
    return testing::Harness::must(codec::decode<SlipCode>(*outcome.answer)).slip_code;
  }
  std::optional<OpenedSlip> open(SlipId slip, std::string_view code) {
    std::optional<OpenedSlip> opened;
    testing::Harness::must(roster.h.writer->run_job([&](store::Rows& rows, vault::Writer&) {
      opened = use_slip(rows, codes(), slip, code, kTries, roster.h.clock.now());
      return ok();
    }));
    return opened;
  }
  AskRequest request(RequestKind kind = RequestKind::correction, Holder holder = Holder::self) {
    return {RequestId{roster.h.id()}, person, kind, holder, {"手机号不对"}};
  }
  // Gives the actor an account with a term, as the resident's view reads them.
  void is_somebody(const access::Actor& actor, access::Role role) {
    store::Rows rows(*roster.h.connection, store::Start::kStored);
    rows.put(accounts::kHome, {access::kNation, actor.account, residents::kTestDistrict});
    rows.put(accounts::kTerm,
             {residents::kTestDistrict, actor.account, 1, role, actor.region, 0, std::nullopt});
    testing::Harness::must(roster.h.connection->begin());
    testing::Harness::must(rows.flush());
    testing::Harness::must(roster.h.connection->commit());
  }
  LedgerView view(PersonId whom) { return testing::Harness::must(view_of(whom)); }
  Result<LedgerView> view_of(PersonId whom) {
    auto connection = testing::Harness::must(roster.h.engine->open_reader());
    auto reader = testing::Harness::must(roster.h.vault->open_reader(*connection));
    const auto actor = access::resident_actor(testing::region("990101"));
    const auto now = roster.h.clock.now();
    bus::QueryContext context{*connection,
                              *reader,
                              *roster.h.parameters,
                              actor,
                              *roster.h.writer,
                              now,
                              CivilDate::of(now, {}),
                              {},
                              "zh"};
    return ledger_view(whom, context);
  }

  residents::Roster roster;
  HouseholdId household;
  PersonId person;
};

TEST_F(Ledger, given_a_slip_when_its_code_is_typed_then_it_opens_once) {
  const auto slip = slip_for(person);
  const auto code = code_of(slip);
  EXPECT_EQ(code.size(), 14u) << "twelve digits in three groups";
  const auto opened = open(slip.slip, code);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->person, person);
  EXPECT_EQ(opened->home, residents::kTestDistrict);
  EXPECT_FALSE(open(slip.slip, code)) << "used up";
  EXPECT_TRUE(roster.h.rebuild_differences().empty());
}

TEST_F(Ledger, given_wrong_codes_when_typed_too_often_then_the_right_one_opens_nothing) {
  const auto slip = slip_for(person);
  const auto code = code_of(slip);
  for (int i = 0; i < kTries - 1; ++i) EXPECT_FALSE(open(slip.slip, "0000-0000-0000"));
  const auto other = slip_for(person);
  const auto other_code = code_of(other);
  EXPECT_FALSE(open(slip.slip, other_code)) << "a code belongs to its slip";
  EXPECT_FALSE(open(slip.slip, code)) << "the fifth wrong code ended it";
  EXPECT_TRUE(open(other.slip, other_code));
  EXPECT_FALSE(open(SlipId{roster.h.id()}, code)) << "no such slip";
}

TEST_F(Ledger, given_a_slip_when_its_days_are_over_then_it_opens_nothing) {
  const auto slip = slip_for(person);
  const auto code = code_of(slip);
  roster.h.clock.advance(7 * kDayMs);
  EXPECT_FALSE(open(slip.slip, code));
}

TEST_F(Ledger, given_a_slip_when_sent_again_then_no_second_code_is_made) {
  const auto slip = slip_for(person);
  const auto command = roster.h.prepare(slip, testing::region(residents::kGrids[0]));
  const auto first = roster.h.send(roster.worker(), {command}).front();
  ASSERT_EQ(first.status, CommandStatus::applied);
  const auto again = roster.h.send(roster.worker(), {command}).front();
  EXPECT_EQ(again.status, CommandStatus::duplicate);
  EXPECT_FALSE(again.answer) << "a code is told once";
  const auto code = testing::Harness::must(codec::decode<SlipCode>(*first.answer)).slip_code;
  EXPECT_TRUE(open(slip.slip, code)) << "the first code still opens";
}

TEST_F(Ledger, given_a_slip_when_looked_for_then_no_table_and_no_record_holds_its_code) {
  const auto slip = slip_for(person);
  const auto code = code_of(slip);
  roster.h.writer->stop();
  std::string digits;
  for (const char c : code) {
    if (c != '-') digits.push_back(c);
  }
  for (const auto& row : roster.all(journal::kRecord)) {
    EXPECT_THAT(row.body.value_or("") + row.answer.value_or(""), Not(HasSubstr(code)));
    EXPECT_THAT(row.body.value_or("") + row.answer.value_or(""), Not(HasSubstr(digits)));
  }
}

TEST_F(Ledger, given_somebody_elsewhere_when_a_slip_is_made_then_they_are_not_there) {
  const auto outcome = make(slip_for(person), 2);
  EXPECT_EQ(residents::error_of(outcome), "not_found");
}

// security: PR4
TEST_F(Ledger, given_a_child_when_a_slip_is_made_then_only_for_the_guardian) {
  auto child = roster.person(household, "王小明");
  child.birth_date = CivilDate::parse("2012-05-01");
  roster.must_send(child);
  EXPECT_EQ(residents::error_of(make(slip_for(child.id))), "guardian_needed");
  EXPECT_EQ(residents::error_of(make(slip_for(child.id, Holder::proxy))), "guardian_needed");
  EXPECT_EQ(make(slip_for(child.id, Holder::guardian)).status, CommandStatus::applied);
  auto asked = request();
  asked.person = child.id;
  EXPECT_EQ(residents::error_of(roster.send(asked)), "guardian_needed");
}

// security: PR3
TEST_F(Ledger, given_each_kind_of_request_when_asked_then_it_has_a_deadline_and_is_answered_once) {
  for (const auto kind : {RequestKind::correction, RequestKind::copy, RequestKind::objection,
                          RequestKind::deletion}) {
    for (const auto holder : {Holder::self, Holder::guardian, Holder::proxy}) {
      roster.must_send(request(kind, holder));
    }
  }
  const auto asked = request();
  roster.must_send(asked);
  auto list = testing::Harness::must(codec::decode<Requests>(
      roster.ask(roster.officer(), "ledger/requests", "region=990101001001")));
  ASSERT_EQ(list.rows.size(), 13u);
  EXPECT_EQ(list.rows.items[0].days_left, 30);
  EXPECT_EQ(list.rows.items[0].way, RequestWay::paper);
  EXPECT_EQ(list.rows.items[0].words, "手机号不对");
  EXPECT_EQ(list.rows.items[0].name, "王*国");

  const AnswerRequest answer{asked.request, person, Verdict::granted, {"已改好"}};
  EXPECT_EQ(roster.h.send(roster.officer(), answer, testing::region("990101001001")).status,
            CommandStatus::applied);
  EXPECT_EQ(
      residents::error_of(roster.h.send(roster.officer(), answer, testing::region("990101001001"))),
      "request_answered");
  list = testing::Harness::must(codec::decode<Requests>(
      roster.ask(roster.officer(), "ledger/requests", "region=990101001001")));
  EXPECT_EQ(list.rows.items.back().request, asked.request) << "answered ones come last";
  EXPECT_EQ(list.rows.items.back().state, RequestState::granted);
  EXPECT_EQ(list.rows.items.back().reason, "已改好");
  EXPECT_TRUE(roster.h.rebuild_differences().empty());
}

TEST_F(Ledger, given_a_request_when_an_officer_above_lists_it_then_its_words_are_not_shown) {
  roster.must_send(request());
  const auto county = testing::actor(access::Role::county_officer, "990101", 4);
  const auto text = roster.ask(county, "ledger/requests", "region=990101");
  EXPECT_THAT(text, HasSubstr("王*国"));
  EXPECT_THAT(text, Not(HasSubstr("手机号不对")));
  EXPECT_THAT(roster.ask(roster.officer(), "ledger/requests", "region=990101001002"),
              HasSubstr("not_found"));
}

TEST_F(Ledger, given_a_page_of_requests_when_more_are_asked_then_each_comes_once) {
  for (int i = 0; i < 5; ++i) roster.must_send(request());
  const auto list = testing::Harness::must(codec::decode<Requests>(
      roster.ask(roster.officer(), "ledger/requests", "region=990101001001")));
  ASSERT_EQ(list.rows.size(), 5u);
  const auto& second = list.rows.items[1];
  const auto after = "1." + second.due_on.text() + "." + second.request.text();
  const auto rest = testing::Harness::must(codec::decode<Requests>(
      roster.ask(roster.officer(), "ledger/requests", "region=990101001001&after=" + after)));
  ASSERT_EQ(rest.rows.size(), 3u);
  EXPECT_EQ(rest.rows.items[0].request, list.rows.items[2].request);
  EXPECT_EQ(roster.ask(roster.officer(), "ledger/requests", "region=990101001001&after=x"),
            "invalid_fields");
}

// security: LG4
TEST_F(Ledger, given_looks_when_the_resident_comes_then_who_when_why_and_what_are_there_at_once) {
  const auto worker = roster.worker();
  is_somebody(worker, access::Role::grid_worker);
  const auto other = roster.add_person(household, "王小红");
  const auto unmask = [&](const Uuid& subject, const char* field, const char* purpose) {
    return roster.ask(worker, "residents/unmask", "",
                      R"({"subject":")" + subject.text() + R"(","fields":[")" + field +
                          R"("],"purpose":")" + purpose + "\"}");
  };
  ASSERT_THAT(unmask(person.value, "phone", "home_visit"), HasSubstr("values"));
  roster.h.clock.advance(1'000);
  ASSERT_THAT(unmask(household.value, "phone", "care_delivery"), HasSubstr("values"));
  ASSERT_THAT(unmask(other.value, "name", "emergency"), HasSubstr("values"));

  const auto seen = view(person);
  EXPECT_EQ(seen.name, "王*国");
  ASSERT_EQ(seen.looks.size(), 2u) << "the other person's are theirs";
  EXPECT_EQ(seen.looks.items[0].about, LookedAt::household);
  EXPECT_EQ(seen.looks.items[1].about, LookedAt::person);
  EXPECT_EQ(seen.looks.items[1].purpose, vault::Purpose::home_visit);
  EXPECT_EQ(seen.looks.items[1].fields.items, std::vector{vault::Field::phone});
  EXPECT_EQ(seen.looks.items[1].role, access::Role::grid_worker);
  EXPECT_FALSE(seen.has_more);
}

// An export holds everybody of its region; a search with several hits does not say whom.
TEST_F(Ledger, given_an_export_of_the_community_when_the_resident_comes_then_it_is_listed) {
  const auto log = [&](vault::Operation operation, std::string_view region) {
    vault::AccessEntry entry;
    entry.district = residents::kTestDistrict;
    entry.actor = roster.officer().account;
    entry.operation = operation;
    entry.region = testing::region(region);
    entry.count = 40;
    testing::Harness::must(roster.h.writer->run_job(
        [&](store::Rows&, vault::Writer& to) { return to.log(entry, roster.h.clock.now()); },
        {entry.district}));
  };
  log(vault::Operation::export_file, residents::kCommunity);
  log(vault::Operation::export_file, residents::kOtherCommunity);
  log(vault::Operation::exact_search, residents::kCommunity);
  auto seen = view(person);
  ASSERT_EQ(seen.looks.size(), 1u);
  EXPECT_EQ(seen.looks.items[0].about, LookedAt::list);
  EXPECT_EQ(seen.looks.items[0].operation, vault::Operation::export_file);

  is_somebody(roster.officer(), access::Role::audit_administrator);
  seen = view(person);
  EXPECT_EQ(seen.looks.items[0].about, LookedAt::log) << "an auditor takes no roster";
}

// security: PR3
TEST_F(Ledger, given_a_person_when_erased_then_slip_and_requests_end_and_their_words_are_gone) {
  const auto slip = slip_for(person);
  const auto code = code_of(slip);
  const auto mine = request(RequestKind::deletion);
  roster.must_send(mine);
  const AnswerRequest answer{mine.request, person, Verdict::declined, {"还在观察期"}};
  ASSERT_EQ(roster.h.send(roster.officer(), answer, testing::region("990101001001")).status,
            CommandStatus::applied);
  const auto again = request(RequestKind::deletion);
  roster.must_send(again);
  roster.must_send(GiveNotice{person, 1, NoticeWay::shown, Holder::self});
  auto others = request();
  others.person = roster.add_person(household, "王小红");
  roster.must_send(others);

  auto officer = roster.officer();
  officer.is_fresh = true;
  ASSERT_EQ(roster.h
                .send(officer, residents::ErasePerson{person, residents::ErasureReason::asked},
                      testing::region("990101001001"))
                .status,
            CommandStatus::applied);
  EXPECT_TRUE(open(slip.slip, code)) << "the slip is spent on nobody";
  EXPECT_EQ(view_of(person).error().code(), ErrorCode::not_found);
  const auto rows = roster.all(kRequest);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].request, others.request);
  EXPECT_TRUE(roster.all(kNotice).empty());
  for (const auto& value : roster.all(vault::kVaultField)) {
    EXPECT_NE(value.subject, mine.request.value);
    EXPECT_NE(value.subject, again.request.value);
  }
  EXPECT_EQ(residents::error_of(roster.send(request())), "not_found");
  EXPECT_EQ(residents::error_of(make(slip_for(person))), "not_found");
  const auto late = roster.h.send(
      roster.officer(), AnswerRequest{again.request, person, Verdict::granted, {"已删除"}},
      testing::region("990101001001"));
  EXPECT_EQ(residents::error_of(late), "not_found");
  EXPECT_TRUE(roster.h.rebuild_differences().empty());
}

// security: PR1
TEST_F(Ledger, given_a_notice_when_somebody_was_told_then_its_version_is_kept_and_shown_to_them) {
  GiveNotice notice{person, 1, NoticeWay::read_aloud, Holder::self};
  roster.must_send(notice);
  notice.way = NoticeWay::paper;
  roster.must_send(notice);
  const auto seen = view(person);
  ASSERT_EQ(seen.notices.size(), 1u);
  EXPECT_EQ(seen.notices.items[0].version, 1);
  EXPECT_EQ(seen.notices.items[0].way, NoticeWay::read_aloud) << "the first time counts";
  EXPECT_EQ(seen.notices.items[0].given_at, roster.h.clock.now());
  for (const auto version : {0, 2}) {
    notice.version = version;
    EXPECT_EQ(residents::error_of(roster.send(notice)), "invalid_fields") << version;
  }
  auto child = roster.person(household, "王小明");
  child.birth_date = CivilDate::parse("2012-05-01");
  roster.must_send(child);
  notice = {child.id, 1, NoticeWay::shown, Holder::self};
  EXPECT_EQ(residents::error_of(roster.send(notice)), "guardian_needed");
  notice.holder = Holder::guardian;
  roster.must_send(notice);
  EXPECT_EQ(residents::error_of(roster.send(notice, 2)), "not_found") << "of another grid";
  EXPECT_TRUE(roster.h.rebuild_differences().empty());
}

TEST_F(Ledger, given_many_open_requests_when_one_more_is_asked_then_it_waits_for_an_answer) {
  constexpr int kMost = 20;
  const auto first = request();
  roster.must_send(first);
  for (int i = 1; i < kMost; ++i) roster.must_send(request());
  EXPECT_EQ(residents::error_of(roster.send(request())), "requests_many");
  const AnswerRequest answer{first.request, person, Verdict::granted, {"已改好"}};
  ASSERT_EQ(roster.h.send(roster.officer(), answer, testing::region("990101001001")).status,
            CommandStatus::applied);
  roster.must_send(request());
}

TEST_F(Ledger, given_a_slip_that_is_over_when_the_next_is_made_then_it_is_kept_no_longer) {
  code_of(slip_for(person));
  roster.h.clock.advance(7 * kDayMs + 1);
  const auto next = slip_for(person);
  code_of(next);
  const auto rows = roster.all(kSlip);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].slip, next.slip);
}

}  // namespace
}  // namespace wangdi::ledger
