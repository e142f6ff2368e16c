// SPDX-License-Identifier: Apache-2.0
// The queue with many at it at once: what each is answered is what was written, and nothing is
// answered twice or never. The same program runs under the thread sanitizer, which sees what a run
// by luck does not.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/harness.hpp"

namespace wangdi::bus {
namespace {

constexpr std::size_t kSenders = 4;
constexpr int kRounds = 12;
constexpr std::size_t kCommandsEach = 3;
constexpr std::int64_t kAll = std::int64_t{kSenders} * kRounds * kCommandsEach;

struct Knock {
  static constexpr std::string_view kType = "threads.knock";
  std::int64_t times = 0;
};
WD_STRUCT(Knock, (times, "次数", "Times", "", "test"))
struct Knocked {
  static constexpr std::string_view kType = "threads.knocked";
  static constexpr int kVersion = 1;
  std::int64_t times = 0;
};
WD_DESCRIBE(Knocked, times)
// Changes the nation's count as well as the district's own.
struct Ring {
  static constexpr std::string_view kType = "threads.ring";
  std::int64_t times = 0;
};
WD_STRUCT(Ring, (times, "次数", "Times", "", "test"))
struct Rung {
  static constexpr std::string_view kType = "threads.rung";
  static constexpr int kVersion = 1;
  std::int64_t times = 0;
};
WD_DESCRIBE(Rung, times)
// Says that it changes its own district alone, and is wrong.
struct Shout {
  static constexpr std::string_view kType = "threads.shout";
  std::int64_t times = 0;
};
WD_STRUCT(Shout, (times, "次数", "Times", "", "test"))

struct KnockRow {
  District district;
  std::int64_t times = 0;
  std::int64_t events = 0;
};
WD_DESCRIBE(KnockRow, district, times, events)
constexpr store::Table<KnockRow, 1> kKnocks{"knock"};
constexpr store::Table<KnockRow, 1> kRings{"ring"};

struct KnockParams {
  RegionCode region;
};
WD_STRUCT(KnockParams, (region, "区划", "Region", "", "test"))
struct KnockView {
  std::int64_t times = 0;
  std::int64_t events = 0;
};
WD_STRUCT(KnockView, (times, "次数", "Times", "", "test"), (events, "件数", "Events", "", "test"))

template <class Command>
void register_loud(Registry& registry, bool writes_nation) {
  registry.command<Command>(
      {access::kEveryRole,
       [](const Command&, CommandContext& context) -> Result<RegionCode> { return context.region; },
       "喊门", "Loud", nullptr, writes_nation},
      [](const Command& command, CommandContext& context) -> Result<Decision> {
        Decision decision;
        decision.events.push_back(event(context.id.value, context.region, Rung{command.times}));
        return decision;
      });
}

void register_knocks(Registry& registry) {
  registry.table(kKnocks);
  registry.table(kRings);
  registry.event<Knocked>();
  registry.event<Rung>();
  registry.command<Knock>(
      {access::kEveryRole,
       [](const Knock&, CommandContext& context) -> Result<RegionCode> { return context.region; },
       "敲门", "Knock"},
      [](const Knock& command, CommandContext& context) -> Result<Decision> {
        Decision decision;
        decision.events.push_back(event(context.id.value, context.region, Knocked{command.times}));
        return decision;
      });
  registry.project<Knocked>([](const Knocked& event, const Recorded& frame, store::Rows& rows) {
    rows.add(kKnocks, KnockRow{frame.position.district, event.times, 1});
  });
  // Read, then written: two at once would lose one.
  registry.project<Rung>([](const Rung& event, const Recorded& frame, store::Rows& rows) {
    for (const auto district : {District{}, frame.position.district}) {
      const auto* row = rows.find(kRings, {district});
      const auto before = row == nullptr ? KnockRow{district} : *row;
      rows.put(kRings, {district, before.times + event.times, before.events + 1});
    }
  });
  register_loud<Ring>(registry, true);
  register_loud<Shout>(registry, false);
  registry.query<KnockParams, KnockView>(
      {.method = QueryMethod::get,
       .path = "knocks",
       .roles = access::kEveryRole,
       .region_of = [](const KnockParams& params, QueryContext&) -> Result<RegionCode> {
         return params.region;
       },
       .summary_zh = "敲了几次",
       .summary_en = "How many knocks"},
      [](const KnockParams& params, QueryContext& context) -> Result<KnockView> {
        WD_TRY(const auto row, store::get(context.db, kKnocks, {params.region.district()}));
        return row ? KnockView{row->times, row->events} : KnockView{};
      });
}

class ThreadsTest : public ::testing::Test {
 protected:
  // Commands of all senders, made before any thread runs: ids come from one counter.
  std::vector<std::vector<PreparedCommand>> batches_of_one_sender() {
    std::vector<std::vector<PreparedCommand>> batches(kRounds);
    for (auto& batch : batches) {
      for (std::size_t at = 0; at < kCommandsEach; ++at) {
        batch.push_back(harness_.prepare(Knock{1}, region_));
      }
    }
    return batches;
  }

