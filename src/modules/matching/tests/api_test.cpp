// SPDX-License-Identifier: Apache-2.0
// A list from its file to who was found, over the real write path.
#include <gtest/gtest.h>

#include "modules/accounts/tables.hpp"
#include "modules/approvals/module.hpp"
#include "modules/approvals/tables.hpp"
#include "modules/matching/list_file.hpp"
#include "modules/matching/module.hpp"
#include "modules/matching/tables.hpp"
#include "modules/residents/tests/fixture.hpp"
#include "vault/access_log.hpp"
#include "vault/reader.hpp"

namespace wangdi::matching {
namespace {

using access::Role;
using bus::CommandStatus;
using residents::error_of;
using testing::Harness;

constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs;
constexpr std::string_view kNumber = "999901199003070017";
const std::string kList =
    "姓名,证件号,手机\n测试甲,999901199003070017,\n测试乙,,13900000002\n"
    "测试丙,999901197001010019,\n,,\n测试丁,undefined,\n测试甲,"
    "９９９９０１１９９００３０７００１７,"
    "\n";

class Matching : public ::testing::Test {
 protected:
  Matching() {
    approvals::register_module(place.h.registry);
    register_module(place.h.registry);
    for (const auto& table : {approvals::kApproval.info(), kMatch.info(), accounts::kHome.info()}) {
      Harness::must(place.h.connection->create(table));
    }
    officer.is_fresh = colleague.is_fresh = true;
    const auto household = place.add_door("402");
    person = place.add_person(household, "王建国", kNumber);
    auto neighbour = place.person(household, "李小红");
    neighbour.phone = Mobile::parse("13900000002").value();
    place.must_send(neighbour);
    with_phone = neighbour.id;
  }

  std::string query_of(std::string_view reason = "航班") {
    return std::string("region=") + residents::kCommunity +
           "&purpose=official_request&reason=" + std::string(reason) + "&file_name=a.csv";
  }
  std::string upload(const access::Actor& by, const std::string& file = kList) {
    return place.ask(by, "matching/upload", query_of(), file);
  }
  approvals::ApprovalId uploaded() {
    return Harness::must(codec::decode<Uploaded>(upload(officer))).match;
  }
  bus::Outcome decide(approvals::ApprovalId match, bool allowed = true) {
    return place.h.send(colleague, approvals::DecideApproval{match, community, allowed}, community);
  }
  bus::Outcome run(approvals::ApprovalId match, const access::Actor& by) {
    return place.h.send(by, RunMatch{match, community}, community);
  }
  std::string state(const access::Actor& by) {
    const auto view = Harness::must(codec::decode<MatchesView>(
        place.ask(by, "matching", std::string("region=") + residents::kCommunity)));
    return view.rows.empty() ? "none"
                             : std::string(codec::choice_of(view.rows.items[0].state)->name);
  }
  std::string result(approvals::ApprovalId match, const access::Actor& by) {
    return place.ask(by, "matching/result",
                     "match=" + match.text() + "&region=" + residents::kCommunity);
  }
  bool is_sealed(const Uuid& subject) {
    auto connection = Harness::must(place.h.engine->open_reader());
    auto reader = Harness::must(place.h.vault->open_reader(*connection));
    return Harness::must(reader->get(residents::kTestDistrict, subject, vault::Field::list))
        .has_value();
  }
  std::vector<vault::AccessLogRow> looks_at(PersonId whom) {
    auto connection = Harness::must(place.h.engine->open_reader());
    return Harness::must(
        vault::access_rows_about(*connection, residents::kTestDistrict, whom.value, 10));
  }
  void forget() {
    Harness::must(place.h.writer->run_act(
        [](bus::CommandContext& context, journal::Journal&) {
          return forget_over(context, residents::kTestDistrict);
        },
        residents::kTestDistrict));
  }

