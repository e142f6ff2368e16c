// SPDX-License-Identifier: Apache-2.0
// Rosters through the real writer: trial, possible duplicates, applying, a second run, lost rights,
// rows counted to the last one, jobs beside the server's work.
#include <latch>

#include "modules/residents/tests/roster_fixture.hpp"

namespace wangdi::residents {
namespace {

using bus::CommandStatus;

// A household of two, one alone, an empty dwelling, and two rows that are wrong.
std::string sample() {
  std::string bytes(kHeaderLine);
  bytes +=
      "1幢,1,3,301,有人住,甲某,居民身份证,999901199003070017,13800000001,,,户主,,,,\n"
      "1幢,1,3,301,,乙某,居民身份证,999901196203140020,,,,父母,独居老人,走访,2020-02-01,2020-12-"
      "31\n"
      "1幢,1,4,402,,丙某,没有证件,,,,1988-01-02,户主,,,,\n"
      "2幢,1,1,101,空置,,,,,,,,,,,\n"
      "1幢,1,3,302,,丁某,居民身份证,999901199003070018,,,,户主,,,,\n"
      "9幢,1,3,302,,戊某,没有证件,,138,,,户主,,,,\n";
  return bytes;
}

TEST_F(Importing, given_a_roster_when_tried_then_every_row_is_counted_and_nothing_is_written) {
  const auto trial = must_try(sample());
  EXPECT_EQ(counts(trial), "4(0)+2+0=6");
  ASSERT_EQ(trial.errors.size(), 3u);  // one row has two
  const auto& error = trial.errors.items[0];
  EXPECT_EQ(error.row, 6);
  EXPECT_EQ(error.name, "丁*");
  EXPECT_EQ(error.number, "999***********0018");
  EXPECT_EQ(error.door, "1幢1单元302室");
  EXPECT_EQ(error.field, "证件号");
  EXPECT_EQ(error.why, "身份证号末位对不上，按前 17 位应是 7");
  EXPECT_EQ(error.advice, "请对着证件逐位核对");
  EXPECT_EQ(trial.errors.items[1].field, "楼幢");
  EXPECT_EQ(trial.errors.items[1].written, "9幢");
  EXPECT_TRUE(trial.errors.items[1].door.starts_with("9幢")) << trial.errors.items[1].door;
  EXPECT_EQ(trial.errors.items[2].field, "手机");
  EXPECT_EQ(households(), 0u);
  EXPECT_NE(codec::encode(ImportDuplicate{1, "a", "b", "c"}).find("\"new\":\"c\""),
            std::string::npos);
}

TEST_F(Importing, given_an_applied_roster_when_applied_again_then_nothing_is_added) {
  EXPECT_EQ(counts(apply(sample())), "done 4+0+2=6");
  EXPECT_EQ(households(), 3u);
  EXPECT_EQ(persons(), 3u);
  EXPECT_EQ(roster.all(kKeyMember).size(), 1u);
  const auto sequence = roster.all(kHousehold).front().sequence;
  EXPECT_EQ(counts(apply(sample())), "done 0+4+2=6");
  EXPECT_EQ(households(), 3u);
  EXPECT_EQ(persons(), 3u);
  EXPECT_EQ(roster.all(kHousehold).front().sequence, sequence);
  EXPECT_EQ(counts(must_try(sample())), "0(0)+2+4=6");
  EXPECT_TRUE(h().rebuild_differences().empty());
}

// Keeps what would be sent.
class Recording final : public bus::CommandSender {
 public:
  Result<std::vector<bus::Outcome>> send(const access::Actor&,
                                         std::vector<bus::PreparedCommand> sent) override {
    if (failure) return Error(*failure);
    std::vector<bus::Outcome> outcomes(sent.size());
    for (auto& outcome : outcomes) outcome.status = CommandStatus::applied;
    largest = std::max(largest, sent.size());
    for (auto& command : sent) commands.push_back(std::move(command));
    return outcomes;
  }
  std::vector<bus::PreparedCommand> commands;
  std::size_t largest = 0;
  std::optional<ErrorCode> failure;
};

TEST_F(Importing, given_one_file_when_made_twice_into_commands_then_the_journal_knows_them) {
  const auto bytes = sample();
  Recording first, second, other;
  const auto record = [&](Recording& sender, std::string_view file) {
    testing::Harness::must(apply_roster(
        request(file), sources(), {sender, h().clock, roster_digest(file), nullptr, nullptr}));
  };
  record(first, bytes);
  record(second, bytes);
  record(other, bytes + "2幢,1,1,102,空置,,,,,,,,,,,\n");
  ASSERT_EQ(first.commands.size(), 7u);  // 3 households, 3 persons, 1 key group
  for (std::size_t i = 0; i < first.commands.size(); ++i) {
    EXPECT_EQ(first.commands[i].id, second.commands[i].id);
    EXPECT_EQ(first.commands[i].body, second.commands[i].body);
    EXPECT_NE(first.commands[i].id, other.commands[i].id);
    EXPECT_EQ(first.commands[i].id.value.version(), 8);
  }
  for (const auto& outcome : h().send(importer, first.commands)) {
    EXPECT_EQ(outcome.status, CommandStatus::applied) << error_of(outcome);
  }
  for (const auto& outcome : h().send(importer, second.commands)) {
    EXPECT_EQ(outcome.status, CommandStatus::duplicate) << error_of(outcome);
  }
}

TEST_F(Importing, given_an_import_that_broke_off_when_applied_again_then_only_the_rest_is_added) {
  Recording all;
  const auto bytes = sample();
  testing::Harness::must(apply_roster(request(bytes), sources(),
                                      {all, h().clock, roster_digest(bytes), nullptr, nullptr}));
  all.commands.resize(3);  // the first household and its two persons, without the key group
  h().send(importer, all.commands);
  EXPECT_EQ(counts(apply(bytes)), "done 3+1+2=6");
  EXPECT_EQ(households(), 3u);
  EXPECT_EQ(persons(), 3u);
  EXPECT_EQ(roster.all(kKeyMember).size(), 1u);
}

class Duplicates : public Importing {
 protected:
  Duplicates() {
    apply(file({
        "1幢,1,3,301,,甲某,,999901199003070017,13800000001,,,户主,,,,",
        "1幢,1,3,301,,乙某,无,,,,1962-03-14,父母,,,,",
    }));
  }
  // Kind and person there of the one possible duplicate; the counts when there is none.
  std::string duplicate(std::string_view line) {
    const auto trial = must_try(file({line}));
    if (trial.duplicates.empty()) return counts(trial);
    return trial.duplicates.items[0].kind + ": " + trial.duplicates.items[0].existing;
  }
};

TEST_F(Duplicates, given_somebody_who_is_there_when_tried_then_it_is_said_what_is_the_same) {
  EXPECT_EQ(duplicate("1幢,1,3,301,,甲某,,999901199003070017,13800000001,,,户主"),
            "证件号一样: 甲*，1幢1单元301室，999***********0017");
  EXPECT_EQ(duplicate("1幢,1,3,301,,丙某,,999901199003070017,,,,户主"),
            "证件号一样，姓名不同: 甲*，1幢1单元301室，999***********0017");
  EXPECT_EQ(duplicate("1幢,1,4,401,,甲某,,999901199003070017,,,,户主"),
            "证件号一样，门牌不同: 甲*，1幢1单元301室，999***********0017");
  EXPECT_EQ(duplicate("1幢,1,3,301,,乙某,无,,,,,"), "同一户，姓名一样: 乙*，1幢1单元301室");
  EXPECT_EQ(duplicate("1幢,1,3,301,,丁某,无,,13800000001,,,子女"),
            "同一户，电话一样: 甲*，1幢1单元301室，999***********0017");
  EXPECT_EQ(duplicate("1幢,1,4,401,,乙某,无,,,,1962-03-14,户主"),
            "姓名和出生日期一样，门牌不同: 乙*，1幢1单元301室");
  EXPECT_EQ(duplicate("1幢,1,3,301,空置,,,,,,,"), "门牌一样: 1幢1单元301室");
}

TEST_F(Duplicates, given_two_people_who_share_something_when_tried_then_both_count) {
  // One phone for a child whose day of birth tells them apart; two documents; another day of birth.
  EXPECT_EQ(duplicate("1幢,1,3,301,,丁某,无,,13800000001,,2015-01-02,子女"), "1(0)+0+0=1");
  EXPECT_EQ(duplicate("1幢,1,3,301,,甲某,,999901196203140020,13800000001,,,父母"), "1(0)+0+0=1");
  EXPECT_EQ(duplicate("1幢,1,3,301,,乙某,无,,,,1990-01-02,子女"), "1(0)+0+0=1");
  EXPECT_EQ(duplicate("1幢,1,4,401,,乙某,,999901196203140020,,,,户主"),
            "姓名和出生日期一样，门牌不同: 乙*，1幢1单元301室");
}

TEST_F(Duplicates, given_a_new_phone_or_group_when_applied_then_only_that_is_added) {
  const auto bytes = file({
      "1幢,1,3,301,,甲某,,999901199003070017,13800000002,,,户主",
      "1幢,1,3,301,,乙某,无,,,,1962-03-14,父母,独居老人,走访,2020-02-01,2020-12-31",
  });
  EXPECT_EQ(counts(must_try(bytes)), "2(2)+0+0=2");
  EXPECT_EQ(counts(apply(bytes)), "done 2+0+0=2");
  EXPECT_EQ(persons(), 2u);
  EXPECT_EQ(roster.all(kKeyMember).size(), 1u);
  const auto found = testing::Harness::must(
      reading.vault->find_exact(kTestDistrict, vault::Field::phone, "13800000002"));
  EXPECT_EQ(found.size(), 1u);
  EXPECT_EQ(counts(apply(bytes)), "done 0+2+0=2");
  EXPECT_TRUE(h().rebuild_differences().empty());
}

TEST_F(Duplicates, given_a_document_in_another_community_when_tried_then_nobody_is_named_outside) {
  roster.add_person(roster.add_door("401", 2), "己某", "999901196203140020", 2);
  const auto* line = "1幢,1,4,401,,己某,,999901196203140020,,,,户主";
  EXPECT_EQ(duplicate(line), "证件号一样，在别的社区: 本区县的另一个社区");
}

TEST_F(Importing, given_one_person_twice_in_a_file_when_tried_then_the_second_is_left_out) {
  const auto trial = must_try(file({
      "1幢,1,3,301,,甲某,,999901199003070017,,,,户主",
      "1幢,1,3,301,,甲某,,999901199003070017,,,,户主",
      "1幢,1,4,401,,甲某,,999901199003070017,,,,户主",
      "1幢,1,4,402,空置,,,,,,,",
      "1幢,1,4,402,空置,,,,,,,",
  }));
  EXPECT_EQ(counts(trial), "2(0)+0+3=5");
  ASSERT_EQ(trial.duplicates.size(), 3u);
  EXPECT_EQ(trial.duplicates.items[0].kind, "表里写了两次");
  EXPECT_EQ(trial.duplicates.items[0].existing,
            "甲*，1幢1单元301室（本表第 2 行），999***********0017");
  EXPECT_EQ(trial.duplicates.items[1].kind, "证件号一样，门牌不同");
  EXPECT_EQ(trial.duplicates.items[2].kind, "门牌一样");
}

TEST_F(Importing, given_more_people_than_a_household_holds_when_tried_then_the_rest_is_refused) {
  std::string bytes(kHeaderLine);
  for (int i = 0; i <= limits::kPersonsPerHousehold; ++i) {
    bytes += "1幢,1,3,301,,甲某" + std::to_string(i) + ",无,,,,,,,,,\n";
  }
  const auto trial = must_try(bytes);
  EXPECT_EQ(counts(trial), "200(0)+1+0=201");
  EXPECT_EQ(trial.errors.items[0].field, "室号");
}

// security: FI2
TEST_F(Importing, given_65537_rows_when_tried_then_each_is_counted) {
  constexpr std::int64_t kRows = 65'537;
  std::string bytes(kHeaderLine);
  for (std::int64_t i = 0; i < kRows; ++i) bytes += "1幢,1,3," + std::to_string(i) + ",空置,\n";
  const auto trial = must_try(bytes);
  EXPECT_EQ(trial.rows, kRows);
  EXPECT_EQ(trial.importable + trial.errors_total + trial.duplicates_total, kRows);
  EXPECT_EQ(trial.importable, kRows);
}

// security: FI2
TEST_F(Importing, given_more_rows_than_an_import_takes_when_tried_then_all_are_refused) {
  std::string bytes(kHeaderLine);
  for (std::uint32_t i = 0; i < kRosterRows; ++i) bytes += "9幢,\n";
  const auto trial = try_file(bytes);
  ASSERT_FALSE(trial);
  EXPECT_EQ(trial.error().code(), ErrorCode::file_too_large);
}

TEST_F(Importing, given_many_errors_when_tried_then_the_sheet_has_all_and_the_answer_the_first) {
  std::string bytes(kHeaderLine);
  constexpr std::size_t kRows = 300;
  for (std::size_t i = 0; i < kRows; ++i) bytes += "9幢,1,3,301,,=1+1,无,,138,,,,,,,\n";
  bytes += "1幢,1,3,301,空置,,,,,,,,,,,\n1幢,1,3,301,空置,,,,,,,,,,,\n";
  const auto trial = must_try(bytes);
  EXPECT_EQ(counts(trial), "1(0)+300+1=302");
  EXPECT_EQ(trial.errors.size(), kRosterFindings);
  const auto sheet = testing::Harness::must(roster_errors_file(request(bytes), sources()));
  const auto rows = cells_of(sheet);
  ASSERT_EQ(rows.size(), 1 + 2 * kRows + 1);
  EXPECT_EQ(rows[1].at(2), "=**1");  // a text, masked
  EXPECT_EQ(rows.back().at(4), "门牌一样");
}

TEST_F(Importing, given_another_file_than_was_tried_when_applied_then_nothing_is_written) {
  const auto bytes = sample();
  const auto state =
      apply_roster(request(bytes), sources(),
                   {*h().writer, h().clock, roster_digest(bytes + "\n"), nullptr, nullptr});
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code(), ErrorCode::import_changed);
  EXPECT_EQ(households(), 0u);
}

TEST_F(Importing, given_rights_taken_away_when_applied_then_every_row_is_refused) {
  h().rights.taken_away = true;
  EXPECT_EQ(counts(apply(sample())), "done 0+0+6=6");
  EXPECT_EQ(households(), 0u);
  h().rights.had_before = true;  // then commands are held for review, and the import ends
  const auto state = apply(sample());
  EXPECT_EQ(state.state, ImportPhase::failed);
  EXPECT_EQ(state.applied, 0);
  EXPECT_EQ(households(), 0u);
}

TEST_F(Importing, given_each_role_when_trying_then_only_the_communitys_officer_may) {
  using access::Role;
  const auto code = [&](Role role, std::string_view region) -> std::string {
    importer = testing::actor(role, region);
    const auto trial = try_file(sample());
    return trial ? "ok" : std::string(error_entry(trial.error().code()).name);
  };
  EXPECT_EQ(code(Role::grid_worker, kGrids[0]), "not_found");
  EXPECT_EQ(code(Role::community_officer, kCommunity), "ok");
  EXPECT_EQ(code(Role::community_officer, kOtherCommunity), "not_found");
  EXPECT_EQ(code(Role::township_officer, "990101001"), "not_found");
  EXPECT_EQ(code(Role::county_officer, "990101"), "not_found");
  EXPECT_EQ(code(Role::higher_officer, "9901"), "not_found");
  EXPECT_EQ(code(Role::system_administrator, ""), "not_found");
  const auto county = testing::actor(Role::county_officer, "990101");
  EXPECT_TRUE(check_community(county, testing::region(kCommunity), kExporters));
  EXPECT_FALSE(check_community(county, testing::region("990101001"), kExporters));
}

TEST_F(Importing, given_a_large_roster_when_applied_then_it_goes_in_chunks_with_progress) {
  std::string bytes(kHeaderLine);
  for (int i = 0; i < 500; ++i) bytes += "1幢,1,3," + std::to_string(i) + ",空置,\n";
  Recording sender;
  std::vector<std::int64_t> seen;
  const auto progress = [&](const ImportState& state) {
    EXPECT_EQ(state.total, 500);
    seen.push_back(state.done);
    return state.done < 400;
  };
  const auto state = testing::Harness::must(apply_roster(
      request(bytes), sources(), {sender, h().clock, roster_digest(bytes), progress, nullptr}));
  EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 200, 400}));
  EXPECT_EQ(sender.largest, limits::kCommandsPerBatch);
  EXPECT_EQ(counts(state), "failed 400+0+0=500");  // the caller ended it there
  sender.failure = ErrorCode::storage_full;
  const auto failed = testing::Harness::must(apply_roster(
      request(bytes), sources(), {sender, h().clock, roster_digest(bytes), nullptr, nullptr}));
  EXPECT_EQ(counts(failed), "failed 0+0+0=500");
  EXPECT_EQ(failed.why, "磁盘满了，暂时不能保存");
}