  RegionCode region_ = testing::region("320508019001");
  access::Actor actor_ = testing::actor(access::Role::community_officer, "320508019001");
  testing::Harness harness_{{register_knocks}, {}, {}, testing::engine_of_tests(), 4};
};

TEST_F(ThreadsTest, given_many_senders_and_readers_then_each_answer_is_what_was_written) {
  std::vector<std::vector<std::vector<PreparedCommand>>> work;
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    work.push_back(batches_of_one_sender());
  }
  std::atomic<std::int64_t> commits{0}, jobs{0};
  harness_.writer->on_commit([&](const Committed& committed, store::Connection&) {
    commits.store(committed.commit_number);
  });
  ASSERT_TRUE(harness_.query(actor_, "knocks", "region=320508019001"));  // starts the threads
  std::mutex mutex;
  std::set<std::int64_t> positions;
  std::latch begin(static_cast<std::ptrdiff_t>(kSenders) + 1);
  std::atomic<bool> over{false};
  const auto send = [&](std::vector<std::vector<PreparedCommand>>& batches) {
    begin.arrive_and_wait();
    for (auto& batch : batches) {
      const auto outcomes = harness_.writer->send(actor_, batch);
      ASSERT_TRUE(outcomes.has_value());
      const auto again = harness_.writer->send(actor_, std::move(batch));
      ASSERT_TRUE(again.has_value());
      EXPECT_TRUE(harness_.writer->run_job([&](store::Rows&, vault::Writer&) -> Status {
        ++jobs;
        return ok();
      }));
      const std::lock_guard lock(mutex);
      for (std::size_t at = 0; at < kCommandsEach; ++at) {
        EXPECT_EQ((*outcomes)[at].status, CommandStatus::applied);
        EXPECT_TRUE(positions.insert((*outcomes)[at].position->sequence).second);
        EXPECT_EQ((*again)[at].status, CommandStatus::duplicate);
        EXPECT_EQ((*again)[at].position, (*outcomes)[at].position);
      }
    }
  };
  std::vector<std::thread> threads;
  for (auto& batches : work) threads.emplace_back(send, std::ref(batches));
  std::int64_t seen = 0;
  std::thread reader([&] {
    begin.arrive_and_wait();
    while (!over) {
      // A snapshot holds whole events, never fewer than before.
      const auto answer = harness_.query(actor_, "knocks", "region=320508019001");
      ASSERT_TRUE(answer.has_value());
      const auto view = codec::decode<KnockView>(answer->bytes);
      ASSERT_TRUE(view.has_value());
      EXPECT_EQ(view->times, view->events);
      EXPECT_GE(view->times, seen);
      seen = view->times;
      EXPECT_LE(harness_.writer->waiting(), kSenders * kCommandsEach);
      EXPECT_GE(commits.load(), 0);
    }
  });
  for (auto& thread : threads) thread.join();
  over = true;
  reader.join();
  EXPECT_EQ(static_cast<std::int64_t>(positions.size()), kAll);
  EXPECT_EQ(*positions.begin(), 1);
  EXPECT_EQ(*positions.rbegin(), kAll) << "numbered without a gap";
  EXPECT_EQ(jobs.load(), static_cast<std::int64_t>(kSenders) * kRounds);
  EXPECT_EQ(harness_.writer->counters().applied.load(), static_cast<std::uint64_t>(kAll));
  EXPECT_EQ(harness_.writer->counters().duplicates.load(), static_cast<std::uint64_t>(kAll));
  EXPECT_TRUE(harness_.rebuild_differences().empty());
}

TEST_F(ThreadsTest, given_a_stop_among_the_senders_then_each_is_answered_once_or_refused) {
  std::vector<std::vector<std::vector<PreparedCommand>>> work;
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    work.push_back(batches_of_one_sender());
  }
  harness_.writer->start();
  std::atomic<std::int64_t> taken{0}, answered{0}, applied{0};
  std::latch begin(static_cast<std::ptrdiff_t>(kSenders));
  const auto send = [&](std::vector<std::vector<PreparedCommand>>& batches) {
    begin.arrive_and_wait();
    for (auto& batch : batches) {
      const auto queued =
          harness_.writer->submit(actor_, std::move(batch), [&](std::vector<Outcome> outcomes) {
            ++answered;
            for (const auto& outcome : outcomes) {
              applied += outcome.status == CommandStatus::applied;
            }
          });
      if (queued) {
        ++taken;
      } else {
        EXPECT_EQ(queued.error().code(), ErrorCode::shutting_down);
      }
    }
  };
  std::vector<std::thread> threads;
  for (auto& batches : work) threads.emplace_back(send, std::ref(batches));
  while (answered == 0) std::this_thread::yield();
  harness_.writer->stop();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), taken.load());
  EXPECT_EQ(applied.load(), taken.load() * static_cast<std::int64_t>(kCommandsEach));
}

