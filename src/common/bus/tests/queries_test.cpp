// SPDX-License-Identifier: Apache-2.0
// Queries under more than can be read: who waits or runs for too long is told that the server is
// busy and when to ask again, not that its disk is broken, and is not read for in vain.
#include <gtest/gtest.h>

#include <future>

#include "tests/support/harness.hpp"

namespace wangdi::bus {
namespace {

struct LookParams {
  RegionCode region;
};
WD_STRUCT(LookParams, (region, "区划", "Region", "", "test"))
struct LookView {
  std::int64_t looks = 0;
};
WD_STRUCT(LookView, (looks, "次数", "Looks", "", "test"))

using Look = std::function<Result<LookView>()>;
Look g_look;  // what the next look does; set while no thread looks

void register_looks(Registry& registry) {
  registry.query<LookParams, LookView>(
      {.method = QueryMethod::get,
       .path = "looks",
       .roles = access::kEveryRole,
       .region_of = [](const LookParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       .summary_zh = "看一看",
       .summary_en = "A look"},
      [](const LookParams&, QueryContext&) -> Result<LookView> { return g_look(); });
}

class QueriesTest : public ::testing::Test {
 protected:
  QueriesTest() {
    std::vector<ReaderParts> readers(1);
    readers.front().connection = testing::Harness::must(harness_.engine->open_reader());
    readers.front().vault =
        testing::Harness::must(harness_.vault->open_reader(*readers.front().connection));
    runner_ =
        std::make_unique<QueryRunner>(std::move(readers), *harness_.writer, *harness_.parameters,
                                      harness_.clock, QueryRunnerOptions{.threads = 1, .zone = {}});
  }

  std::future<Result<Answer>> look() {
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    auto submitted = runner_->submit(
        {&harness_.registry.queries().front(), actor_, "region=320508019001", "", "", "zh"},
        [promise](Result<Answer> answer) { promise->set_value(std::move(answer)); });
    EXPECT_TRUE(submitted);
    return promise->get_future();
  }

  access::Actor actor_ = testing::actor(access::Role::community_officer, "320508019001");
  testing::Harness harness_{register_looks};
  std::unique_ptr<QueryRunner> runner_;
};

void expect_busy(const Result<Answer>& answer) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::reading_busy);
  ASSERT_EQ(answer.error().details().size(), 1u);
  EXPECT_EQ(answer.error().details().front().name, "seconds");
}

TEST_F(QueriesTest, given_a_wait_of_five_seconds_then_one_more_is_not_read_for) {
  for (const std::int64_t wait_ms : {5'000, 5'001}) {
    int looks = 0;
    std::promise<void> others_wait;
    g_look = [&]() -> Result<LookView> {
      if (++looks == 1) {
        others_wait.get_future().wait();
        harness_.clock.advance(wait_ms);  // what the first one takes, with all it reads
      }
      return LookView{looks};
    };
    auto first = look();
    auto second = look();
    others_wait.set_value();
    EXPECT_TRUE(first.get());
    const auto answer = second.get();
    if (wait_ms == 5'000) {
      EXPECT_TRUE(answer);
    } else {
      expect_busy(answer);
    }
    EXPECT_EQ(looks, wait_ms == 5'000 ? 2 : 1);
  }
}

TEST_F(QueriesTest, given_a_query_that_its_time_limit_ended_then_the_server_is_busy) {
  for (const std::int64_t took_ms : {limits::kQueryMs - 1, limits::kQueryMs}) {
    g_look = [&]() -> Result<LookView> {
      harness_.clock.advance(took_ms);
      return Error(ErrorCode::storage_failed).because("interrupted");
    };
    const auto answer = look().get();
    if (took_ms < limits::kQueryMs) {
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().code(), ErrorCode::storage_failed);
    } else {
      expect_busy(answer);
      EXPECT_EQ(answer.error().cause(), "interrupted");
    }
  }
}

}  // namespace
}  // namespace wangdi::bus
