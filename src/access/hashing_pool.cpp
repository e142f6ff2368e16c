// SPDX-License-Identifier: Apache-2.0
// Threads and queue of the hashing pool.
#include "access/hashing_pool.hpp"

namespace wangdi::access {

HashingPool::HashingPool(std::vector<std::unique_ptr<HashingBench>> benches)
    : benches_(std::move(benches)) {
  for (auto& bench : benches_) threads_.emplace_back([this, &bench] { loop(*bench); });
}

HashingPool::~HashingPool() { stop(); }

bool HashingPool::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kHashingQueue) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void HashingPool::stop() {
  std::deque<Task> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  for (const auto& task : left) task(nullptr);
}

std::size_t HashingPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void HashingPool::loop(HashingBench& bench) {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const auto task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task(&bench);
  }
}

}  // namespace wangdi::access