TEST_F(ThreadsTest, given_an_alarm_among_the_senders_then_commands_end_and_jobs_go_on) {
  auto work = batches_of_one_sender();
  harness_.writer->start();
  std::latch begin(2);
  std::thread sender([&] {
    begin.arrive_and_wait();
    for (auto& batch : work) {
      const auto outcomes = harness_.writer->send(actor_, std::move(batch));
      if (!outcomes) {
        EXPECT_EQ(outcomes.error().code(), ErrorCode::read_only);
      }
    }
  });
  begin.arrive_and_wait();
  harness_.writer->refuse_commands();
  EXPECT_TRUE(harness_.writer->run_job([](store::Rows&, vault::Writer&) { return ok(); }));
  sender.join();
  const auto after = harness_.writer->send(actor_, {harness_.prepare(Knock{1}, region_)});
  ASSERT_FALSE(after.has_value());
  EXPECT_EQ(after.error().code(), ErrorCode::read_only);
}

// Writers beside each other, where there are several: commands of a district one after another, the
// nation's rows changed by one at a time, commits told in order.
TEST_F(ThreadsTest,
       given_senders_of_several_districts_then_each_district_is_written_by_one_at_a_time) {
  constexpr std::size_t kDistricts = 3;
  constexpr std::size_t kDistrictSenders = 6;
  const auto nation = testing::actor(access::Role::higher_officer, "");
  struct Sender {
    RegionCode region;
    std::vector<std::vector<PreparedCommand>> batches;
    std::vector<std::int64_t> sequences;
  };
  std::vector<Sender> senders;
  for (std::size_t i = 0; i < kDistrictSenders; ++i) {
    const auto district = "32050" + std::to_string(6 + i % kDistricts) + "019001";
    Sender sender{testing::region(district), {}, {}};
    for (int round = 0; round < kRounds; ++round) {
      std::vector<PreparedCommand> batch;
      batch.push_back(harness_.prepare(Knock{1}, sender.region));
      if (round % 3 == 0) batch.push_back(harness_.prepare(Ring{1}, sender.region));
      batch.push_back(harness_.prepare(Knock{1}, sender.region));
      sender.batches.push_back(std::move(batch));
    }
    senders.push_back(std::move(sender));
  }
  std::vector<std::int64_t> told;
  harness_.writer->on_commit([&](const Committed& committed, store::Connection&) {
    told.push_back(committed.commit_number);
  });
  harness_.writer->start();
  std::latch begin(static_cast<std::ptrdiff_t>(kDistrictSenders));
  std::vector<std::thread> threads;
  for (auto& sender : senders) {
    threads.emplace_back([&] {
      begin.arrive_and_wait();
      for (auto& batch : sender.batches) {
        const auto outcomes = harness_.writer->send(nation, std::move(batch));
        ASSERT_TRUE(outcomes.has_value());
        for (const auto& outcome : *outcomes) {
          ASSERT_EQ(outcome.status, CommandStatus::applied);
          sender.sequences.push_back(outcome.position->sequence);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  harness_.writer->stop();
  for (const auto& sender : senders) EXPECT_TRUE(std::ranges::is_sorted(sender.sequences));
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i], static_cast<std::int64_t>(i) + 1) << "told one by one";
  }
  constexpr auto kRingEvents = static_cast<std::int64_t>(kDistrictSenders) * ((kRounds + 2) / 3);
  const auto row = store::get(*harness_.connection, kRings, {District{}});
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->events, kRingEvents);
  EXPECT_TRUE(journal::verify(*harness_.connection)->findings.empty());
  EXPECT_TRUE(harness_.rebuild_differences().empty());
}

TEST_F(ThreadsTest,
       given_commands_of_two_districts_in_one_batch_then_each_is_answered_in_its_place) {
  const auto nation = testing::actor(access::Role::higher_officer, "");
  std::vector<PreparedCommand> batch;
  for (const auto* code : {"320508019001", "320506019001", "320508019001", "320506019001"}) {
    batch.push_back(harness_.prepare(Knock{1}, testing::region(code)));
  }
  std::vector<CommandId> ids;
  for (const auto& command : batch) ids.push_back(command.id);
  const auto outcomes = harness_.send(nation, std::move(batch));
  ASSERT_EQ(outcomes.size(), 4u);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    EXPECT_EQ(outcomes[i].id, ids[i]);
    EXPECT_EQ(outcomes[i].status, CommandStatus::applied);
    EXPECT_EQ(outcomes[i].position->district.number, i % 2 == 0 ? 320508 : 320506);
    EXPECT_EQ(outcomes[i].position->sequence, i < 2 ? 1 : 2);
  }
}

TEST_F(ThreadsTest, given_a_command_that_writes_where_it_did_not_say_then_nothing_of_it_is_stored) {
  const auto outcome = harness_.send(actor_, Shout{1}, region_);
  if (testing::engine_of_tests() == testing::TestEngine::sqlite) {
    EXPECT_EQ(outcome.status, CommandStatus::applied) << "one writer has all districts";
    return;
  }
  EXPECT_EQ(outcome.status, CommandStatus::refused);
  EXPECT_EQ(outcome.error->code(), ErrorCode::internal);
  EXPECT_EQ(harness_.send(actor_, Knock{1}, region_).position->sequence, 1);
}

}  // namespace
}  // namespace wangdi::bus
