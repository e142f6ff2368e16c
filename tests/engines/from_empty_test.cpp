// SPDX-License-Identifier: Apache-2.0
// A session that begins with empty tables: plans made for them must not stay when they have grown.
// What a stale plan does is read a table from end to end for each command, so that is counted, not
// time. Needs the server that WANGDI_TEST_POSTGRES names.
#include <gtest/gtest.h>

#include "modules/screening/tests/place.hpp"

namespace wangdi {
namespace {

using screening::Place;
using testing::operate_postgres;

constexpr int kBatches = 60, kBatch = 40;
constexpr int kHomes = 200;
// A table of a few pages, as that of the homes, is rightly read through; one that has grown is read
// by its indexes. With plans of the first minute a command reads four times as much.
constexpr std::int64_t kReadPerCommand = 2 * kHomes;

std::int64_t number(const std::string& sql) { return std::stoll(operate_postgres(sql)); }

TEST(FromEmpty, given_tables_that_were_empty_then_the_session_that_filled_them_uses_indexes) {
  if (testing::engine_of_tests() == testing::TestEngine::sqlite) {
    GTEST_SKIP() << "SQLite is given fixed statistics";
  }
  Place place(testing::engine_of_tests(), 1);
  const auto schema = testing::schema_of(place.h.folder() / "wangdi.db");
  std::vector<bus::PreparedCommand> commands;
  std::vector<HouseholdId> homes;
  for (int i = 0; i < kHomes; ++i) homes.push_back(place.household(i % 2, 1 + i / 100, i % 100));
  place.round(place.community);
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int i = 0; i < kBatch; ++i) {
      const auto& home = homes[static_cast<std::size_t>(batch * kBatch + i) % homes.size()];
      commands.push_back(place.h.prepare(place.visit_form(home, screening::VisitOutcome::all_well),
                                         place.community));
    }
    for (const auto& outcome : place.h.send(place.officer, std::exchange(commands, {}))) {
      Place::expect_applied(outcome);
    }
    // As PostgreSQL's own collecting does in the first minute, when there is hardly anything yet.
    if (batch == 0) operate_postgres("ANALYZE");
  }
  // What a session did is counted for all when it has ended.
  place.h.writer->stop();
  place.h.writer.reset();
  place.h.vault_writer.reset();
  place.h.connection.reset();
  const std::string sessions =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangdi'";
  while (number(sessions) > 0) std::this_thread::yield();
  const auto written = number("SELECT count(*) FROM " + schema + ".journal");
  EXPECT_GE(written, kBatches * kBatch);
  const auto read = [&](const std::string& what) {
    return number("SELECT coalesce(sum(" + what +
                  "), 0)::bigint FROM pg_stat_user_tables"
                  " WHERE schemaname = '" +
                  schema + "'");
  };
  EXPECT_GT(read("idx_scan"), kBatches * kBatch) << "nothing was counted";
  EXPECT_LT(read("seq_tup_read"), kReadPerCommand * kBatches * kBatch);
  RecordProperty("seq_tup_read", std::to_string(read("seq_tup_read")));
}

}  // namespace
}  // namespace wangdi
