// SPDX-License-Identifier: Apache-2.0
// F20: a database that another version made. The difference is noticed before anything is written,
// a migration changes nothing it cannot carry over, and killed at each of its steps it leaves a
// database that can be used and a second run that completes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "app/commands.hpp"
#include "app/migrate.hpp"
#include "app/restore.hpp"
#include "app/schema.hpp"
#include "app/tests/made_installation.hpp"
#include "app/user_command.hpp"
#include "common/bus/rebuild.hpp"
#include "store/forms.hpp"
#include "store/sqlite.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kAccounts = 12;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string cause_of(const Error& error) {
  std::string text(error_entry(error.code()).name);
  for (const auto& detail : error.details()) text += " " + std::string(detail.value);
  return text + " " + std::string(error.cause());
}

// What an older version had: each statement runs on a database of this version.
using Statements = std::vector<std::string>;

class MigrateTest : public InstallationTest {
 protected:
  MigrateTest() : InstallationTest("migrate") {
    const auto made_runtime = made();
    auto& runtime = *made_runtime;
    for (int i = 0; i < kAccounts; ++i) {
      EXPECT_TRUE(open_account(runtime, {"account" + std::to_string(i), "样例" + std::to_string(i),
                                         access::Role::system_administrator, RegionCode()}));
    }
    tables_ = tables_of(runtime.registry());
  }

  std::string database() const { return config_.data + "/wangdi.db"; }

  const store::TableInfo& table(std::string_view name) const {
    return *std::ranges::find(tables_, name, &store::TableInfo::name);
  }

  // Changes the database; `forms` are what its version keeps of the changed tables.
  void make_older(const Statements& statements, const store::Forms& forms) {
    const auto engine = store::open_sqlite({.path = database()});
    const auto writer = (*engine)->open_writer();
    for (const auto& sql : statements) {
      const auto done = store::run(**writer, {"older", sql});
      ASSERT_TRUE(done) << sql << ": " << done.error().cause();
    }
    auto kept = store::stored_forms(**writer);
    ASSERT_TRUE(kept);
    for (const auto& [name, form] : forms) (*kept)[name] = form;
    ASSERT_TRUE((*writer)->begin());
    ASSERT_TRUE(store::keep_forms(**writer, *kept));
    ASSERT_TRUE((*writer)->commit());
  }

  // The form of a table without one of its columns.
  std::string without(std::string_view name, std::string_view column) const {
    std::string form, line;
    std::istringstream lines(store::form_of(table(name)));
    while (std::getline(lines, line)) {
      if (!line.starts_with("column " + std::string(column) + " ")) form += line + "\n";
    }
    return form;
  }

  // Older: accounts without the place of their last record, the access log without a count.
  void make_older_by_two_columns() {
    make_older(
        {"ALTER TABLE account DROP COLUMN sequence", "ALTER TABLE access_log DROP COLUMN count"},
        {{"account", without("account", "sequence")},
         {"access_log", without("access_log", "count")}});
  }

  void expect_refused_at_start() {
    const auto before = bytes_of(database());
    const auto opened = Runtime::open(config_, clock_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::migration_needed) << cause_of(opened.error());
    EXPECT_EQ(bytes_of(database()), before);
  }

  // It opens, its tables are those of a rebuild, and everybody's name can be read.
  void expect_whole() {
    std::ostringstream out, err;
    Console console{out, err, Language::kEnglish};
    EXPECT_EQ(run_verify(config_, console, {}), kExitOk) << out.str() << err.str();
    EXPECT_EQ(run_rebuild(config_, console, {.check = true}), kExitOk) << out.str() << err.str();
    const auto runtime = Runtime::open(config_, clock_);
    ASSERT_TRUE(runtime) << cause_of(runtime.error());
    std::size_t accounts = 0;
    const auto read = (*runtime)->connection().by_key(table("account"), 0, store::bind_all(),
                                                      [&](const store::RowReader&) {
                                                        ++accounts;
                                                        return true;
                                                      });
    ASSERT_TRUE(read) << read.error().cause();
    EXPECT_EQ(accounts, kAccounts);
  }

  // After a kill: either version's database, whole. The old version still finds what it made.
  void expect_usable(bool may_be_old) {
    const auto opened = Runtime::open(config_, clock_);
    if (opened) return;
    EXPECT_EQ(opened.error().code(), ErrorCode::migration_needed) << cause_of(opened.error());
    EXPECT_TRUE(may_be_old);
    const auto engine = store::open_sqlite({.path = database()});
    const auto reader = (*engine)->open_reader();
    const auto rows =
        (*reader)->query({"accounts", "SELECT role, region, state FROM account"}, store::bind_all(),
                         [](const store::RowReader&) { return true; });
    EXPECT_TRUE(rows) << rows.error().cause();
    const auto found = store::damage(**reader);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
  }

