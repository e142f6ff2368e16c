// SPDX-License-Identifier: Apache-2.0
// The access log as its auditor sees it.
#include <gtest/gtest.h>

#include "common/bus/registry.hpp"
#include "modules/accounts/module.hpp"
#include "modules/audit/module.hpp"
#include "modules/audit/views.hpp"
#include "modules/regions/tables.hpp"
#include "tests/support/harness.hpp"
#include "vault/writer.hpp"

namespace wangdi::audit {
namespace {

using access::Role;
using testing::Harness;
using testing::region;

constexpr std::string_view kDay = "2020-02-18";  // of the harness's clock
constexpr std::int64_t kMs = 1;

void with_accounts(bus::Registry& registry) { accounts::register_module(registry, {}); }

struct Log {
  Log() : h({with_accounts, register_module}) {
    Harness::must(h.connection->create(regions::kTree.info()));
    Harness::must(h.connection->create(regions::kGrid.info()));
    h.send(auditor, std::vector<bus::PreparedCommand>{});  // starts the writer
  }
  void note(AccountId actor, vault::Purpose purpose, Uuid subject, std::string_view at = "320508") {
    Harness::must(h.writer->run_job(
        [&](store::Rows&, vault::Writer& vault) {
          return vault.log({.district = region(at).district(),
                            .actor = actor,
                            .purpose = purpose,
                            .operation = vault::Operation::unmask,
                            .region = region(at),
                            .subject = subject,
                            .fields = {vault::Field::name, vault::Field::phone}},
                           h.clock.now());
        },
        {region(at).district()}));
    h.clock.advance(kMs);
  }
  template <class View>
  View ask(const std::string& path, const std::string& query = "") {
    return Harness::must(codec::decode<View>(Harness::must(h.query(auditor, path, query)).bytes));
  }
  AuditReads reads(const std::string& more = "") {
    return ask<AuditReads>("audit/reads", "district=320508&from=" + std::string(kDay) +
                                              "&until=" + std::string(kDay) + more);
  }

  Harness h;
  access::Actor auditor{{h.id()}, Role::audit_administrator, {}, {}};
  AccountId reader{h.id()}, other{h.id()};
};

// security: AZ6, LG2
TEST(Audit, lines_are_listed_by_day_account_and_purpose) {
  Log log;
  const auto person = log.h.id();
  log.note(log.reader, vault::Purpose::home_visit, person);
  log.note(log.other, vault::Purpose::emergency, log.h.id());
  log.note(log.reader, vault::Purpose::emergency, {});
  log.note(log.reader, vault::Purpose::emergency, person, "320571");
  const auto all = log.reads();
  ASSERT_EQ(all.rows.size(), 3u);
  EXPECT_EQ(all.rows.items[0].sequence, 3);
  EXPECT_FALSE(all.rows.items[0].subject);
  const auto& first = all.rows.items[2];
  EXPECT_EQ(first.account, log.reader);
  EXPECT_EQ(first.fields.items, (std::vector{vault::Field::name, vault::Field::phone}));
  // A mark, not the id.
  EXPECT_EQ(first.subject, person.text().substr(28));
  EXPECT_EQ(log.reads("&purpose=emergency").rows.size(), 2u);
  EXPECT_EQ(log.reads("&account=" + log.reader.text()).rows.size(), 2u);
  EXPECT_EQ(log.reads("&purpose=emergency&account=" + log.other.text()).rows.size(), 1u);
  EXPECT_EQ(log.ask<AuditReads>("audit/reads", "district=320508&from=2020-02-17&until=2020-02-17")
                .rows.size(),
            0u);
  const auto districts = log.ask<AuditDistricts>("audit/districts");
  ASSERT_EQ(districts.districts.size(), 2u);
  EXPECT_EQ(districts.districts.items[0].code, region("320508"));
}

TEST(Audit, a_page_has_two_hundred_lines_and_the_next_goes_on) {
  Log log;
  for (int i = 0; i < 201; ++i) log.note(log.reader, vault::Purpose::home_visit, log.h.id());
  const auto page = log.reads();
  ASSERT_EQ(page.rows.size(), 200u);
  ASSERT_TRUE(page.next);
  const auto rest = log.reads("&after=" + std::to_string(*page.next));
  ASSERT_EQ(rest.rows.size(), 1u);
  EXPECT_EQ(rest.rows.items[0].sequence, 1);
  EXPECT_FALSE(rest.next);
}

// security: LG2
TEST(Audit, a_changed_line_is_found) {
  Log log;
  for (int i = 0; i < 5; ++i) log.note(log.reader, vault::Purpose::home_visit, log.h.id());
  auto chain = log.ask<AuditChain>("audit/chain", "district=320508");
  EXPECT_EQ(chain.lines, 5);
  EXPECT_FALSE(chain.broken_at);
  Harness::must(log.h.connection->begin());
  store::Rows rows(*log.h.connection, store::Start::kStored);
  auto line = *rows.find(vault::kAccessLog, {region("320508").district(), 3});
  line.actor = log.other;
  rows.put(vault::kAccessLog, std::move(line));
  Harness::must(rows.flush());
  Harness::must(log.h.connection->commit());
  chain = log.ask<AuditChain>("audit/chain", "district=320508");
  EXPECT_EQ(chain.broken_at, 3);
}

// security: LG1
TEST(Audit, an_export_holds_the_lines_and_is_one_itself) {
  Log log;
  const auto person = log.h.id();
  log.note(log.reader, vault::Purpose::home_visit, person);
  log.note(log.reader, vault::Purpose::home_visit, person);
  const std::string body = R"({"district":"320508","from":"2020-02-18","until":"2020-02-18"})";
  const auto answer = Harness::must(log.h.query(log.auditor, "audit/export", "", body));
  EXPECT_EQ(answer.content_type, "application/x-ndjson");
  EXPECT_EQ(answer.file_name, "access-log-2020-02-18-2020-02-18.ndjson");
  std::vector<AuditLine> lines;
  std::size_t from = 0;
  for (auto end = answer.bytes.find('\n'); end != std::string::npos;
       from = end + 1, end = answer.bytes.find('\n', from)) {
    lines.push_back(Harness::must(
        codec::decode<AuditLine>(std::string_view(answer.bytes).substr(from, end - from))));
  }
  // The third is this export: noted before the lines were read.
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].subject, person);
  EXPECT_EQ(lines[0].hash.size(), 64u);
  EXPECT_EQ(lines[2].actor, log.auditor.account);
  EXPECT_EQ(lines[2].operation, vault::Operation::export_file);
  EXPECT_EQ(lines[2].count, 2);
}

// security: AZ6
TEST(Audit, nobody_else_reads_the_log) {
  Log log;
  for (const auto& choice : codec::choices<Role>()) {
    const auto role = static_cast<Role>(choice.value);
    if (role == Role::audit_administrator) continue;
    const access::Actor actor{{log.h.id()}, role, {}, {}};
    for (const std::string path : {"audit/districts", "audit/reads", "audit/chain"}) {
      const auto refused = log.h.query(actor, path, "district=320508");
      ASSERT_FALSE(refused) << choice.name;
      EXPECT_EQ(refused.error().code(), ErrorCode::not_found) << choice.name << path;
    }
  }
}

}  // namespace
}  // namespace wangdi::audit