  residents::Roster place;
  const RegionCode community = testing::region(residents::kCommunity);
  access::Actor officer = place.officer(9), colleague = place.officer(10);
  PersonId person, with_phone;
};

// security: FI2
TEST(ListFile, given_rows_of_each_kind_when_read_then_every_one_is_counted) {
  const auto list = Harness::must(read_list(kList, "a.csv", 300));
  EXPECT_EQ(list.counts.read, 5);
  EXPECT_EQ(list.counts.kept, 3);
  EXPECT_EQ(list.counts.refused, 1) << "words are no number";
  EXPECT_EQ(list.counts.repeated, 1) << "full-width digits are the same number";
  EXPECT_EQ(list.counts.read, list.counts.kept + list.counts.refused + list.counts.repeated);
  EXPECT_EQ(read_list(kList, "a.csv", 4).error().code(), ErrorCode::field_too_many);
  EXPECT_EQ(read_list("姓名,房号\n测试甲,402\n", "a.csv", 4).error().code(),
            ErrorCode::header_missing);
  EXPECT_EQ(read_list("证件号,身份证\n1,2\n", "a.csv", 4).error().code(),
            ErrorCode::column_duplicate);
  EXPECT_EQ(read_list("手机\n  \n", "a.csv", 4).error().code(), ErrorCode::file_empty);
}

// security: FI4, LG1
TEST_F(Matching, given_a_list_when_a_second_person_agrees_then_who_is_found_is_logged_first) {
  const auto match = uploaded();
  const auto row = place.all(kMatch).at(0);
  EXPECT_TRUE(is_sealed(row.list.value));
  EXPECT_EQ(state(officer), "waits");
  EXPECT_EQ(error_of(run(match, officer)), "second_person_needed");
  EXPECT_EQ(
      error_of(place.h.send(officer, approvals::DecideApproval{match, community, true}, community)),
      "second_person_needed")
      << "not by oneself";
  EXPECT_EQ(decide(match).status, CommandStatus::applied);
  EXPECT_EQ(error_of(run(match, colleague)), "not_found") << "the permission is the asker's";
  auto stale = officer;
  stale.is_fresh = false;
  EXPECT_EQ(error_of(run(match, stale)), "fresh_proof_required");
  EXPECT_TRUE(looks_at(person).empty());
  EXPECT_EQ(run(match, officer).status, CommandStatus::applied);
  EXPECT_FALSE(is_sealed(row.list.value)) << "the list is destroyed when it is done";
  ASSERT_EQ(looks_at(person).size(), 1u);
  EXPECT_EQ(looks_at(person)[0].operation, vault::Operation::list_match);
  EXPECT_EQ(looks_at(person)[0].actor, officer.account);
  EXPECT_EQ(looks_at(with_phone).size(), 1u);
  const auto found = Harness::must(codec::decode<ResultView>(result(match, officer)));
  ASSERT_EQ(found.rows.size(), 2u);
  EXPECT_EQ(found.rows.items[0].row, 2);
  EXPECT_EQ(found.rows.items[0].name, "王*国");
  EXPECT_EQ(found.rows.items[1].row, 3);
  EXPECT_EQ(result(match, colleague), "not_found");
  EXPECT_EQ(state(officer), "done");
  EXPECT_EQ(state(colleague), "none");
  EXPECT_EQ(error_of(run(match, officer)), "already_decided") << "once";
  EXPECT_TRUE(place.h.rebuild_differences().empty());
}

TEST_F(Matching, given_people_elsewhere_when_matched_then_nobody_outside_the_region_is_found) {
  const auto elsewhere = testing::region(residents::kGrids[0]).at(RegionLevel::grid);
  const auto other_grid = testing::region(residents::kGrids[1]);
  ASSERT_NE(elsewhere, other_grid);
  auto by = testing::actor(Role::community_officer, residents::kCommunity, 9);
  by.is_fresh = true;
  AskMatch ask{approvals::ApprovalId{place.h.id()},
               ListId{place.h.id()},
               other_grid,
               vault::Purpose::official_request,
               {"航班"},
               {}};
  ask.rows.items.push_back({2, Text<30, 1>{std::string(kNumber)}, std::nullopt});
  EXPECT_EQ(place.h.send(by, ask, community).status, CommandStatus::applied);
  EXPECT_EQ(
      place.h.send(colleague, approvals::DecideApproval{ask.match, other_grid, true}, community)
          .status,
      CommandStatus::applied);
  EXPECT_EQ(place.h.send(by, RunMatch{ask.match, other_grid}, community).status,
            CommandStatus::applied);
  EXPECT_EQ(place.all(kMatch).at(0).found, 0);
  EXPECT_TRUE(looks_at(person).empty());
}

TEST_F(Matching, given_no_agreement_or_its_end_when_run_then_nothing_is_matched) {
  const auto refused = uploaded();
  EXPECT_EQ(decide(refused, false).status, CommandStatus::applied);
  EXPECT_EQ(error_of(run(refused, officer)), "second_person_needed");
  EXPECT_EQ(state(officer), "refused");
  place.h.clock.advance(kHourMs);
  const auto late = uploaded();
  EXPECT_EQ(decide(late).status, CommandStatus::applied);
  EXPECT_EQ(state(officer), "allowed");
  place.h.clock.advance(24 * kHourMs);
  EXPECT_EQ(state(officer), "over");
  EXPECT_EQ(error_of(run(late, officer)), "second_person_needed");
}

TEST_F(Matching, given_the_rows_of_a_day_when_used_up_then_no_list_is_taken_until_they_are_past) {
  std::string list = "证件号\n";
  for (int i = 0; i < 250; ++i) list += "99" + std::to_string(1'000'000 + i) + "\n";
  for (int i = 0; i < 4; ++i) EXPECT_NE(upload(officer, list).find("match"), std::string::npos);
  EXPECT_EQ(upload(officer, list), "match_quota_used");
  EXPECT_NE(upload(colleague, list).find("match"), std::string::npos) << "each has their own";
  place.h.clock.advance(kDayMs);
  EXPECT_NE(upload(officer, list).find("match"), std::string::npos);
  for (int i = 0; i < 51; ++i) list += "98" + std::to_string(1'000'000 + i) + "\n";
  EXPECT_EQ(upload(officer, list), "field_too_many") << "301 rows";
}

// security: VA6
TEST_F(Matching, given_thirty_days_when_over_then_list_and_result_are_destroyed) {
  const auto done = uploaded();
  decide(done);
  EXPECT_EQ(run(done, officer).status, CommandStatus::applied);
  const auto waiting = uploaded();
  const auto rows = place.all(kMatch);
  place.h.clock.advance(30 * kDayMs - 1);
  forget();
  EXPECT_EQ(place.all(kMatch).size(), 2u);
  place.h.clock.advance(1);
  forget();
  EXPECT_TRUE(place.all(kMatch).empty());
  EXPECT_FALSE(is_sealed(done.value));
  for (const auto& row : rows) EXPECT_FALSE(is_sealed(row.list.value));
  EXPECT_EQ(error_of(run(waiting, officer)), "not_found");
  EXPECT_TRUE(place.h.rebuild_differences().empty());
}

TEST_F(Matching, given_no_right_when_uploaded_then_nothing_is_kept) {
  auto worker = place.worker();
  worker.is_fresh = true;
  EXPECT_EQ(upload(worker), "not_found");
  auto neighbour = testing::actor(Role::community_officer, "320508005013", 3);
  neighbour.is_fresh = true;
  EXPECT_EQ(upload(neighbour), "not_found");
  EXPECT_EQ(upload(officer, "nothing"), "header_missing");
  EXPECT_TRUE(place.all(kMatch).empty());
}

}  // namespace
}  // namespace wangdi::matching
