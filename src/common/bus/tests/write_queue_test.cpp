// SPDX-License-Identifier: Apache-2.0
// Who may take what: districts that are held, order within each, and the size of a batch.
#include "common/bus/write_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <thread>

namespace wangdi::bus {
namespace {

// "A1 N2 AN1": senders of districts A .. Z (N: the nation) and their number of commands.
std::vector<Submission> senders(const std::string& text) {
  std::vector<Submission> all;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    Submission submission;
    for (const char letter : word) {
      if (letter == 'N') submission.districts.push_back({});
      if (letter >= 'A' && letter <= 'Z' && letter != 'N') {
        submission.districts.push_back({letter - 'A' + 1});
      }
    }
    std::ranges::sort(submission.districts);
    submission.commands.resize(static_cast<std::size_t>(word.back() - '0'));
    all.push_back(std::move(submission));
  }
  return all;
}

std::string text_of(const Batch& batch) {
  std::string text;
  for (const auto& submission : batch.submissions) {
    if (!text.empty()) text += ' ';
    for (const auto district : submission.districts) {
      text += district == District{} ? 'N' : static_cast<char>('A' + district.number - 1);
    }
    text += std::to_string(submission.commands.size());
  }
  return text.empty() ? "-" : text;
}

// Each line: what is put, then what is taken one after another; "/X" gives the X-th batch back.
struct Case {
  const char* name;
  const char* put;
  std::vector<std::pair<const char*, const char*>> steps;  // "take" or "back <n>", and the batch
};

const Case kCases[] = {
    {"one district at a time", "A1 B1 A2", {{"take", "A1 A2"}, {"take", "B1"}, {"take", "-"}}},
    {"what is held is passed by", "A1 A1", {{"take", "A1 A1"}, {"take", "-"}}},
    {"a full batch leaves the rest, in order",
     "A3 A3 A1",
     {{"take", "A3"}, {"take", "-"}, {"back 0", ""}, {"take", "A3 A1"}}},
    {"the nation with a district is alone in both",
     "NA1 B1 A1 N1",
     {{"take", "AN1 A1 N1"}, {"take", "B1"}}},
    {"who waits for two keeps its place",
     "A1 NA1 A2 B1",
     {{"take", "A1"}, {"take", "B1"}, {"back 0", ""}, {"take", "AN1 A2"}}},
    {"who waits for two is not overtaken at either",
     "N1 NA1 A2",
     {{"take", "N1"}, {"take", "-"}, {"back 0", ""}, {"take", "AN1 A2"}}},
    {"too large for a batch goes alone", "A9 A1", {{"take", "A9"}, {"back 0", ""}, {"take", "A1"}}},
};

TEST(WriteQueueTest, a_batch_is_of_districts_that_nobody_else_has) {
  for (const auto& it : kCases) {
    SCOPED_TRACE(it.name);
    WriteQueue queue({.queue_max = 100, .batch_max = 5, .writers = 2, .by_district = true});
    ASSERT_TRUE(queue.put(senders(it.put)));
    std::vector<Batch> taken;
    for (const auto& [step, expected] : it.steps) {
      const std::string_view action(step);
      if (action == "take") {
        taken.push_back(queue.take());
        EXPECT_EQ(text_of(taken.back()), expected);
      } else {
        queue.give_back(taken[static_cast<std::size_t>(action.back() - '0')]);
      }
    }
  }
}

TEST(WriteQueueTest, a_small_batch_takes_further_districts) {
  WriteQueue queue(
      {.queue_max = 100, .batch_max = 9, .writers = 2, .by_district = true, .batch_least = 4});
  ASSERT_TRUE(queue.put(senders("A1 B2 A1 C1 B1 A2 D9")));
  const auto first = queue.take();
  EXPECT_EQ(text_of(first), "A1 B2 A1 B1 A2") << "C comes when there are four";
  EXPECT_EQ(text_of(queue.take()), "C1") << "D would be too many";
  EXPECT_EQ(text_of(queue.take()), "D9");
  ASSERT_TRUE(queue.put(senders("B1 NA1 C1")));
  EXPECT_EQ(text_of(queue.take()), "-");
  queue.give_back(first);
  EXPECT_EQ(text_of(queue.take()), "B1 AN1") << "C is held";
}

// Three writers and work for one: only one of them ever has a batch.
TEST(WriteQueueTest, a_second_writer_begins_only_when_enough_waits) {
  WriteQueue queue(
      {.queue_max = 100, .batch_max = 9, .writers = 3, .by_district = true, .batch_least = 4});
  ASSERT_TRUE(queue.put(senders("A1")));
  const auto first = queue.wait_and_take(0);
  EXPECT_EQ(text_of(first), "A1");
  ASSERT_TRUE(queue.put(senders("B1 C1")));
  std::atomic<bool> has_begun{false};
  std::thread second([&] {
    const auto batch = queue.wait_and_take(1);
    has_begun = true;
    EXPECT_EQ(text_of(batch), "B1 C1 D2");
    queue.give_back(batch);
  });
  EXPECT_FALSE(has_begun);
  ASSERT_TRUE(queue.put(senders("D2")));
  second.join();
  ASSERT_TRUE(queue.put(senders("E1")));
  queue.give_back(first);
  EXPECT_EQ(text_of(queue.wait_and_take(0)), "E1") << "the last at work takes what waits";
}

TEST(WriteQueueTest, one_writer_takes_any_districts_in_order) {
  WriteQueue queue({.queue_max = 100, .batch_max = 4});
  ASSERT_TRUE(queue.put(senders("A1 B1 NA1 A3")));
  EXPECT_EQ(text_of(queue.take()), "A1 B1 AN1");
  EXPECT_EQ(text_of(queue.take()), "A3");
}

TEST(WriteQueueTest, all_of_a_put_or_nothing_of_it) {
  WriteQueue queue({.queue_max = 4, .batch_max = 4, .writers = 2, .by_district = true});
  ASSERT_TRUE(queue.put(senders("A2 B1")));
  const auto full = queue.put(senders("C1 D1"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code(), ErrorCode::queue_full);
  EXPECT_EQ(queue.waiting(), 3u);
  queue.stop();
  EXPECT_EQ(queue.put(senders("C1")).error().code(), ErrorCode::shutting_down);
}

// Random senders and four writers: each district in one pair of hands, its senders in order.
TEST(WriteQueueTest, given_writers_beside_each_other_then_a_district_is_in_one_hand_and_in_order) {
  constexpr int kPut = 3'000;
  WriteQueue queue({.queue_max = 100'000, .batch_max = 7, .writers = 4, .by_district = true});
  std::map<int, std::atomic<int>> hands;
  std::map<int, std::atomic<int>> last;
  for (const int district : {1, 2, 3, 4, 5, District{}.number}) {
    hands[district] = last[district] = 0;
  }
  std::atomic<int> taken{0};
  std::vector<std::thread> writers;
  for (std::size_t writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (;;) {
        const auto batch = queue.wait_and_take(writer);
        if (batch.submissions.empty()) return;
        for (const auto district : batch.held) EXPECT_EQ(++hands[district.number], 1);
        for (const auto& submission : batch.submissions) {
          ++taken;
          for (const auto district : submission.districts) {
            const auto number = static_cast<int>(submission.actor.account.value.bytes[0]) << 8 |
                                submission.actor.account.value.bytes[1];
            EXPECT_GT(number, last[district.number].exchange(number));
          }
        }
        for (const auto district : batch.held) --hands[district.number];
        queue.give_back(batch);
      }
    });
  }
  const char* kinds[] = {"A1", "B2", "C1", "NA1", "N1", "D3", "E1", "NB1"};
  for (int i = 1; i <= kPut; ++i) {
    auto one = senders(kinds[(i * 7919) % 8]);
    one.front().actor.account.value.bytes[0] = static_cast<std::uint8_t>(i >> 8);
    one.front().actor.account.value.bytes[1] = static_cast<std::uint8_t>(i);
    ASSERT_TRUE(queue.put(std::move(one)));
  }
  queue.stop();
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(taken.load(), kPut);
  EXPECT_EQ(queue.waiting(), 0u);
}

}  // namespace
}  // namespace wangdi::bus
