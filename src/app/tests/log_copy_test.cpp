// SPDX-License-Identifier: Apache-2.0
// The copy of the access log: every row once whatever happens to the server or to the copy's
// storage, no personal value, and a log that does not fit its copy is told.
#include "app/log_copy.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "app/tests/made_installation.hpp"
#include "codec/json.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::int64_t kDayMs = 86'400'000;

class SetClock final : public Clock {
 public:
  UnixMs now() const override { return now_; }
  std::int64_t monotonic_ms() const override { return now_; }
  void advance(std::int64_t ms) { now_ += ms; }

 private:
  UnixMs now_ = 1'582'011'600'000;  // 2020-02-18 15:40 in China
};

struct SeenLine {
  std::string stream;
  std::int64_t sequence = 0;
};

class LogCopyTest : public InstallationTest {
 protected:
  LogCopyTest() : InstallationTest("log_copy") {
    fs::create_directories(path("copy"));
    runtime = made();
  }

  void look(int times = 1) {
    for (int i = 0; i < times; ++i) {
      vault::AccessEntry entry;
      entry.district = District{320508};
      entry.actor.value.bytes[15] = 7;
      entry.region = *RegionCode::parse("320508019044001");
      entry.subject.bytes[15] = 9;
      entry.fields = {vault::Field::name, vault::Field::phone};
      ASSERT_TRUE(runtime->writer().run_job(
          [&](store::Rows&, vault::Writer& to) { return to.log(entry, clock.now()); },
          {entry.district}));
    }
  }
  std::unique_ptr<LogCopy> opened() {
    auto reader = runtime->reader();
    EXPECT_TRUE(reader);
    return std::make_unique<LogCopy>(path("copy"), runtime->folder(), std::move(reader->connection),
                                     clock, ZoneOffset{});
  }
  std::string file(const std::string& name) const { return path("copy") + "/" + name; }
  std::vector<std::string> lines(const std::string& name = "2020-02-18.ndjson") const {
    std::ifstream from(file(name));
    std::vector<std::string> all;
    for (std::string line; std::getline(from, line);) all.push_back(line);
    return all;
  }
  // Sequences of the access log in the order of the copy.
  std::vector<std::int64_t> copied() const {
    std::vector<std::int64_t> sequences;
    for (const auto& line : lines()) {
      const auto at = line.find(R"("sequence":)");
      if (line.find(R"("stream":"access")") == std::string::npos) continue;
      sequences.push_back(std::stoll(line.substr(at + 11)));
    }
    return sequences;
  }
  void tamper(const store::Statement& statement) {
    ASSERT_TRUE(runtime->writer().run_job([&](store::Rows&, vault::Writer&) -> Status {
      WD_TRY([[maybe_unused]] auto changed, store::run(runtime->connection(), statement));
      return ok();
    }));
  }
  static ErrorCode code_of(const Status& status) {
    return status ? ErrorCode{} : status.error().code();
  }

  SetClock clock;
  std::unique_ptr<Runtime> runtime;
};