  std::vector<store::TableInfo> tables_;
};

TEST_F(MigrateTest, given_a_database_of_this_version_then_nothing_is_done) {
  const auto before = bytes_of(database());
  const auto migrated = migrate(config_, clock_);
  ASSERT_TRUE(migrated) << cause_of(migrated.error());
  EXPECT_TRUE(migrated->tables.empty());
  EXPECT_EQ(bytes_of(database()), before);
  EXPECT_FALSE(fs::exists(database() + "-migrated"));
}

TEST_F(MigrateTest, given_a_database_from_before_forms_when_it_fits_then_it_is_taken) {
  make_older({"DROP TABLE table_form",
              "CREATE TABLE table_form (district bigint NOT NULL, "
              "table_name text NOT NULL, form text NOT NULL, PRIMARY KEY (district, table_name)) "
              "WITHOUT ROWID"},
             {});
  expect_whole();
  const auto migrated = migrate(config_, clock_);
  ASSERT_TRUE(migrated);
  EXPECT_TRUE(migrated->tables.empty());
}

TEST_F(MigrateTest, given_other_columns_when_started_then_it_refuses_and_migrating_ends_it) {
  make_older_by_two_columns();
  expect_refused_at_start();
  const auto migrated = migrate(config_, clock_);
  ASSERT_TRUE(migrated) << cause_of(migrated.error());
  EXPECT_THAT(migrated->tables, ::testing::UnorderedElementsAre("account", "access_log"));
  EXPECT_EQ(migrated->events, kAccounts);
  EXPECT_TRUE(fs::exists(migrated->before));
  EXPECT_THAT(migrated->before, HasSubstr("wangdi.db.before-20"));
  EXPECT_FALSE(fs::exists(database() + "-migrated"));
  expect_whole();
}

TEST_F(MigrateTest, given_a_new_table_of_a_projection_then_it_is_filled_from_the_journal) {
  make_older(
      {"DROP TABLE account_home", "DELETE FROM table_form WHERE table_name = 'account_home'"}, {});
  expect_refused_at_start();
  const auto migrated = migrate(config_, clock_);
  ASSERT_TRUE(migrated) << cause_of(migrated.error());
  expect_whole();
}

TEST_F(MigrateTest, given_a_table_that_is_gone_then_only_one_that_is_rebuilt_may_go) {
  const std::string columns = "column district integer\ncolumn number integer\nkey 1\n";
  const std::string made =
      " (district bigint NOT NULL, number bigint NOT NULL, "
      "PRIMARY KEY (district)) WITHOUT ROWID";
  make_older({"CREATE TABLE old_board" + made}, {{"old_board", columns}});
  expect_refused_at_start();
  ASSERT_TRUE(migrate(config_, clock_));
  expect_whole();
  make_older({"CREATE TABLE old_letters" + made}, {{"old_letters", columns + "not rebuilt\n"}});
  const auto migrated = migrate(config_, clock_);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code(), ErrorCode::migration_refused);
  const ColumnStep step{"old_letters", "", ""};
  EXPECT_TRUE(migrate(config_, clock_, {.steps = {&step, 1}}));
  expect_whole();
}

TEST_F(MigrateTest, given_data_that_would_be_lost_then_it_is_refused_and_nothing_changes) {
  const struct {
    const char* what;
    Statements statements;
    store::Forms forms;
  } cases[] = {
      {"access_log.reason (gone)",
       {"ALTER TABLE access_log ADD COLUMN reason text"},
       {{"access_log", store::form_of(table("access_log")) + "column reason text nullable\n"}}},
      {"credential (key)", {}, {{"credential", "column district integer\nkey 1\nnot rebuilt\n"}}},
      {"vault_field.version (type)",
       {},
       {{"vault_field",
         "column district integer\ncolumn subject blob\ncolumn field integer\n"
         "column version text\ncolumn ciphertext blob\nkey 3\nnot rebuilt\n"}}},
      {"vault_field.version (null)",
       {},
       {{"vault_field",
         "column district integer\ncolumn subject blob\ncolumn field integer\n"
         "column version integer nullable\ncolumn ciphertext blob\nkey 3\nnot rebuilt\n"}}},
  };
  const auto spare = bytes_of(database());
  for (const auto& one : cases) {
    std::ofstream(database(), std::ios::binary) << spare;
    make_older(one.statements, one.forms);
    const auto before = bytes_of(database());
    const auto migrated = migrate(config_, clock_);
    ASSERT_FALSE(migrated) << one.what;
    EXPECT_EQ(migrated.error().code(), ErrorCode::migration_refused);
    EXPECT_THAT(cause_of(migrated.error()), HasSubstr(one.what));
    EXPECT_EQ(bytes_of(database()), before) << one.what;
    EXPECT_FALSE(fs::exists(database() + "-migrated"));
  }
}

