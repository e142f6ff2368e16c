// SPDX-License-Identifier: Apache-2.0
// What waits to be written, and who may take it. One writer takes whatever waits, in order. Several
// beside each other take batches of districts that nobody else has until they give them back: so
// that what lies in a district is never changed by two at once, and its commands keep their order.
// A batch is of one district, or of so many that it is worth its transaction.
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <set>

#include "common/bus/submission.hpp"

namespace wangdi::bus {

struct WriteQueueOptions {
  std::size_t queue_max;  // commands and jobs waiting
  std::size_t batch_max;  // of one batch
  std::size_t writers = 1;
  bool by_district = false;
  // A smaller batch takes further districts, and is no reason for a second writer to begin.
  std::size_t batch_least = 1;
};

class WriteQueue {
 public:
  explicit WriteQueue(WriteQueueOptions options);

  // All of them or none. Errors: queue_full, shutting_down.
  Status put(std::vector<Submission> submissions);
  // Waits for something that may be taken; an empty batch when the queue was stopped and is empty.
  // The idle writer with the lowest number is woken, so that a quiet day has one warm writer.
  Batch wait_and_take(std::size_t writer);
  // The same without waiting: empty when nothing may be taken.
  Batch take();
  // The batch's districts may be taken again; whoever gives back takes next, and wakes others then.
  void give_back(const Batch& batch);
  // What waits is still taken; nothing new is put.
  void stop();
  std::size_t waiting() const;
  bool is_by_district() const { return options_.by_district; }

 private:
  struct Seat {
    std::condition_variable wake;
    bool is_idle = false;
  };

  // With the mutex held.
  Batch take_one();
  Batch take_in_order();
  Batch take_districts();
  // Whether another writer may begin, beside those who have a batch.
  bool is_worth_it() const { return working_ == 0 || queued_weight_ >= options_.batch_least; }
  void wake_one();

  const WriteQueueOptions options_;
  mutable std::mutex mutex_;
  std::list<Submission> queue_;
  std::set<District> busy_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::size_t queued_weight_ = 0;
  std::size_t working_ = 0;  // writers that have a batch
  bool is_stopping_ = false;
};

}  // namespace wangdi::bus
