// SPDX-License-Identifier: Apache-2.0
// What only PostgreSQL can do: lose its sessions, be too careless, be another's. Needs the server
// that WANGDI_TEST_POSTGRES names, but for addresses.
#include "store/postgres.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "store/tests/postgres_fixture.hpp"
#include "tests/support/trips.hpp"

namespace wangdi::store {
namespace {

class Keys final : public RowSource {
 public:
  explicit Keys(std::vector<std::pair<District, std::int64_t>> all) : all_(std::move(all)) {}
  std::size_t size() const override { return all_.size(); }
  void bind(std::size_t row, Binder& to) const override {
    to.integer(0, all_[row].first.number);
    to.integer(1, all_[row].second);
  }

 private:
  std::vector<std::pair<District, std::int64_t>> all_;
};

TEST(PostgresUrlTest, an_address_with_a_password_or_that_is_none_is_refused) {
  EXPECT_FALSE(problem_of_postgres_url("postgres://wangdi@db.example/wangdi"));
  EXPECT_FALSE(problem_of_postgres_url("postgresql:///wangdi?host=/run/postgresql&user=wangdi"));
  EXPECT_FALSE(problem_of_postgres_url("postgres:///?service=wangdi"));
  for (const auto* url :
       {"postgres://wangdi:secret@db.example/wangdi", "postgres:///wangdi?password=secret",
        "postgres://a:@b/c?password=x", "postgres:///wangdi?sslpassword=secret"}) {
    EXPECT_EQ(problem_of_postgres_url(url), UrlProblem::holds_a_password) << url;
    EXPECT_FALSE(open_postgres({.url = url}));
  }
  for (const auto* url : {"", "wangdi.db", "host=db password=secret", "mysql://db/wangdi",
                          "postgres://db/wangdi?no_such_key=1", "postgres://[::1/wangdi"}) {
    EXPECT_EQ(problem_of_postgres_url(url), UrlProblem::not_an_address) << url;
  }
}

// Hands bytes on between a client and the server, until it is told to swallow the answer to a
// COMMIT and to end the session.
class Proxy {
 public:
  explicit Proxy(const std::filesystem::path& folder) : folder_(folder) {
    const auto path = (folder / ".s.PGSQL.5432").string();
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = address_of(path);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    thread_ = std::thread([this] { accept_all(); });
  }
  ~Proxy() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  // `reaches`: whether the server still gets the commit.
  void cut_next_commit(bool reaches) {
    reaches_ = reaches;
    cut_ = true;
  }
  std::string url(const std::string& schema) const {
    return "postgres:///postgres?user=postgres&host=" + folder_.string() +
           "&options=-csearch_path%3D" + schema;
  }

 private:
  static sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
  }
  static int connect_to_server() {
    const auto url = testing::postgres_of_tests();
    const auto from = url.find("host=") + 5;
    const auto path = url.substr(from, url.find('&', from) - from) + "/.s.PGSQL.5432";
    const auto address = address_of(path);
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return server;
  }
  void accept_all() {
    std::vector<std::thread> sessions;
    while (!stopping_) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) break;
      sessions.emplace_back([this, client] {
        const int server = connect_to_server();
        carry(client, server);
        ::close(client);
        ::close(server);
      });
    }
    for (auto& session : sessions) session.join();
  }
  void carry(int client, int server) {
    std::array<char, 65536> bytes;
    for (;;) {
      std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (::poll(ends.data(), ends.size(), 100) < 0) return;
      if (stopping_) return;
      for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i].revents == 0) continue;
        const auto count = ::read(ends[i].fd, bytes.data(), bytes.size());
        if (count <= 0) return;
        const std::string_view got(bytes.data(), static_cast<std::size_t>(count));
        const bool cut =
            i == 0 && got.find("COMMIT") != std::string_view::npos && cut_.exchange(false);
        if (cut && !reaches_) return;
        if (::write(ends[1 - i].fd, bytes.data(), got.size()) != count) return;
        if (!cut) continue;
        // The server has answered when it has committed; the client never hears of it.
        [[maybe_unused]] const auto answer = ::read(server, bytes.data(), bytes.size());
        return;
      }
    }
  }

  std::filesystem::path folder_;
  int listener_ = -1;
  std::thread thread_;
  std::atomic<bool> stopping_{false}, cut_{false}, reaches_{false};
};

TEST_F(PostgresTest, a_second_server_is_refused_until_the_first_has_gone) {
  const auto other = open_postgres({.url = testing::postgres_url_of(file())}).value();
  const auto refused = other->open_writer();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::folder_in_use);
  EXPECT_TRUE(other->open_reader());
  writer_.reset();
  EXPECT_TRUE(other->open_writer());
}

TEST_F(PostgresTest, a_reader_cannot_write_and_says_so) {
  const auto reader = engine_->open_reader().value();
  const auto written = insert(*reader, 1);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::read_only);
}