// security: LG3
TEST_F(LogCopyTest, given_looks_when_copied_then_each_stands_there_once_without_a_name) {
  const auto copy = opened();
  look(3);
  ASSERT_TRUE(copy->copy());
  EXPECT_EQ(copied(), (std::vector<std::int64_t>{1, 2, 3}));
  look(2);
  ASSERT_TRUE(copy->copy());
  ASSERT_TRUE(copy->copy());
  EXPECT_EQ(copied(), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  const auto line = lines()[1];
  EXPECT_THAT(line, HasSubstr(R"("purpose":"home_visit")"));
  EXPECT_THAT(line, HasSubstr(R"("fields":["name","phone"])"));
  EXPECT_EQ(copy->age_seconds(), 0);
  clock.advance(5'000);
  EXPECT_EQ(copy->age_seconds(), 5);
}

// security: LG3
TEST_F(LogCopyTest, given_a_pass_that_died_when_begun_again_then_nothing_is_lost_or_doubled) {
  look(2);
  ASSERT_TRUE(opened()->copy());
  const auto position = file("position.json");
  std::stringstream before;
  before << std::ifstream(position).rdbuf();
  look(2);
  ASSERT_TRUE(opened()->copy());
  // As after a kill between the lines and their position, with half a line behind them.
  std::ofstream(position) << before.str();
  std::ofstream(file("2020-02-18.ndjson"), std::ios::app) << R"({"stream":"acc)";
  look(1);
  ASSERT_TRUE(opened()->copy());
  EXPECT_EQ(copied(), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

// security: LG3
TEST_F(LogCopyTest, given_storage_that_is_away_when_it_comes_back_then_the_copy_goes_on) {
  const auto copy = opened();
  look(1);
  ASSERT_TRUE(copy->copy());
  fs::rename(path("copy"), path("elsewhere"));
  look(1);
  EXPECT_EQ(code_of(copy->copy()), ErrorCode::log_copy_away);
  fs::create_directories(path("copy"));  // the empty place where it was mounted
  EXPECT_EQ(code_of(copy->copy()), ErrorCode::log_copy_away);
  EXPECT_TRUE(fs::is_empty(path("copy"))) << "nothing is written into the wrong place";
  EXPECT_EQ(copy->passes_failed(), 2u);
  fs::remove(path("copy"));
  fs::rename(path("elsewhere"), path("copy"));
  ASSERT_TRUE(copy->copy());
  EXPECT_EQ(copied(), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(LogCopyTest, given_an_operators_word_when_the_place_is_new_then_the_copy_begins_anew) {
  look(2);
  ASSERT_TRUE(opened()->copy());
  fs::remove_all(path("copy"));
  fs::create_directories(path("copy"));
  ASSERT_EQ(code_of(opened()->copy()), ErrorCode::log_copy_away);
  std::ofstream(file("begin")).close();
  ASSERT_TRUE(opened()->copy());
  EXPECT_EQ(copied(), (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(fs::exists(file("begin")));
}

// security: LG2, LG3
TEST_F(LogCopyTest, given_a_log_cut_off_or_changed_behind_the_copy_when_compared_then_it_is_told) {
  const store::Statement cases[] = {
      {"cut", "DELETE FROM access_log WHERE sequence = 3"},
      {"changed", "UPDATE access_log SET hash = zeroblob(32) WHERE sequence = 3"},
  };
  look(3);
  const auto copy = opened();
  ASSERT_TRUE(copy->copy());
  for (const auto& statement : cases) {
    tamper(statement);
    const auto compared = copy->copy();
    ASSERT_EQ(code_of(compared), ErrorCode::log_copy_differs) << statement.name;
    EXPECT_THAT(compared.error().details().front().value, HasSubstr("320508/3"));
    EXPECT_TRUE(copy->differs());
    EXPECT_EQ(copied().size(), 3u) << "what was copied stays";
  }
}

TEST_F(LogCopyTest, given_files_of_several_days_when_one_is_missing_or_changed_then_it_is_named) {
  const auto copy = opened();
  for (int day = 0; day < 3; ++day) {
    look(1);
    ASSERT_TRUE(copy->copy());
    clock.advance(kDayMs);
  }
  const CopyFiles files(path("copy"));
  const auto whole = [&](std::string_view since) {
    const auto position = files.position();
    EXPECT_TRUE(position && *position);
    return *files.damage(**position, *CivilDate::parse(since));
  };
  EXPECT_EQ(whole("2020-02-01"), "");
  EXPECT_THAT(lines("2020-02-19.ndjson")[0], HasSubstr(R"("previous":"2020-02-18.ndjson")"));
  std::ofstream(file("2020-02-19.ndjson"), std::ios::app) << "x";
  EXPECT_EQ(whole("2020-02-01"), "2020-02-19.ndjson");
  EXPECT_EQ(whole("2020-02-20"), "") << "older than has to be kept";
  fs::remove(file("2020-02-19.ndjson"));
  EXPECT_EQ(whole("2020-02-01"), "2020-02-19.ndjson");
}

}  // namespace
}  // namespace wangdi::app