// ---- jobs ----

// Stops the import inside its first chunk until the test lets it go on.
class Gate final : public bus::CommandSender {
 public:
  explicit Gate(bus::CommandSender& to) : to_(to) {}
  Result<std::vector<bus::Outcome>> send(const access::Actor& actor,
                                         std::vector<bus::PreparedCommand> commands) override {
    if (first_) reached.count_down();
    first_ = false;
    open.wait();
    return to_.send(actor, std::move(commands));
  }
  std::latch reached{1}, open{1};

 private:
  bus::CommandSender& to_;
  bool first_ = true;
};

class Jobs : public Importing {
 protected:
  ~Jobs() override { imports.stop(); }
  ImportJobs::Submission submission(std::string bytes, std::string_view community = kCommunity) {
    const auto digest = roster_digest(bytes);
    return {importer, testing::region(community), std::move(bytes), "r.csv",
            digest,   Language::kChinese};
  }
  std::string code(const Result<Uuid>& job) {
    return job ? "ok" : std::string(error_entry(job.error().code()).name);
  }
  // The state as the route gives it.
  std::string state(const Uuid& job, const access::Actor& actor) {
    for (const auto& type : h().registry.queries()) {
      if (type.path != "residents/import" || type.method != bus::QueryMethod::get) continue;
      bus::QueryContext context{*reading.connection,
                                *reading.vault,
                                *h().parameters,
                                actor,
                                *h().writer,
                                0,
                                {},
                                {},
                                "zh"};
      const auto query = "job=" + job.text();
      const auto answer = type.run({query, {}, {}}, context);
      return answer ? answer->bytes : std::string(error_entry(answer.error().code()).name);
    }
    return "no route";
  }
};