TEST_F(PostgresTest, a_session_lost_in_a_batch_fails_it_and_the_next_one_connects_again) {
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(insert(*writer_, 1));
  end_sessions_of(*writer_);
  const auto failed = insert(*writer_, 2);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::storage_failed);
  EXPECT_FALSE(writer_->commit());
  writer_->rollback();
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(insert(*writer_, 2));
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(count(*writer_), 1);
  EXPECT_FALSE(open_postgres({.url = testing::postgres_url_of(file())}).value()->open_writer())
      << "the lock is held again";
}

TEST_F(PostgresTest, a_session_lost_between_batches_is_not_noticed) {
  const auto reader = engine_->open_reader().value();
  end_sessions_of(*writer_);
  end_sessions_of(*reader);
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(insert(*writer_, 1));
  ASSERT_TRUE(writer_->commit());
  ASSERT_TRUE(reader->begin());
  EXPECT_EQ(count(*reader), 1);
  ASSERT_TRUE(reader->commit());
}

TEST_F(PostgresTest, a_batch_in_which_a_statement_failed_is_not_said_to_be_committed) {
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(insert(*writer_, 1));
  const auto twice = insert(*writer_, 1);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().cause().find("(a)"), std::string::npos) << "an error holds no values";
  const auto committed = writer_->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(count(*writer_), 0);
}

// F14: the commit's answer is lost. What the server decided counts.
TEST_F(PostgresTest, given_a_commit_without_an_answer_then_the_outcome_is_asked_for) {
  writer_.reset();
  for (const bool reaches : {true, false}) {
    SCOPED_TRACE(reaches);
    Proxy proxy(folder_.path());
    {
      const auto engine = open_postgres({.url = proxy.url(testing::schema_of(file()))}).value();
      const auto writer = engine->open_writer().value();
      const auto before = count(*writer);
      ASSERT_TRUE(writer->begin());
      ASSERT_TRUE(insert(*writer, reaches ? 1 : 2));
      proxy.cut_next_commit(reaches);
      EXPECT_EQ(writer->commit().has_value(), reaches);
      EXPECT_EQ(count(*writer), before + (reaches ? 1 : 0));
    }
    std::filesystem::remove(folder_.path() / ".s.PGSQL.5432");
  }
}

TEST_F(PostgresTest, a_server_that_does_not_come_back_is_given_up_after_a_while) {
  writer_.reset();
  std::unique_ptr<Engine> engine;  // outlives its connections
  std::unique_ptr<Connection> writer;
  {
    Proxy proxy(folder_.path());
    engine =
        open_postgres({.url = proxy.url(testing::schema_of(file())), .reconnect_ms = 200}).value();
    writer = engine->open_writer().value();
    ASSERT_TRUE(writer->begin());
    ASSERT_TRUE(insert(*writer, 1));
  }
  std::filesystem::remove(folder_.path() / ".s.PGSQL.5432");
  EXPECT_FALSE(writer->commit());
  EXPECT_FALSE(writer->begin());
}

TEST_F(PostgresTest, given_a_table_that_grows_under_a_session_then_its_plan_follows) {
  // Five executions are what PostgreSQL otherwise makes a plan for ever after.
  for (int i = 0; i < 10; ++i) EXPECT_EQ(count(*writer_), 0);
  static constexpr Statement kPlans{
      "plans",
      "SELECT SUM(generic_plans), SUM(custom_plans) FROM pg_prepared_statements WHERE $1 = $1"};
  ASSERT_TRUE(writer_->query(kPlans, bind_all(std::int64_t{1}), [](const RowReader& row) {
    EXPECT_EQ(row.integer(0), 0);
    EXPECT_GE(row.integer(1), 10);
    return true;
  }));
}

TEST_F(PostgresTest, rows_are_found_once_by_many_values_of_each_district) {
  constexpr District kOther{110101};
  ASSERT_TRUE(insert(*writer_, 1));
  ASSERT_TRUE(insert(*writer_, 2));
  ASSERT_TRUE(run(*writer_, kInsert, kOther, std::int64_t{2}, std::string("b")));
  const Keys wanted({{kOther, 1}, {kOther, 2}, {kOther, 2}, {kDistrict, 2}, {kDistrict, 9}});
  std::vector<std::pair<std::int64_t, std::string>> found;
  ASSERT_TRUE(remote().by_values(kNote.info(), 1, wanted, [&](const RowReader& row) {
    found.emplace_back(row.integer(0), row.text(2));
    return true;
  }));
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::pair<std::int64_t, std::string>>{{kOther.number, "b"},
                                                                      {kDistrict.number, "a"}}));
}

struct PartRow {
  District district;
  std::int64_t number = 0;
  std::string part;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PartRow, (), (district, number, part, count))