TEST_F(MigrateTest, given_a_named_step_then_a_column_is_renamed_or_goes) {
  auto form = store::form_of(table("access_log"));
  form.replace(form.find("column count "), 13, "column persons ");
  make_older({"ALTER TABLE access_log RENAME COLUMN count TO persons",
              "ALTER TABLE access_log ADD COLUMN reason text"},
             {{"access_log", form + "column reason text nullable\n"}});
  const ColumnStep steps[] = {{"access_log", "persons", "count"}, {"access_log", "reason", ""}};
  const auto migrated = migrate(config_, clock_, {.steps = steps});
  ASSERT_TRUE(migrated) << cause_of(migrated.error());
  expect_whole();
}

TEST_F(MigrateTest, given_a_damaged_journal_then_nothing_is_made_of_it) {
  make_older_by_two_columns();
  make_older({"UPDATE journal SET body = '{}' WHERE sequence = 3"}, {});
  const auto before = bytes_of(database());
  const auto migrated = migrate(config_, clock_);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code(), ErrorCode::journal_damaged);
  EXPECT_EQ(bytes_of(database()), before);
}

// The steps that a migration has, then one run killed at each of them.
TEST_F(MigrateTest, given_kill_9_at_each_step_then_the_old_state_stands_and_a_second_run_ends_it) {
  make_older_by_two_columns();
  const auto spare = path("spare");
  fs::copy(config_.data, spare, fs::copy_options::recursive);
  const auto run_in_child = [&](int killed_at) {
    const auto child = ::fork();
    if (child == 0) {
      int step = 0;
      MigrateParts parts;
      parts.at = [&](std::string_view) {
        if (++step == killed_at) ::kill(::getpid(), SIGKILL);
      };
      ::_exit(migrate(config_, clock_, parts) ? step : 255);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  };
  const int whole = run_in_child(0);
  ASSERT_TRUE(WIFEXITED(whole));
  const int steps = WEXITSTATUS(whole);
  ASSERT_GT(steps, 8);
  ASSERT_LT(steps, 255);
  for (int step = 1; step <= steps; ++step) {
    SCOPED_TRACE("killed at step " + std::to_string(step));
    fs::remove_all(config_.data);
    fs::copy(spare, config_.data, fs::copy_options::recursive);
    const int status = run_in_child(step);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    expect_usable(step < steps);
    const auto again = migrate(config_, clock_);
    ASSERT_TRUE(again) << cause_of(again.error());
    EXPECT_FALSE(fs::exists(database() + "-migrated"));
    std::size_t kept = 0;
    for (const auto& entry : fs::directory_iterator(config_.data)) {
      kept += entry.path().filename().string().starts_with("wangdi.db.before-");
    }
    EXPECT_EQ(kept, 1u);
    expect_whole();
  }
}

TEST_F(MigrateTest, given_a_backup_of_an_older_version_when_restored_then_it_has_this_form) {
  make_older_by_two_columns();
  ASSERT_TRUE(make_backup(config_, clock_, path("backup")));
  const auto drilled = drill_backup(config_, clock_, path("backup"));
  ASSERT_TRUE(drilled) << cause_of(drilled.error());
  EXPECT_TRUE(drilled->is_sound());
  EXPECT_EQ(drilled->events, kAccounts);
  EXPECT_GT(drilled->fields_read, 0);
  EXPECT_EQ(drilled->migrated.tables.size(), 2u);

  config_.data = path("restored");
  config_.anchor = path("restored.anchor");
  const auto restored = restore_backup(config_, clock_, path("backup"));
  ASSERT_TRUE(restored) << cause_of(restored.error());
  EXPECT_THAT(restored->migrated.tables, ::testing::UnorderedElementsAre("account", "access_log"));
  for (const auto& entry : fs::directory_iterator(config_.data)) {
    const auto name = entry.path().filename().string();
    EXPECT_FALSE(name.starts_with("wangdi.db-migrated") || name.starts_with("wangdi.db.before"))
        << name;
  }
  expect_whole();
  const auto runtime = Runtime::open(config_, clock_);
  ASSERT_TRUE(runtime) << cause_of(runtime.error());
  EXPECT_EQ((*runtime)->restores().number(), restored->number);
}

TEST_F(MigrateTest, given_a_backup_that_cannot_be_carried_over_then_nothing_of_it_is_left) {
  make_older(
      {"ALTER TABLE access_log ADD COLUMN reason text"},
      {{"access_log", store::form_of(table("access_log")) + "column reason text nullable\n"}});
  ASSERT_TRUE(make_backup(config_, clock_, path("backup")));
  config_.data = path("restored");
  const auto restored = restore_backup(config_, clock_, path("backup"));
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code(), ErrorCode::migration_refused) << cause_of(restored.error());
  EXPECT_FALSE(fs::exists(config_.data));
}

}  // namespace
}  // namespace wangdi::app