TEST_F(Jobs, given_an_import_under_way_when_another_is_sent_then_one_a_community) {
  h().send(importer, {});
  EXPECT_EQ(code(imports.submit(submission(sample()), 1)), "shutting_down");  // not started yet
  Gate gate(*h().writer);
  imports.start({reader(), gate, h().clock, ZoneOffset{}});
  auto changed = submission(sample());
  changed.digest[0] ^= 1;
  EXPECT_EQ(code(imports.submit(std::move(changed), 1)), "import_changed");
  const auto job = testing::Harness::must(imports.submit(submission(sample()), 1));
  gate.reached.wait();
  EXPECT_EQ(code(imports.submit(submission(sample()), 1)), "import_running");
  EXPECT_EQ(state(job, importer),
            R"({"state":"running","done":0,"total":6,"applied":0,"duplicates":0,"refused":0})");
  EXPECT_EQ(state(job, testing::actor(access::Role::community_officer, kOtherCommunity)),
            "not_found");
  EXPECT_EQ(state(job, roster.worker()), "not_found");
  EXPECT_EQ(state(h().id(), importer), "not_found");
  // As many as may wait, in other communities; one more is too many.
  for (std::size_t i = 0; i < kImportsWaiting; ++i) {
    EXPECT_EQ(code(imports.submit(submission(sample(), "99010100101" + std::to_string(i)), 1)),
              "ok");
  }
  EXPECT_EQ(code(imports.submit(submission(sample(), kOtherCommunity), 1)), "queue_full");
  gate.open.count_down();
  imports.stop();
  const auto known = imports.find(job);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->state.applied + known->state.duplicates + known->state.refused,
            known->state.done);
}

