// SPDX-License-Identifier: Apache-2.0
// The few threads that hash passwords (security.md DO2): two at once, a short queue, then a clear
// no. Each has its own connection, MACs and random numbers.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "access/device_marks.hpp"
#include "access/gatekeeper.hpp"
#include "access/secrets.hpp"

namespace wangdi::access {

// What a task may use while it runs.
struct HashingBench {
  HashingThread parts;
  SecretMacs macs;
  DeviceMarks marks;
  crypto::Random random;
};

class HashingPool {
 public:
  // Called with a bench, or with nullptr when the pool stops before its turn.
  using Task = std::function<void(HashingBench*)>;

  explicit HashingPool(std::vector<std::unique_ptr<HashingBench>> benches);
  ~HashingPool();
  // False when the queue is full or the pool has stopped; then the task is never called.
  bool submit(Task task);
  void stop();
  std::size_t waiting() const;

 private:
  void loop(HashingBench& bench);

  std::vector<std::unique_ptr<HashingBench>> benches_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wangdi::access
