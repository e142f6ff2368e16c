// SPDX-License-Identifier: Apache-2.0
// Queries of the roster: what is masked, what is logged first, who sees what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "modules/residents/tests/fixture.hpp"

namespace wangdi::residents {
namespace {

using access::Role;
using testing::Harness;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kNumber = "999901199003070017";
constexpr const char* kPhone = "13900001234";

CivilDate day(std::string_view text) { return CivilDate::parse(text).value(); }

// One door with a person of whom everything is known, in two key groups.
class Queries : public ::testing::Test {
 protected:
  void SetUp() override {
    auto door = roster.door("402");
    door.phone = Harness::must(Mobile::parse("13900005678"));
    door.note = Text<200>{"敲门轻一点"};
    roster.must_send(door);
    household = door.id;
    auto add = roster.person(household, "欧国测", kNumber);
    add.phone = Harness::must(Mobile::parse(kPhone));
    add.relation = Relation::head;
    roster.must_send(add);
    person = add.id;
    roster.must_send(AddKeyGroup{person,
                                 KeyGroup::living_alone_elder,
                                 {"从外地回来"},
                                 day("2020-02-10"),
                                 day("2020-02-23")});
    roster.must_send(AddKeyGroup{
        person, KeyGroup::chronic_illness, {"按时吃药"}, day("2020-02-01"), day("2020-12-31")});
  }

  std::string household_of(const access::Actor& actor) {
    return roster.ask(actor, "residents/household", "household=" + household.text());
  }
  std::string search(const access::Actor& actor, std::string_view text,
                     std::string_view community = kCommunity, std::string_view after = {}) {
    std::string body =
        "{\"community\":\"" + std::string(community) + "\",\"text\":\"" + std::string(text) + "\"";
    if (!after.empty()) body += ",\"after\":\"" + std::string(after) + "\"";
    return roster.ask(actor, "residents/search", "", body + "}");
  }
  std::string find(const access::Actor& actor, std::string_view member, std::string_view value) {
    return roster.ask(actor, "residents/find", "",
                      "{\"" + std::string(member) + "\":\"" + std::string(value) +
                          "\",\"purpose\":\"medical_followup\"}");
  }
  std::string unmask(const access::Actor& actor, const Uuid& subject, std::string_view fields,
                     std::string_view purpose = "\"purpose\":\"home_visit\"") {
    return roster.ask(actor, "residents/unmask", "",
                      "{\"subject\":\"" + subject.text() + "\",\"fields\":[" + std::string(fields) +
                          "]," + std::string(purpose) + "}");
  }
  access::Actor township() const { return testing::actor(Role::township_officer, "990101001", 7); }