TEST_F(Jobs, given_the_routes_when_a_file_is_tried_and_applied_then_it_is_there_at_the_end) {
  h().send(importer, {});
  Gate gate(*h().writer);
  gate.open.count_down();
  imports.start({reader(), gate, h().clock, ZoneOffset{}});
  const auto route = std::string("community=") + kCommunity + "&file_name=a.csv&mode=";
  const auto trial = h().query(importer, "residents/import", route + "try", sample());
  ASSERT_TRUE(trial);
  EXPECT_NE(trial->bytes.find("\"importable\":4"), std::string::npos) << trial->bytes;
  EXPECT_EQ(roster.ask(importer, "residents/import", route + "apply", sample()), "invalid_fields");
  const auto digest = codec::encode(roster_digest(sample()));
  const auto with_digest = route + "apply&digest=" + digest.substr(1, digest.size() - 2);
  const auto started = h().query(importer, "residents/import", with_digest, sample());
  ASSERT_TRUE(started);
  EXPECT_EQ(started->status, 202);
  EXPECT_EQ(roster.ask(importer, "residents/import", with_digest, sample() + "\n"),
            "import_changed");
  EXPECT_EQ(roster.ask(roster.worker(), "residents/import", route + "try", sample()), "not_found");
  gate.reached.wait();
  const auto errors =
      h().query(importer, "residents/import/errors",
                std::string("community=") + kCommunity + "&file_name=a.csv", sample());
  ASSERT_TRUE(errors);
  EXPECT_EQ(errors->file_name, "名册要改的地方.xlsx");
}

}  // namespace
}  // namespace wangdi::residents
