// SPDX-License-Identifier: Apache-2.0
// What a receipt proves, and what the server remembers of those it gave.
#include "app/receipts.hpp"

#include <gtest/gtest.h>

#include "app/claims.hpp"
#include "app/tests/installation.hpp"

namespace wangdi::app {
namespace {

class ReceiptsTest : public ::testing::Test {
 protected:
  ReceiptsTest() : installation_("receipts") {
    auto vault = vault::Vault::open({installation_.config.keys, installation_.config.root});
    EXPECT_TRUE(vault);
    vault_ = std::move(*vault);
  }
  static CommandId command(std::uint8_t number) {
    CommandId id;
    id.value.bytes[15] = number;
    return id;
  }

  const Answered answered_{District{320508}, 41, 0};
  Installation installation_;
  std::unique_ptr<vault::Vault> vault_;
};

TEST_F(ReceiptsTest, a_receipt_holds_for_its_district_position_restore_and_command_only) {
  RecordReceipts receipts(*vault_);
  const auto receipt = receipts.make(answered_, command(1));
  EXPECT_EQ(receipt.size(), 32u);
  EXPECT_TRUE(receipts.holds(answered_, receipt));
  EXPECT_TRUE(receipts.is_of(answered_, command(1), receipt));
  EXPECT_FALSE(receipts.is_of(answered_, command(2), receipt));
  EXPECT_TRUE(receipts.holds(answered_, receipts.make(answered_, command(2))));
  for (const auto& wrong : {Answered{District{320508}, 42, 0}, Answered{District{320508}, 41, 1},
                            Answered{District{990102}, 41, 0}}) {
    EXPECT_FALSE(receipts.holds(wrong, receipt));
    EXPECT_FALSE(receipts.is_of(wrong, command(1), receipt));
  }
  for (const auto& spoilt : {std::string(), receipt.substr(1), receipt + "0"}) {
    EXPECT_FALSE(receipts.holds(answered_, spoilt));
  }
}

TEST_F(ReceiptsTest, a_receipt_of_before_commands_were_in_it_proves_the_position_alone) {
  const auto old = vault::Receipts(*vault_).make(answered_.district, answered_.sequence, 0);
  RecordReceipts receipts(*vault_);
  EXPECT_TRUE(receipts.holds(answered_, old));
  EXPECT_TRUE(receipts.is_of(answered_, command(1), old));
  EXPECT_FALSE(receipts.is_of({District{320508}, 42, 0}, command(1), old));
}

TEST_F(ReceiptsTest, what_was_learnt_long_ago_is_forgotten_and_most_of_the_rest_is_not) {
  KnownReceipts known;
  known.learn("first");
  constexpr int kPlaces = 131'072;
  constexpr int kMany = 20 * kPlaces;
  constexpr int kRecent = kPlaces / 10;
  for (int i = 0; i < kMany; ++i) {
    known.learn(std::to_string(i));
    ASSERT_TRUE(known.knows(std::to_string(i)));
  }
  int remembered = 0;
  for (int i = kMany - kRecent; i < kMany; ++i) remembered += known.knows(std::to_string(i));
  EXPECT_GT(remembered, kRecent * 9 / 10);
  EXPECT_FALSE(known.knows("first"));
  EXPECT_FALSE(known.knows("never"));
}

}  // namespace
}  // namespace wangdi::app