  Roster roster;
  HouseholdId household;
  PersonId person;
};

// security: AZ3
TEST_F(Queries, given_a_household_when_its_worker_looks_then_names_and_numbers_are_masked) {
  const auto sequence = roster.all(kHousehold).front().sequence;
  EXPECT_EQ(
      household_of(roster.worker()),
      "{\"household\":\"" + household.text() + "\",\"grid\":\"" + kGrids[0] +
          "\",\"building\":{\"id\":\"" + building_of(0).text() +
          "\",\"name\":\"1\"},\"unit\":\"1\",\"floor\":4,\"room\":\"402\",\"state\":\"occupied\","
          "\"phone\":\"139****5678\",\"note\":\"敲门轻一点\",\"persons\":[{\"id\":\"" +
          person.text() +
          "\",\"name\":\"欧*测\",\"document_kind\":\"identity_card\","
          "\"document_number\":\"999***********0017\",\"phone\":\"139****1234\",\"sex\":\"male\","
          "\"birth_year\":1990,\"relation\":\"head\",\"key_groups\":["
          "{\"group\":\"living_alone_elder\",\"reason\":\"从外地回来\",\"starts_on\":\"2020-02-"
          "10\","
          "\"ends_on\":\"2020-02-23\"},"
          "{\"group\":\"chronic_illness\",\"reason\":\"按时吃药\",\"starts_on\":\"2020-02-01\","
          "\"ends_on\":\"2020-12-31\"}]}],\"district\":990101,\"sequence\":" +
          std::to_string(sequence) + "}");
}

// security: AZ3
TEST_F(Queries, given_an_officer_above_the_community_when_looking_then_free_text_is_hidden) {
  const auto seen = household_of(township());
  EXPECT_THAT(seen, HasSubstr("\"note\":\"***\""));
  EXPECT_THAT(seen, HasSubstr("\"reason\":\"***\""));
  EXPECT_THAT(seen, Not(HasSubstr("从外地回来")));
}

// security: AZ2
TEST_F(Queries, given_a_household_when_asked_from_elsewhere_then_it_is_not_there) {
  EXPECT_EQ(household_of(roster.worker(1)), "not_found");
  EXPECT_EQ(household_of(testing::actor(Role::county_officer, "990102")), "not_found");
  EXPECT_EQ(household_of(testing::actor(Role::higher_officer, "99")), "not_found");
  EXPECT_EQ(household_of(testing::actor(Role::system_administrator, "990101")), "not_found");
  EXPECT_EQ(roster.ask(roster.worker(), "residents/household", "household=" + roster.h.id().text()),
            "not_found");
}

TEST_F(Queries, given_a_second_entry_of_a_group_then_each_keeps_its_reason) {
  roster.must_send(
      EndKeyGroup{person, KeyGroup::living_alone_elder, day("2020-02-12"), {"改到宾馆"}});
  EXPECT_THAT(household_of(roster.worker()),
              Not(HasSubstr("living_alone_elder")));  // over since 02-13
  roster.must_send(AddKeyGroup{
      person, KeyGroup::living_alone_elder, {"又出去一次"}, day("2020-02-18"), day("2020-03-02")});
  const auto seen = household_of(roster.worker());
  EXPECT_THAT(seen, HasSubstr("\"reason\":\"又出去一次\",\"starts_on\":\"2020-02-18\""));
  EXPECT_THAT(seen, Not(HasSubstr("从外地回来")));
  EXPECT_THAT(unmask(township(), person.value, "\"note\""),
              HasSubstr("独居老人 2020-02-10 从外地回来 / 改到宾馆\\n"));
}

TEST_F(Queries, given_the_last_day_of_an_entry_then_it_is_shown_and_on_the_next_it_is_not) {
  constexpr std::int64_t kDayMs = 86'400'000;
  roster.h.clock.advance(5 * kDayMs);  // 2020-02-23
  EXPECT_THAT(household_of(roster.worker()), HasSubstr("\"group\":\"living_alone_elder\""));
  roster.h.clock.advance(kDayMs);
  EXPECT_THAT(household_of(roster.worker()), Not(HasSubstr("\"group\":\"living_alone_elder\"")));
}

// ---- search ----

TEST_F(Queries, given_each_kind_of_text_when_searched_then_the_person_or_door_is_found_masked) {
  for (const auto* text : {"欧国", "ogc", "0017", "1234"}) {
    EXPECT_EQ(
        search(roster.officer(), text),
        "{\"rows\":[{\"household\":\"" + household.text() + "\",\"person\":\"" + person.text() +
            "\",\"name\":\"欧*测\",\"door\":\"1幢1单元402室\",\"number\":\"999***********0017\","
            "\"phone\":\"139****1234\",\"grid\":\"" +
            kGrids[0] + "\"}]}")
        << text;
  }
  for (const auto* text : {"402", "1-402", "5678"}) {
    EXPECT_EQ(search(roster.officer(), text),
              "{\"rows\":[{\"household\":\"" + household.text() +
                  "\",\"door\":\"1幢1单元402室\",\"phone\":\"139****5678\",\"grid\":\"" +
                  kGrids[0] + "\"}]}")
        << text;
  }
  EXPECT_EQ(search(roster.officer(), "没有这人"), "{\"rows\":[]}");
}

// security: AZ2
TEST_F(Queries, given_a_search_when_asked_then_only_the_own_region_is_looked_at) {
  roster.add_person(roster.add_door("501", 1), "欧测一", "", 1);
  roster.add_person(roster.add_door("501", 2), "欧测二", "", 2);
  EXPECT_THAT(search(roster.officer(), "欧"), HasSubstr(kGrids[1]));
  EXPECT_THAT(search(roster.officer(), "欧"), Not(HasSubstr(kGrids[2])));
  // A worker names the community and sees the own grid.
  EXPECT_THAT(search(roster.worker(0), "欧"), Not(HasSubstr(kGrids[1])));
  EXPECT_THAT(search(roster.worker(1), "欧"), HasSubstr(kGrids[1]));
  EXPECT_EQ(search(roster.worker(0), "欧", kGrids[1]), "not_found");
  EXPECT_EQ(search(roster.officer(), "欧", kOtherCommunity), "not_found");
  EXPECT_THAT(search(township(), "欧", kOtherCommunity), HasSubstr(kGrids[2]));
  EXPECT_EQ(search(township(), "欧", "990101001"), "invalid_fields");  // one community at a time
  EXPECT_EQ(search(testing::actor(Role::higher_officer, "99"), "欧"), "not_found");
}

TEST_F(Queries, given_more_doors_than_a_page_when_paged_then_each_is_there_once) {
  std::vector<bus::PreparedCommand> commands;
  for (int i = 0; i < 119; ++i) {
    commands.push_back(roster.h.prepare(roster.door("4" + std::to_string(1000 + i), i % 2),
                                        testing::region(kGrids[i % 2])));
  }
  roster.h.send(roster.officer(), std::move(commands));
  std::vector<std::string> seen;
  std::string after;
  int pages = 0;
  do {
    const auto page = search(roster.officer(), "4", kCommunity, after);
    constexpr std::string_view kRow = "{\"household\":\"";
    for (auto at = page.find(kRow); at != std::string::npos; at = page.find(kRow, at + 1)) {
      seen.push_back(page.substr(at + kRow.size(), 36));
    }
    constexpr std::string_view kNext = "\"next\":\"";
    const auto next = page.find(kNext);
    after = next == std::string::npos ? "" : page.substr(next + kNext.size(), 36);
    ASSERT_LT(++pages, 10);
  } while (!after.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 120u);
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::unique(seen).size(), 0u);
  EXPECT_EQ(search(roster.officer(), "4", kCommunity, roster.h.id().text()), "not_found");
}

// Doors with persons of whom none is called as anybody searches.
class Crowd {
 public:
  explicit Crowd(Roster& roster) : roster_(roster) {}

