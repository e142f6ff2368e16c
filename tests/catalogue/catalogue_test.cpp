// SPDX-License-Identifier: Apache-2.0
// Holds every statement of the program, written or generated, against the rules of rules.hpp. What
// breaks one on purpose stands in a table here with its reason.
#include <gtest/gtest.h>

#include "access/tables.hpp"
#include "app/modules.hpp"
#include "app/storage.hpp"
#include "journal/destruction.hpp"
#include "journal/journal.hpp"
#include "modules/regions/facts.hpp"
#include "modules/screening/facts.hpp"
#include "store/ddl.hpp"
#include "tests/catalogue/rules.hpp"
#include "tests/catalogue/sources.hpp"
#include "vault/access_log.hpp"
#include "vault/tables.hpp"

namespace wangdi::catalogue {
namespace {

// Tables that a cluster copies to every machine, because every district reads all of them.
const std::set<std::string>& reference_tables() {
  static const auto names = app::tables_everywhere();
  static const std::set<std::string> all(names.begin(), names.end());
  return all;
}

// Statements over more than one district: read above a district, or by the machine's own care.
const std::map<std::string, std::string> kRollUps = {
    {"accounts_in_subtree", "the accounts of a city or province for its administrators"},
    {"reporting_running_by_district", "the board above a district, from counters of districts"},
    {"reporting_changes_by_day", "the trend above a district, from counters of districts"},
    {"reporting_day_by_district", "the board above a district, from counters of districts"},
    {"reporting_district_changes", "how fresh each district of a board is"},
    {"screening_rounds_of_level", "rounds above the district, by an index of their level"},
    {"status_alarms", "alarms for the level above a district, by an index of open ones"},
    {"audit_cases_open", "the auditor's cases of all districts, by an index of open ones"},
    {"audit_cases_closed", "the auditor's cases of all districts, by an index of closed ones"},
    {"journal_last_commit", "the order of commits is the machine's"},
    {"journal_seals_after", "followers read the commits of all districts"},
    {"journal_replay", "a rebuild reads everything"},
    {"journal_destructions", "verification and rebuilds read everything"},
    {"journal_seals", "a verification reads everything"},
    {"journal_next_district", "a start reads the heads of all districts, one after the other"},
    {"journal_heads", "a restore compares the heads of all districts"},
    {"data_restored_all", "a start reads the restores of all districts, a handful"},
    {"access_log_next_district", "its verification and its copy go from district to district"},
    {"matching_next_district", "lists that are over are ended from district to district"},
};

// A limit without an order: which rows come does not matter.
const std::map<std::string, std::string> kUnordered = {
    {"residents_roster_doors", "more than the limit is an error, so no row is chosen"},
    {"residents_roster_persons", "more than the limit is an error, so no row is chosen"},
};

// Indexes that do not begin with the district.
const std::map<std::string, std::string> kRollUpIndexes = {
    {"journal_seal_commit", "followers read the commits of all districts"},
    {"round_running", "rounds above the district"},
    {"status_alarm_open", "alarms for the level above a district"},
    {"audit_case_open", "the auditor's cases of all districts"},
    {"account_subtree", "the accounts of a city or province"},
    {"district_day_rollup", "the board above a district"},
};

std::string in_words(const Findings& findings) {
  std::string text;
  for (const auto& finding : findings) text += "\n  " + finding;
  return text;
}

Findings findings_of(const std::string& name, const std::string& sql) {
  Findings findings;
  const auto parsed = parse(sql);
  if (!parsed.error.empty()) return {"PostgreSQL does not parse it: " + parsed.error};
  check_parameters(sql, findings);
  check_clauses(parsed.statement, findings);
  if (kUnordered.contains(name)) std::erase(findings, "LIMIT without ORDER BY");
  if (!kRollUps.contains(name)) check_districts(parsed.statement, reference_tables(), findings);
  check_insert(parsed.statement, findings);
  return findings;
}

const std::vector<FoundStatement>& all_statements() {
  static const auto all = statements_of_sources(WANGDI_SOURCE_DIR);
  return all;
}

std::vector<store::TableInfo> all_tables() {
  static const auto modules = app::Modules::make("", nullptr);
  std::vector<store::TableInfo> tables((*modules)->registry.tables().begin(),
                                       (*modules)->registry.tables().end());
  for (const auto& table :
       {journal::kRecord.info(), journal::kSeal.info(), journal::head_table(),
        vault::kVaultField.info(), vault::kVaultState.info(), vault::kAccessLog.info(),
        access::kLogin.info(), access::kCredential.info(), access::kSession.info()}) {
    tables.push_back(table);
  }
  return tables;
}

// security: IO1
TEST(Catalogue, given_each_statement_then_it_keeps_to_what_all_engines_can) {
  ASSERT_GT(all_statements().size(), 50u);
  std::set<std::string> names;
  for (const auto& statement : all_statements()) {
    EXPECT_TRUE(names.insert(statement.name).second) << statement.name << " is there twice";
    const auto findings = findings_of(statement.name, statement.sql);
    EXPECT_TRUE(findings.empty()) << statement.file << " " << statement.name << in_words(findings);
  }
  for (const auto& [name, why] : kRollUps) EXPECT_TRUE(names.contains(name)) << name;
  for (const auto& [name, why] : kUnordered) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Catalogue, given_what_rooms_list_then_the_sources_say_the_same) {
  std::map<std::string, std::string> found;
  for (const auto& statement : all_statements()) found[statement.name] = statement.sql;
  std::vector<store::Statement> listed;
  for (const auto& part :
       {journal::statements(), journal::destruction_statements(), vault::access_log_statements(),
        regions::statements(), std::span<const store::Statement>()}) {
    listed.insert(listed.end(), part.begin(), part.end());
  }
  for (const auto& statement : screening::statements()) listed.push_back(statement);
  ASSERT_FALSE(listed.empty());
  for (const auto& statement : listed) {
    EXPECT_EQ(found[std::string(statement.name)], statement.sql) << statement.name;
  }
}

TEST(Catalogue, given_each_table_then_its_key_begins_with_the_district_and_its_texts_parse) {
  using store::BulkMode;
  std::set<std::string> indexes;
  for (const auto& table : all_tables()) {
    const std::string name(table.name);
    SCOPED_TRACE(name);
    const bool reference = reference_tables().contains(name);
    EXPECT_TRUE(reference || table.columns[0].name == "district");
    std::vector<std::string> texts = {store::ddl::create_table(table, store::ddl::kPostgres)};
    for (const auto mode : {BulkMode::kInsert, BulkMode::kPut, BulkMode::kAdd, BulkMode::kErase}) {
      texts.push_back(store::ddl::row_statement(table, mode));
      texts.push_back(store::ddl::array_statement(table, mode));
    }
    texts.push_back(store::ddl::select_by_key(table, 1));
    for (const auto of : {store::ddl::Districts::one, store::ddl::Districts::any}) {
      std::vector<std::string> many = {store::ddl::select_by_values(table, 1, of)};
      if (table.key_columns > 2) {
        many.push_back(store::ddl::select_by_keys(table, table.key_columns, of));
      }
      for (const auto& text : many) {
        texts.push_back(text);
        // Rows of any district are asked for where there is no cluster.
        if (of == store::ddl::Districts::any) continue;
        Findings loose;
        check_districts(parse(text).statement, reference_tables(), loose);
        EXPECT_TRUE(loose.empty()) << text << in_words(loose);
      }
    }
    for (const auto& index : table.indexes) {
      texts.push_back(store::ddl::create_index(table, index));
      const auto full = name + "_" + std::string(index.name);
      indexes.insert(full);
      const bool begins = index.columns.starts_with("district");
      EXPECT_TRUE(begins || kRollUpIndexes.contains(full)) << full << ": " << index.columns;
      EXPECT_TRUE(!index.unique || begins) << full << " is unique without the district";
    }
    for (const auto& text : texts) {
      const auto parsed = parse(text);
      ASSERT_EQ(parsed.error, "") << text;
      Findings findings;
      check_parameters(text, findings);
      if (!reference) check_insert(parsed.statement, findings);
      EXPECT_TRUE(findings.empty()) << text << in_words(findings);
    }
  }
  for (const auto& [name, why] : kRollUpIndexes) EXPECT_TRUE(indexes.contains(name)) << name;
}

// What an operator's Citus is asked for (docs/operating/postgresql.md); without one nothing runs
// it.
TEST(Catalogue, given_a_cluster_then_tables_are_spread_by_district_or_copied) {
  std::set<std::string> names;
  for (const auto& table : all_tables()) {
    const std::string name(table.name);
    names.insert(name);
    const bool reference = reference_tables().contains(name);
    const auto text = store::ddl::place(
        table, reference ? store::ddl::Placement::everywhere : store::ddl::Placement::by_district);
    EXPECT_EQ(parse(text).error, "") << text;
    const auto call = reference ? "create_reference_table('" + name + "')"
                                : "create_distributed_table('" + name + "', 'district')";
    EXPECT_TRUE(text.starts_with("SELECT " + call + " WHERE NOT EXISTS")) << text;
    // Rows of one district stand on one machine only where the column has one type everywhere.
    EXPECT_TRUE(reference || table.columns[0].type == store::ColumnType::kInteger) << name;
    const auto locked = store::ddl::select_by_key(table, table.key_columns) + " FOR UPDATE";
    EXPECT_EQ(parse(locked).error, "") << locked;
  }
  for (const auto& name : reference_tables()) EXPECT_TRUE(names.contains(name)) << name;
}

// The rules are able to find something.
TEST(Catalogue, given_what_a_rule_forbids_then_it_is_found) {
  constexpr std::pair<const char*, const char*> kCases[] = {
      {"SELECT a FROM t WHERE day = $1", "t is not tied to a district"},
      {"SELECT a FROM t WHERE district = $1 OR day = $2", "t is not tied to a district"},
      {"SELECT a FROM t WHERE district >= $1", "t is not tied to a district"},
      {"SELECT t.a FROM t JOIN u ON u.a = t.a WHERE t.district = $1",
       "u is not tied to a district"},
      {"SELECT a FROM t WHERE district = $1 AND b = (SELECT max(u.b) FROM u WHERE u.a = t.a)",
       "u is not tied to a district"},
      {"SELECT a FROM t WHERE district = $2 AND b = $1", "parameter $2 appears before $1"},
      {"SELECT a FROM t WHERE district = $1 LIMIT $2", "LIMIT without ORDER BY"},
      {"SELECT a FROM t WHERE district = $1 ORDER BY a LIMIT 5 OFFSET 10",
       "OFFSET: pages go on by key"},
      {"SELECT a, sum(b) FROM t WHERE district = $1 GROUP BY ROLLUP (a)", "holds a GroupingSet"},
      {"SELECT a FROM t WHERE district = $1 FOR UPDATE", "holds a LockingClause"},
      {"CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()", "holds a CreateTrigStmt"},
      {"MERGE INTO t USING u ON t.district = u.district WHEN MATCHED THEN DELETE",
       "holds a MergeStmt"},
      {"INSERT INTO t (a, district) VALUES ($1, $2)", "the first column is not the district"},
      {"INSERT INTO t (district, a) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING",
       "the conflict target is without the district"},
      {"SELECT a FROM t CROSS JOIN u ON u.a = t.a",
       "PostgreSQL does not parse it: syntax error at or near \"ON\""},
  };
  for (const auto& [sql, finding] : kCases) {
    const auto findings = findings_of("case", sql);
    EXPECT_TRUE(std::ranges::find(findings, finding) != findings.end())
        << sql << in_words(findings);
  }
  EXPECT_TRUE(findings_of("case",
                          "SELECT a FROM t LEFT JOIN u ON u.district = t.district WHERE"
                          " t.district = $1 AND u.b = (SELECT v.b FROM v WHERE v.district ="
                          " u.district ORDER BY v.b LIMIT 1) ORDER BY a LIMIT $2")
                  .empty());
}

}  // namespace
}  // namespace wangdi::catalogue
