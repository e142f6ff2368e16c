// SPDX-License-Identifier: Apache-2.0
// Accounts through the bus, with real rights and a gatekeeper.
#include <gtest/gtest.h>

#include <thread>

#include "access/credentials.hpp"
#include "modules/accounts/tables.hpp"
#include "modules/accounts/tests/fixture.hpp"

namespace wangdi::accounts::testing {
namespace {

using bus::CommandStatus;

constexpr std::string_view kGrid = "320508001001001";
constexpr std::string_view kOtherGrid = "320508001002001";

TEST(Accounts, an_opened_account_enters_with_its_first_secret) {
  Town town;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto opened = Town::must(town.log_in("Worker.One", town.secret));
  EXPECT_TRUE(opened.session.must_set_password);
  EXPECT_EQ(opened.session.actor.account, worker.account);
  EXPECT_EQ(opened.session.actor.role, Role::grid_worker);
  EXPECT_EQ(opened.session.actor.region, region(kGrid));
}

TEST(Accounts, a_name_or_id_is_taken_once_and_stays_taken) {
  Town town;
  const auto first = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto system = access::system_actor();
  EXPECT_EQ(
      Town::error_of(town.open(system, town.new_id(), "worker.one", Role::grid_worker, kOtherGrid)),
      "account_exists");
  EXPECT_EQ(Town::error_of(
                town.open(system, first.account, "worker.two", Role::county_officer, "320571")),
            "account_exists");
  EXPECT_EQ(Town::error_of(
                town.open(system, access::kSystemAccount, "worker.two", Role::grid_worker, kGrid)),
            "account_exists");
  const auto closed =
      town.harness.send(system, CloseAccount{first.account, {"离职"}}, first.region);
  EXPECT_EQ(closed.status, CommandStatus::applied);
  EXPECT_EQ(
      Town::error_of(town.open(system, town.new_id(), "worker.one", Role::grid_worker, kGrid)),
      "account_exists");
}

TEST(Accounts, a_repeated_command_gives_no_secret_and_changes_nothing) {
  Town town;
  auto& h = town.harness;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto system = access::system_actor();
  const auto security = access::system_actor(Role::security_administrator);
  const auto reset = h.prepare(ResetAccount{worker.account}, worker.region);
  const auto first = h.send(security, std::vector{reset}).front();
  ASSERT_TRUE(first.answer);
  const auto secret = Town::must(codec::decode<FirstSecret>(*first.answer)).first_secret;
  const auto again = h.send(security, std::vector{reset}).front();
  EXPECT_EQ(again.status, CommandStatus::duplicate);
  EXPECT_FALSE(again.answer);
  Town::must(town.log_in("worker.one", secret));

  // The id of another command, used for closing: refused, and the account is as before.
  auto reused = h.prepare(CloseAccount{worker.account, {"离职"}}, worker.region);
  reused.id = reset.id;
  EXPECT_EQ(Town::error_of(h.send(system, std::vector{reused}).front()), "command_id_reused");
  EXPECT_EQ(town.gate->sessions(), 1u);
  // And for opening: the name stays free.
  auto opening =
      h.prepare(town.opening(town.new_id(), "worker.two", Role::grid_worker, kGrid), worker.region);
  opening.id = reset.id;
  EXPECT_EQ(Town::error_of(h.send(system, std::vector{opening}).front()), "command_id_reused");
  town.opened("worker.two", Role::grid_worker, kGrid);
}

// security: SE3
TEST(Accounts, closing_moving_and_resetting_end_sessions_after_the_commit) {
  Town town;
  auto& h = town.harness;
  const auto officer = town.opened("officer", Role::county_officer, "320508");
  struct Case {
    std::string name;
    std::function<bus::Outcome(const Actor&)> act;
    std::string_view region_after;
  };
  const Case cases[] = {
      {"worker.closed",
       [&](const Actor& who) {
         return h.send(officer, CloseAccount{who.account, {"离职"}}, who.region);
       },
       kGrid},
      {"worker.moved",
       [&](const Actor& who) {
         return h.send(officer, MoveAccount{who.account, Role::grid_worker, region(kOtherGrid)},
                       who.region);
       },
       kOtherGrid},
      {"worker.reset",
       [&](const Actor& who) { return h.send(officer, ResetAccount{who.account}, who.region); },
       kGrid}};
  for (const auto& [name, act, region_after] : cases) {
    const auto worker = town.opened(name, Role::grid_worker, kGrid);
    const auto opened = Town::must(town.log_in(name, town.secret));
    ASSERT_TRUE(town.gate->find(opened.token)) << name;
    EXPECT_EQ(Town::error_of(act(worker)), "applied") << name;
    EXPECT_FALSE(town.gate->find(opened.token)) << name;
    Town::must(h.writer->run_job([&](store::Rows& rows, vault::Writer&) {
      EXPECT_TRUE(rows.list(access::kSession, access::kNation, worker.account).empty()) << name;
      return ok();
    }));
    const auto later = town.log_in(name, town.secret);
    EXPECT_NE(Town::error_of(later), "ok") << name;
  }
  EXPECT_TRUE(h.rebuild_differences().empty());
}

// security: SE3
TEST(Accounts, a_batch_that_was_undone_ends_no_session) {
  Town town;
  auto& h = town.harness;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto opened = Town::must(town.log_in("worker.one", town.secret));
  // As after an undone batch: noted, but no record stands.
  Town::must(h.writer->run_job([&](store::Rows& rows, vault::Writer&) {
    town.ended.expect(worker.region.district(), worker.account,
                      rows.find(kAccount, {worker.region.district(), worker.account})->sequence);
    return ok();
  }));
  town.opened("worker.two", Role::grid_worker, kGrid);  // the next commit
  EXPECT_TRUE(town.gate->find(opened.token));
}

// security: SE3
TEST(Accounts, who_logs_in_while_the_account_is_closed_does_not_stay) {
  Town town;
  auto& h = town.harness;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  // The writer is kept busy until log-in and closing wait together; so they share a batch, or,
  // where batches are of districts, come one right after the other.
  std::promise<void> begun, go;
  Town::must(h.writer->submit_job(
      [&begun, wait = go.get_future().share()](store::Rows&, vault::Writer&) {
        begun.set_value();
        wait.wait();
        return ok();
      },
      [](const Status&) {}));
  begun.get_future().wait();
  std::promise<Result<access::Opened>> promise;
  auto login = promise.get_future();
  town.gate->log_in({"worker.one", town.secret, "", "192.0.2.1", ""},
                    [&](Result<access::Opened> result) { promise.set_value(std::move(result)); });
  while (h.writer->waiting() < 1) std::this_thread::yield();
  const auto batches = h.writer->counters().batches.load();
  // Asked as the closing is answered: taking the log-in back is a batch of its own, later.
  std::promise<std::uint64_t> closed;
  Town::must(h.writer->submit(access::system_actor(),
                              {h.prepare(CloseAccount{worker.account, {"离职"}}, worker.region)},
                              [&](const std::vector<bus::Outcome>& outcomes) {
                                EXPECT_EQ(Town::error_of(outcomes.front()), "applied");
                                closed.set_value(h.writer->counters().batches.load());
                              }));
  go.set_value();
  const bool is_one_batch =
      wangdi::testing::engine_of_tests() == wangdi::testing::TestEngine::sqlite;
  EXPECT_EQ(closed.get_future().get() - batches, is_one_batch ? 1u : 2u);
  EXPECT_EQ(Town::error_of(login.get()), is_one_batch ? "login_failed" : "ok");
  EXPECT_EQ(town.gate->sessions(), 0u);
}

// security: AZ4
TEST(Accounts, rights_are_those_of_the_write_transaction) {
  Town town;
  auto& h = town.harness;
  const auto system = access::system_actor();
  const auto officer = town.opened("officer", Role::county_officer, "320508");
  const auto start = h.clock.now();
  h.clock.advance(1'000);
  // Moved to a community: what the old session still claims counts no more.
  ASSERT_EQ(h.send(access::system_actor(Role::security_administrator),
                   MoveAccount{officer.account, Role::community_officer, region("320508001001")},
                   region("320508"))
                .status,
            CommandStatus::applied);
  h.clock.advance(1'000);
  EXPECT_EQ(Town::error_of(
                town.open(officer, town.new_id(), "new.one", Role::township_officer, "320508001")),
            "not_found");
  EXPECT_EQ(Town::error_of(town.open(officer, town.new_id(), "new.one", Role::community_officer,
                                     "320508001001")),
            "role_not_yours_to_give");
  EXPECT_EQ(Town::error_of(town.open(officer, town.new_id(), "new.one", Role::grid_worker, kGrid)),
            "applied");
  // What was done while the right was there is held for review.
  auto offline =
      h.prepare(town.opening(town.new_id(), "new.two", Role::township_officer, "320508001"),
                region("320508001"));
  offline.occurred_at = start + 500;
  EXPECT_EQ(h.send(officer, std::vector{offline}).front().status, CommandStatus::held);
  auto before =
      h.prepare(town.opening(town.new_id(), "new.three", Role::township_officer, "320508001"),
                region("320508001"));
  before.occurred_at = start - 1;
  EXPECT_EQ(Town::error_of(h.send(officer, std::vector{before}).front()), "not_found");
  // Closed: nothing more, and what was before waits.
  ASSERT_EQ(h.send(system, CloseAccount{officer.account, {"离职"}}, region("320508001001")).status,
            CommandStatus::applied);
  EXPECT_EQ(Town::error_of(town.open(officer, town.new_id(), "new.four", Role::grid_worker, kGrid)),
            "not_found");
  EXPECT_TRUE(h.rebuild_differences().empty());
}

TEST(Accounts, changes_that_are_refused) {
  Town town;
  auto& h = town.harness;
  const auto system = access::system_actor();
  const auto admin = town.opened("admin.one", Role::system_administrator, "");
  const auto security = town.opened("security.one", Role::security_administrator, "");
  const auto officer = town.opened("officer", Role::county_officer, "320508");
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto moved = [&](const Actor& by, AccountId id, Role role, std::string_view to,
                         const RegionCode& from) {
    return Town::error_of(h.send(by, MoveAccount{id, role, region(to)}, from));
  };
  const auto closed = [&](const Actor& by, AccountId id, const RegionCode& at) {
    return Town::error_of(h.send(by, CloseAccount{id, {"离职"}}, at));
  };
  EXPECT_EQ(closed(system, admin.account, admin.region), "last_administrator");
  EXPECT_EQ(moved(access::system_actor(Role::security_administrator), admin.account,
                  Role::higher_officer, "", admin.region),
            "last_administrator");
  EXPECT_EQ(closed(admin, admin.account, admin.region), "own_account");
  EXPECT_EQ(closed(officer, officer.account, officer.region), "own_account");
  EXPECT_EQ(moved(security, worker.account, Role::county_officer, "320571", worker.region),
            "account_other_district");
  EXPECT_EQ(moved(officer, worker.account, Role::township_officer, "320571001", worker.region),
            "not_found");
  EXPECT_EQ(moved(officer, worker.account, Role::county_officer, "320508", worker.region),
            "role_not_yours_to_give");
  EXPECT_EQ(moved(officer, worker.account, Role::grid_worker, "320508001", worker.region),
            "role_region_mismatch");
  EXPECT_EQ(moved(officer, town.new_id(), Role::grid_worker, kOtherGrid, worker.region),
            "not_found");
  EXPECT_EQ(moved(officer, worker.account, Role::community_officer, "320508001002", worker.region),
            "applied");
  EXPECT_EQ(closed(admin, worker.account, region("320508001002")), "applied");
  EXPECT_EQ(closed(admin, worker.account, region("320508001002")), "account_closed");
  EXPECT_EQ(Town::error_of(h.send(security, ResetAccount{worker.account}, region("320508001002"))),
            "account_closed");
  const auto second = town.opened("admin.two", Role::system_administrator, "");
  EXPECT_EQ(closed(second, admin.account, admin.region), "administrator_by_keyboard");
  EXPECT_EQ(closed(system, admin.account, admin.region), "applied");
  EXPECT_TRUE(h.rebuild_differences().empty());
}

TEST(Accounts, the_list_shows_a_subtree_by_page) {
  Town town;
  auto& h = town.harness;
  const auto admin = town.opened("admin.one", Role::system_administrator, "");
  const auto officer = town.opened("officer", Role::county_officer, "320508");
  const auto community = town.opened("community", Role::community_officer, "320508001001");
  town.opened("neighbour", Role::county_officer, "320571");
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  Town::must(town.log_in("worker.one", town.secret));
  const auto list = [&](const Actor& by, const std::string& query) {
    return Town::must(codec::decode<Accounts>(Town::must(h.query(by, "accounts", query)).bytes));
  };
  const auto own = list(community, "region=320508001001");
  ASSERT_EQ(own.rows.size(), 2u);
  EXPECT_EQ(own.rows.items[0].id, community.account);
  EXPECT_EQ(own.rows.items[1].name, "worker.one");
  EXPECT_EQ(own.rows.items[1].display_name, "工作人员worker.one");
  EXPECT_EQ(own.rows.items[1].region.name, "地方320508001001001");
  EXPECT_EQ(own.rows.items[1].last_seen, h.clock.now());
  EXPECT_FALSE(own.rows.items[0].last_seen);
  EXPECT_EQ(list(officer, "region=320508").rows.size(), 3u);
  EXPECT_EQ(list(admin, "region=").rows.size(), 5u);
  EXPECT_EQ(list(admin, "region=3205").rows.size(), 4u);
  // Out of scope and without the role: as if not there.
  EXPECT_EQ(Town::error_of(h.query(community, "accounts", "region=320508")), "not_found");
  EXPECT_EQ(Town::error_of(h.query(worker, "accounts", "region=" + std::string(kGrid))),
            "not_found");

  std::vector<bus::PreparedCommand> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(
        h.prepare(town.opening(town.new_id(), "many" + std::to_string(i), Role::grid_worker, kGrid),
                  region(kGrid)));
  }
  static_cast<void>(h.send(admin, std::move(many)));
  for (const std::string where : {"region=320508", "region="}) {
    std::set<AccountId> seen;
    std::optional<std::string> after;
    int pages = 0;
    do {
      const auto page = list(admin, where + (after ? "&after=" + *after : ""));
      for (const auto& row : page.rows) EXPECT_TRUE(seen.insert(row.id).second);
      after = page.next;
      ++pages;
    } while (after);
    EXPECT_EQ(seen.size(), where == "region=" ? 205u : 203u);
    EXPECT_EQ(pages, 2);
  }
  EXPECT_EQ(Town::error_of(h.query(admin, "accounts", "region=&after=nonsense")), "invalid_fields");
}

TEST(Accounts, everybody_sees_the_own_account_and_others_ask_for_names) {
  Town town;
  auto& h = town.harness;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto higher = town.opened("higher", Role::higher_officer, "3205");
  const auto me =
      Town::must(codec::decode<AccountView>(Town::must(h.query(worker, "accounts/me", "")).bytes));
  EXPECT_EQ(me.name, "worker.one");
  EXPECT_EQ(me.region.code, region(kGrid));
  EXPECT_FALSE(me.region.path.empty());

  auto reader = Town::must(h.engine->open_reader());
  auto vault = Town::must(h.vault->open_reader(*reader));
  const std::vector<AccountId> ids = {higher.account, town.new_id(), worker.account};
  EXPECT_EQ(Town::must(account_names(*reader, *vault, ids)),
            (std::vector<std::string>{"工作人员higher", "", "工作人员worker.one"}));
  const auto found = Town::must(find_account(*reader, *town.macs, "HIGHER"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, higher.account);
  EXPECT_FALSE(Town::must(find_account(*reader, *town.macs, "nobody")));
}

// security: VA1, AU5
TEST(Accounts, no_name_and_no_secret_stands_outside_the_vault) {
  Town town;
  auto& h = town.harness;
  const auto worker = town.opened("worker.one", Role::grid_worker, kGrid);
  const auto first = town.secret;
  Town::must(town.log_in("worker.one", first));
  ASSERT_EQ(
      h.send(access::system_actor(), CloseAccount{worker.account, {"因为搬家"}}, worker.region)
          .status,
      CommandStatus::applied);
  const auto file = h.folder() / "wangdi.db";
  const auto engine = wangdi::testing::engine_of_tests();
  const auto bytes = wangdi::testing::bytes_of_database(engine, file);
  ASSERT_NE(bytes.find("accounts.opened"), std::string::npos);
  for (const auto& hidden :
       {std::string("worker.one"), std::string("工作人员"), first, std::string("因为搬家")}) {
    EXPECT_EQ(bytes.find(hidden), std::string::npos) << hidden;
  }
}

}  // namespace
}  // namespace wangdi::accounts::testing