  void fill(int doors, int persons) {
    std::vector<HouseholdId> added;
    for (int i = 0; i < doors; ++i) {
      const auto door = roster_.door(std::to_string(1000 + i), i % 2);
      added.push_back(door.id);
      put(door, i % 2);
    }
    for (int i = 0; i < persons; ++i) {
      auto person = roster_.person(added[i % doors], "曾巷测");
      person.document_kind = DocumentKind::passport;
      person.document_number = Text<32>{"E9" + std::to_string(1'000'000 + i)};
      put(person, i % doors % 2);
    }
    flush();
  }

 private:
  template <class Command>
  void put(const Command& command, int grid) {
    commands_.push_back(roster_.h.prepare(command, testing::region(kGrids[grid])));
    constexpr std::size_t kBatch = 500;
    if (commands_.size() >= kBatch) flush();
  }
  void flush() {
    for (const auto& outcome : roster_.h.send(roster_.officer(), std::exchange(commands_, {}))) {
      ASSERT_EQ(outcome.status, bus::CommandStatus::applied) << error_of(outcome);
    }
  }
  Roster& roster_;
  std::vector<bus::PreparedCommand> commands_;
};

// Runs and prints how long it took: the budget is a matter of the bench, not of a busy test run.
template <class Work>
auto timed(const char* what, Work work) {
  const auto begun = std::chrono::steady_clock::now();
  auto result = work();
  const auto spent = std::chrono::steady_clock::now() - begun;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
  std::printf("%s: %lld ms\n", what, static_cast<long long>(ms));
  EXPECT_LT(ms, limits::kQueryMs);
  return result;
}

TEST_F(Queries, given_a_community_of_2150_residents_when_searched_then_one_answer_is_enough) {
  Crowd(roster).fill(860, 2150);
  const auto rows =
      timed("search of 2,150 residents", [&] { return search(roster.officer(), "没有这人"); });
  EXPECT_EQ(rows, "{\"rows\":[]}");
}

TEST_F(Queries, given_more_residents_than_one_answer_reads_when_nobody_fits_then_next_says_so) {
  Crowd(roster).fill(60, 11'000);
  const auto first = timed("search of 10,000 doors and persons",
                           [&] { return search(roster.officer(), "没有这人"); });
  constexpr std::string_view kEmptyWithNext = "{\"rows\":[],\"next\":\"";
  ASSERT_TRUE(first.starts_with(kEmptyWithNext)) << first;
  const auto next = first.substr(kEmptyWithNext.size(), 36);
  EXPECT_EQ(search(roster.officer(), "没有这人", kCommunity, next), "{\"rows\":[]}");
}

// ---- exact search ----

// security: LG1
TEST_F(Queries, given_a_number_when_found_then_who_why_and_whom_is_logged) {
  EXPECT_THAT(find(township(), "number", "99990119900307 0017"), HasSubstr(person.text()));
  EXPECT_THAT(find(township(), "phone", "13900005678"), HasSubstr("1幢1单元402室"));
  EXPECT_EQ(find(township(), "phone", "13900009999"), "{\"rows\":[]}");
  const auto log = roster.all(vault::kAccessLog);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].actor, township().account);
  EXPECT_EQ(log[0].purpose, vault::Purpose::medical_followup);
  EXPECT_EQ(log[0].operation, vault::Operation::exact_search);
  EXPECT_EQ(log[0].region, township().region);
  EXPECT_EQ(log[0].subject, person.value);
  EXPECT_EQ(log[0].fields, vault::Fields{vault::Field::document_number}.bits());
  EXPECT_EQ(log[1].subject, household.value);
  EXPECT_EQ(log[2].subject, Uuid{});
  EXPECT_EQ(log[2].count, 0);
}