constexpr Table<PartRow, 3> kPart{"part_under_test"};

TEST_F(PostgresTest, given_rows_that_were_wanted_then_finding_and_listing_them_asks_no_more) {
  constexpr District kOther{110101};
  ASSERT_TRUE(writer_->create(kPart.info()));
  {
    Rows rows(*writer_, Start::kStored);
    rows.put(kNote, {kDistrict, 1, "a"});
    for (const char* part : {"x", "y", "z"}) rows.put(kPart, {kDistrict, 1, part, 5});
    rows.put(kPart, {kOther, 1, "x", 7});
    ASSERT_TRUE(rows.flush());
  }
  Rows rows(*writer_, Start::kStored);
  testing::Trips trips(*writer_);
  const auto want_all = [&] {
    EXPECT_EQ(rows.want(kNote, {kDistrict, 2}), nullptr);
    rows.want(kPart, {kOther, 1, "x"});
    rows.want(kPart, {kDistrict, 1, "w"});
    rows.want_list(kPart, kOther, std::int64_t{2});
    return std::pair(rows.want(kNote, {kDistrict, 1}),
                     rows.want_list(kPart, kDistrict, std::int64_t{1}));
  };
  EXPECT_EQ(want_all().first, nullptr);
  want_all();
  trips.since();
  EXPECT_TRUE(rows.fetch(remote()).value());
  EXPECT_EQ(trips.since(), testing::keeps_districts_apart() ? 5 : 3)
      << "one statement a table and kind, on a cluster for each district of it";
  const auto [note, parts] = want_all();
  ASSERT_NE(note, nullptr);
  EXPECT_EQ(note->text, "a");
  ASSERT_NE(parts, nullptr);
  EXPECT_EQ(parts->size(), 3u);
  EXPECT_FALSE(rows.fetch(remote()).value()) << "all is known";
  EXPECT_NE(rows.find(kNote, {kDistrict, 1}), nullptr);
  EXPECT_EQ(rows.find(kNote, {kDistrict, 2}), nullptr);
  ASSERT_NE(rows.find(kPart, {kOther, 1, "x"}), nullptr);
  EXPECT_EQ(rows.find(kPart, {kOther, 1, "x"})->count, 7);
  EXPECT_EQ(rows.find(kPart, {kDistrict, 1, "w"}), nullptr);
  EXPECT_TRUE(rows.list(kPart, kOther, std::int64_t{2}).empty());

  // What the batch changes counts, before and after it went to the database.
  rows.put(kPart, {kDistrict, 1, "a", 1});
  rows.erase(kPart, {kOther, 1, "x"});
  EXPECT_EQ(rows.list(kPart, kDistrict, std::int64_t{1}).size(), 4u);
  EXPECT_EQ(trips.since(), 0);
  ASSERT_TRUE(rows.flush());
  std::string found;
  for (const auto& row : rows.list(kPart, kDistrict, std::int64_t{1})) found += row.part;
  EXPECT_EQ(found, "axyz");
  EXPECT_EQ(rows.find(kPart, {kOther, 1, "x"}), nullptr);
}

TEST_F(PostgresTest,
       given_writes_that_are_gathered_then_what_follows_sees_them_and_a_failed_one_fails_it) {
  ASSERT_TRUE(writer_->begin());
  remote().gather_writes();
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kInsert, Many(3)));
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(5)));
  EXPECT_EQ(count(*writer_), 5);
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(6)));
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(count(*writer_), 6);

  // The second is wrong, the third never reaches the table, and none of it is committed.
  ASSERT_TRUE(writer_->begin());
  remote().gather_writes();
  ASSERT_TRUE(
      writer_->bulk(kNote.info(), BulkMode::kErase, Keys({{kDistrict, 0}, {kDistrict, 1}})));
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kInsert, Many(3)));
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(9)));
  const auto committed = writer_->commit();
  ASSERT_FALSE(committed);
  EXPECT_NE(committed.error().cause().find("23505"), std::string::npos)
      << committed.error().cause();
  writer_->rollback();
  EXPECT_EQ(count(*writer_), 6);

  // What was rolled back is not sent by the next transaction.
  ASSERT_TRUE(writer_->begin());
  remote().gather_writes();
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(9)));
  writer_->rollback();
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(count(*writer_), 6);
}

TEST_F(PostgresTest, a_session_lost_before_gathered_writes_are_sent_fails_the_batch) {
  ASSERT_TRUE(writer_->begin());
  remote().gather_writes();
  ASSERT_TRUE(insert(*writer_, 1));
  end_sessions_of(*writer_);
  ASSERT_TRUE(writer_->bulk(kNote.info(), BulkMode::kPut, Many(5)));
  EXPECT_FALSE(writer_->commit());
  writer_->rollback();
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(insert(*writer_, 2));
  ASSERT_TRUE(writer_->commit());
  EXPECT_EQ(count(*writer_), 1);
}

