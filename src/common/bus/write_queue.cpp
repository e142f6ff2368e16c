// SPDX-License-Identifier: Apache-2.0
// Waiting, taking in order, and taking by district.
#include "common/bus/write_queue.hpp"

#include <algorithm>
#include <iterator>

namespace wangdi::bus {

WriteQueue::WriteQueue(WriteQueueOptions options) : options_(options) {
  for (std::size_t i = 0; i < options_.writers; ++i) seats_.push_back(std::make_unique<Seat>());
}

Status WriteQueue::put(std::vector<Submission> submissions) {
  const std::lock_guard lock(mutex_);
  if (is_stopping_) return Error(ErrorCode::shutting_down);
  std::size_t weight = 0;
  for (const auto& submission : submissions) weight += submission.weight();
  if (queued_weight_ + weight > options_.queue_max) {
    return Error(ErrorCode::queue_full).with("seconds", "2");
  }
  queued_weight_ += weight;
  for (auto& submission : submissions) {
    queue_.push_back(std::move(submission));
    if (is_worth_it()) wake_one();
  }
  return ok();
}

void WriteQueue::wake_one() {
  for (auto& seat : seats_) {
    if (!seat->is_idle) continue;
    seat->is_idle = false;
    seat->wake.notify_one();
    return;
  }
}

Batch WriteQueue::wait_and_take(std::size_t writer) {
  std::unique_lock lock(mutex_);
  auto& seat = *seats_[writer];
  for (;;) {
    // Who does not begin leaves it to those at work: the last of them always takes what waits.
    auto batch = is_worth_it() ? take_one() : Batch();
    if (!batch.submissions.empty()) {
      ++working_;
      // What is left may be for another district.
      if (!queue_.empty() && is_worth_it()) wake_one();
      return batch;
    }
    if (is_stopping_ && queue_.empty()) {
      wake_one();  // who waited for a district of the last batch
      return {};
    }
    seat.is_idle = true;
    seat.wake.wait(lock, [&] { return !seat.is_idle; });
  }
}

Batch WriteQueue::take() {
  const std::lock_guard lock(mutex_);
  auto batch = take_one();
  if (!batch.submissions.empty()) ++working_;
  return batch;
}

Batch WriteQueue::take_one() { return options_.by_district ? take_districts() : take_in_order(); }

Batch WriteQueue::take_in_order() {
  Batch batch;
  std::size_t weight = 0;
  while (!queue_.empty() &&
         (batch.submissions.empty() || weight + queue_.front().weight() <= options_.batch_max)) {
    weight += queue_.front().weight();
    batch.submissions.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_weight_ -= weight;
  return batch;
}

// The first that may be taken, and whatever else of its districts fits into the batch; while it is
// small, further districts too. What is passed by keeps its districts from those behind it.
Batch WriteQueue::take_districts() {
  Batch batch;
  std::size_t weight = 0;
  auto passed = busy_;
  const auto is_passed = [&](District district) { return passed.contains(district); };
  for (auto at = queue_.begin(); at != queue_.end() && weight < options_.batch_max;) {
    const bool is_first = batch.submissions.empty();
    const bool is_welcome =
        weight < options_.batch_least || std::ranges::includes(batch.held, at->districts);
    const bool fits = is_first || weight + at->weight() <= options_.batch_max;
    if (std::ranges::none_of(at->districts, is_passed) && (is_first || is_welcome) && fits) {
      std::vector<District> held;
      std::ranges::set_union(batch.held, at->districts, std::back_inserter(held));
      batch.held = std::move(held);
      weight += at->weight();
      batch.submissions.push_back(std::move(*at));
      at = queue_.erase(at);
      continue;
    }
    passed.insert(at->districts.begin(), at->districts.end());
    ++at;
  }
  queued_weight_ -= weight;
  busy_.insert(batch.held.begin(), batch.held.end());
  return batch;
}

void WriteQueue::give_back(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  for (const auto district : batch.held) busy_.erase(district);
  --working_;
}

void WriteQueue::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  for (auto& seat : seats_) {
    seat->is_idle = false;
    seat->wake.notify_one();
  }
}

std::size_t WriteQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return queued_weight_;
}

}  // namespace wangdi::bus
