// SPDX-License-Identifier: Apache-2.0
// The names of a closed account go so many days after the closing, in districts and above them; the
// account itself, and that its login name is taken, stay.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/crypto/sign.hpp"
#include "modules/accounts/tests/fixture.hpp"
#include "modules/holds/module.hpp"
#include "modules/ledger/module.hpp"
#include "modules/residents/module.hpp"
#include "modules/retention/module.hpp"
#include "modules/retention/night.hpp"
#include "modules/retention/tables.hpp"

namespace wangdi::retention {
namespace {

using access::Actor;
using access::Role;
using accounts::testing::Town;

constexpr int kNameDays = 1095;
constexpr std::int64_t kDayMs = 86'400'000;

void register_ledger_tables(bus::Registry& registry) {
  static ledger::SlipCodes codes{crypto::Hmac(std::vector<std::uint8_t>(32, 7))};
  ledger::register_module(registry, {&codes});
}
void register_retention(bus::Registry& registry) { register_module(registry, {"PEM"}); }

class StaffTest : public ::testing::Test {
 protected:
  StaffTest() {
    worker_ = town_.opened("worker1", Role::grid_worker, "320508001001001");
    stays_ = town_.opened("worker2", Role::grid_worker, "320508001001002");
    city_ = town_.opened("city", Role::higher_officer, "3205");
  }
  Done night() {
    auto reader = Town::must(town_.harness.engine->open_reader());
    const Sign sign = [this](std::string_view text) {
      return crypto::base64(key_.sign(crypto::bytes_of(text)));
    };
    const NightParts parts{
        town_.harness.registry, *town_.harness.writer, *reader, *town_.harness.parameters,
        town_.harness.clock,    ZoneOffset{},          sign};
    return Town::must(carry_out_rules(parts));
  }
  void close(const Actor& account) {
    const auto done = town_.harness.send(
        access::system_actor(), accounts::CloseAccount{account.account, {"离职"}}, account.region);
    ASSERT_EQ(done.status, bus::CommandStatus::applied) << Town::error_of(done);
  }
  void pass(int days) { town_.harness.clock.advance(days * kDayMs); }
  std::string name_of(const Actor& account) {
    auto reader = Town::must(town_.harness.engine->open_reader());
    auto vault = Town::must(town_.harness.vault->open_reader(*reader));
    return Town::must(accounts::account_names(*reader, *vault, std::vector{account.account}))
        .front();
  }
  std::vector<CertificateRow> certificates() {
    auto reader = Town::must(town_.harness.engine->open_reader());
    std::vector<CertificateRow> rows;
    Town::must(
        reader->by_key(kCertificate.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
          rows.push_back(store::read_row<CertificateRow>(row));
          return true;
        }));
    return rows;
  }

  Town town_{residents::register_module, holds::register_module, register_ledger_tables,
             register_retention};
  const crypto::SigningKey key_ = town_.harness.vault->certificate_key();
  Actor worker_, stays_, city_;
};

// security: VA6
TEST_F(StaffTest, given_a_closed_account_then_its_names_go_so_many_days_later_and_the_id_stays) {
  close(worker_);
  EXPECT_EQ(night().names, 0) << "at the closing nothing goes";
  pass(kNameDays);
  EXPECT_EQ(night().names, 0) << "its last day";
  EXPECT_EQ(name_of(worker_), "工作人员worker1");
  pass(1);
  const auto done = night();
  EXPECT_EQ(done.names, 1);
  EXPECT_EQ(done.certificates, 1);
  EXPECT_EQ(name_of(worker_), "");
  EXPECT_EQ(name_of(stays_), "工作人员worker2") << "who works on";
  EXPECT_EQ(night().names, 0) << "nothing twice";
  ASSERT_EQ(certificates().size(), 1u);
  const auto certificate = certificates().front();
  EXPECT_EQ(certificate.records, 1);
  EXPECT_NE(certificate.statement.find("rule: retention.staff_name_days\ndays: 1095\n"),
            std::string::npos);
  EXPECT_NE(certificate.statement.find(worker_.account.text()), std::string::npos);
  EXPECT_EQ(certificate.statement.find("worker1"), std::string::npos);
  EXPECT_TRUE(crypto::is_signed(key_.public_pem(), crypto::bytes_of(certificate.statement),
                                crypto::from_base64(certificate.signature).value()));
  const auto again = town_.open(access::system_actor(), town_.new_id(), "worker1",
                                Role::grid_worker, "320508001001001");
  EXPECT_EQ(Town::error_of(again), "account_exists") << "the login name stays taken";
}

// security: VA6
TEST_F(StaffTest, given_an_account_above_the_county_then_the_rule_holds_there_too) {
  close(city_);
  pass(kNameDays + 1);
  EXPECT_EQ(night().names, 1);
  EXPECT_EQ(name_of(city_), "");
  EXPECT_EQ(certificates().front().district, city_.region.district());
}

TEST_F(StaffTest, given_many_closed_accounts_then_they_go_by_portions) {
  std::vector<Actor> many;
  for (int i = 0; i < 60; ++i) {
    many.push_back(town_.opened("many" + std::to_string(i), Role::grid_worker, "320508001001001"));
    close(many.back());
  }
  pass(kNameDays + 1);
  const auto done = night();
  EXPECT_EQ(done.names, 60);
  EXPECT_EQ(done.certificates, 2);
  for (const auto& one : many) EXPECT_EQ(name_of(one), "");
}

}  // namespace
}  // namespace wangdi::retention