// Who comes second waits, and then sees what the first committed.
TEST_F(PostgresTest, a_locked_row_is_another_writers_only_after_the_commit) {
  ASSERT_TRUE(insert(*writer_, 1));
  auto options = testing::postgres_options_of(file());
  options.is_only_writer = false;
  const auto other_engine = open_postgres(options).value();
  const auto other = other_engine->open_writer().value();
  const auto read_locked = [](Connection& connection) {
    std::string text;
    EXPECT_TRUE(dynamic_cast<RemoteConnection&>(connection)
                    .lock(kNote.info(), Keys({{kDistrict, 1}}), [&](const RowReader& row) {
                      text = row.text(2);
                      return false;
                    }));
    return text;
  };
  ASSERT_TRUE(writer_->begin());
  EXPECT_EQ(read_locked(*writer_), "a");
  std::string seen;
  std::thread second([&] {
    EXPECT_TRUE(other->begin());
    seen = read_locked(*other);
    EXPECT_TRUE(other->commit());
  });
  while (testing::operate_postgres(
             "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE"
             " '%note_under_test%FOR UPDATE'") == "0") {
    std::this_thread::yield();
  }
  static constexpr Statement kChange{
      "change", "UPDATE note_under_test SET text = $1 WHERE district = $2 AND number = $3"};
  EXPECT_TRUE(run(*writer_, kChange, std::string("z"), kDistrict, std::int64_t{1}));
  EXPECT_TRUE(writer_->commit());
  second.join();
  EXPECT_EQ(seen, "z");
}

// A schema stands in for the extension Citus, which Debian does not have.
TEST_F(PostgresTest, given_a_cluster_then_each_table_is_handed_to_it_once) {
  writer_.reset();
  const auto schema = testing::schema_of(file());
  testing::operate_postgres(
      "SET search_path = " + schema +
      "; CREATE TABLE pg_dist_partition (logicalrelid regclass, how text);"
      "CREATE FUNCTION create_distributed_table(name regclass, by text) RETURNS void LANGUAGE sql"
      " AS 'INSERT INTO " +
      schema +
      ".pg_dist_partition VALUES (name, by)';"
      "CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql"
      " AS 'INSERT INTO " +
      schema + ".pg_dist_partition VALUES (name, ''everywhere'')'");
  auto options = testing::postgres_options_of(file());
  options.everywhere = {"copied_under_test"};
  const auto engine = open_postgres(options).value();
  constexpr Table<NoteRow, 2> kCopied{"copied_under_test"};
  const auto writer = engine->open_writer().value();
  for (int start = 0; start < 2; ++start) {
    for (const auto& table : {kNote.info(), kCopied.info()}) ASSERT_TRUE(writer->create(table));
  }
  EXPECT_EQ(
      testing::operate_postgres("SET search_path = " + schema +
                                "; SELECT string_agg(logicalrelid || ' ' || how, ', ' ORDER BY"
                                " logicalrelid::text) FROM pg_dist_partition"),
      "copied_under_test everywhere, note_under_test district");
  ASSERT_TRUE(insert(*writer, 1));
  struct Gone final : RowSource {
    std::size_t size() const override { return 2; }
    void bind(std::size_t row, Binder& to) const override {
      to.integer(0, kDistrict.number);
      to.integer(1, static_cast<std::int64_t>(row));
    }
  };
  ASSERT_TRUE(writer->bulk(kNote.info(), BulkMode::kErase, Gone()));
  EXPECT_EQ(count(*writer), 0);
}

// The careless settings are the operator's; a database can carry them.
TEST_F(PostgresTest, a_server_that_would_lose_commits_is_made_careful_or_refused) {
  const auto schema = testing::schema_of(file());
  writer_.reset();
  const auto url = testing::postgres_of_tests() + "&options=-csearch_path%3D" + schema +
                   "%20-csynchronous_commit%3Doff";
  const auto engine = open_postgres({.url = url}).value();
  const auto writer = engine->open_writer();
  ASSERT_TRUE(writer);
  static constexpr Statement kSetting{"setting",
                                      "SELECT current_setting('synchronous_commit') WHERE $1 = $1"};
  ASSERT_TRUE((*writer)->query(kSetting, bind_all(std::int64_t{1}), [](const RowReader& row) {
    EXPECT_EQ(row.text(0), "on");
    return true;
  }));
  const auto lost = open_postgres({.url = testing::postgres_of_tests() +
                                          "&options=-csearch_path%3Dno_such_schema"})
                        .value();
  EXPECT_FALSE(lost->open_writer());
  EXPECT_FALSE(lost->open_reader());
}

}  // namespace
}  // namespace wangdi::store
