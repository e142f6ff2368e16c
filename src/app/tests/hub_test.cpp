// SPDX-License-Identifier: Apache-2.0
// What the hub holds of streams. What it tells them is proved against the real server.
#include "app/hub.hpp"

#include <gtest/gtest.h>

namespace wangdi::app {
namespace {

class StillClock final : public Clock {
 public:
  UnixMs now() const override { return 1'582'011'600'000; }
  std::int64_t monotonic_ms() const override { return 0; }
};

class OneStream final : public http::Stream {
 public:
  void send(std::string_view, std::string_view, std::string_view) override {}
  void close() override { closed_ = true; }
  bool closed() const override { return closed_; }

 private:
  bool closed_ = false;
};

// In a night without a record phones come and go: their streams were kept until the next one.
TEST(Hub, given_a_stream_that_ended_then_it_is_let_go_without_a_commit) {
  const StillClock clock;
  Hub hub(clock, 1);
  auto left = std::make_shared<OneStream>();
  auto stays = std::make_shared<OneStream>();
  const std::weak_ptr<OneStream> left_held = left;
  const std::weak_ptr<OneStream> stays_held = stays;
  hub.add(left, {}, std::nullopt);
  hub.add(stays, {}, std::nullopt);
  left->close();
  left.reset();
  stays.reset();
  hub.add(std::make_shared<OneStream>(), {}, std::nullopt);
  EXPECT_TRUE(left_held.expired());
  EXPECT_FALSE(stays_held.expired());
}

}  // namespace
}  // namespace wangdi::app