TEST_F(Queries, given_a_number_elsewhere_when_found_then_nobody_is_there) {
  EXPECT_EQ(find(roster.worker(1), "number", kNumber), "{\"rows\":[]}");
  EXPECT_EQ(find(testing::actor(Role::county_officer, "990102"), "number", kNumber),
            "{\"rows\":[]}");
  EXPECT_EQ(find(testing::actor(Role::higher_officer, "99"), "number", kNumber), "not_found");
  EXPECT_EQ(roster.ask(township(), "residents/find", "", "{\"purpose\":\"home_visit\"}"),
            "invalid_fields");
}

// security: VA2
TEST_F(Queries, given_a_hundred_exact_searches_when_one_more_is_asked_then_no_data_leave) {
  for (std::int64_t i = 0; i < vault::kExactSearchesPerHour; ++i) {
    ASSERT_THAT(find(roster.officer(), "number", kNumber), HasSubstr(person.text()));
  }
  EXPECT_EQ(find(roster.officer(), "number", kNumber), "quota_used_up");
  EXPECT_THAT(find(roster.worker(), "number", kNumber), HasSubstr(person.text()));
  roster.h.clock.advance(3'600'001);
  EXPECT_THAT(find(roster.officer(), "number", kNumber), HasSubstr(person.text()));
}

// ---- unmasking ----

// security: LG1
TEST_F(Queries, given_a_purpose_when_unmasked_then_the_log_holds_it_and_only_the_fields_leave) {
  EXPECT_EQ(unmask(roster.worker(), person.value, "\"name\",\"document_number\",\"phone\""),
            "{\"values\":{\"name\":\"欧国测\",\"document_number\":\"999901199003070017\","
            "\"phone\":\"13900001234\"}}");
  EXPECT_EQ(unmask(roster.worker(), person.value, "\"birth_date\""),
            "{\"values\":{\"birth_date\":\"1990-03-07\"}}");
  EXPECT_EQ(unmask(roster.worker(), household.value, "\"note\",\"phone\",\"name\""),
            "{\"values\":{\"phone\":\"13900005678\",\"note\":\"敲门轻一点\"}}");
  const auto log = roster.all(vault::kAccessLog);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].actor, roster.worker().account);
  EXPECT_EQ(log[0].operation, vault::Operation::unmask);
  EXPECT_EQ(log[0].purpose, vault::Purpose::home_visit);
  EXPECT_EQ(log[0].subject, person.value);
  EXPECT_EQ(log[0].region, testing::region(kGrids[0]));
  EXPECT_EQ(log[0].fields,
            (vault::Fields{vault::Field::name, vault::Field::document_number, vault::Field::phone}
                 .bits()));
  EXPECT_EQ(log[2].subject, household.value);
}

TEST_F(Queries, given_no_purpose_or_no_field_when_unmasked_then_nothing_is_shown_or_logged) {
  EXPECT_EQ(unmask(roster.worker(), person.value, "\"name\"", "\"purpose\":\"curiosity\""),
            "invalid_fields");
  EXPECT_EQ(roster.ask(roster.worker(), "residents/unmask", "",
                       "{\"subject\":\"" + person.text() + "\",\"fields\":[\"name\"]}"),
            "invalid_fields");
  EXPECT_EQ(unmask(roster.worker(), person.value, ""), "invalid_fields");
  EXPECT_EQ(unmask(roster.worker(), person.value, "\"journey\""), "invalid_fields");
  EXPECT_TRUE(roster.all(vault::kAccessLog).empty());
}

// security: AZ2
TEST_F(Queries, given_somebody_elsewhere_when_unmasked_then_they_are_not_there) {
  EXPECT_EQ(unmask(roster.worker(1), person.value, "\"name\""), "not_found");
  EXPECT_EQ(unmask(roster.worker(), roster.h.id(), "\"name\""), "not_found");
  EXPECT_EQ(unmask(testing::actor(Role::higher_officer, "99"), person.value, "\"name\""),
            "not_found");
  EXPECT_EQ(unmask(testing::actor(Role::system_administrator, "990101"), person.value, "\"name\""),
            "not_found");
  EXPECT_TRUE(roster.all(vault::kAccessLog).empty());
}

}  // namespace
}  // namespace wangdi::residents
