// SPDX-License-Identifier: Apache-2.0
// Keeps the keys while the server runs: the second copy follows within a second, and once a night a
// new epoch begins, so that what was erased is gone from every old copy too. What goes wrong is
// tried again and told: in the log when it changes, in /ready, /metrics and by `wangdi doctor`.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "app/log.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"
#include "vault/second_copy.hpp"

namespace wangdi::app {

// When the next epoch is to begin: the first full hour `hour` of the zone's day after `begun_at`.
UnixMs next_epoch_at(UnixMs begun_at, int hour, ZoneOffset zone);

// When the epoch of a keys folder began; nothing when there is no epoch file.
std::optional<UnixMs> epoch_begun_at(const std::string& keys_folder);

// Makes a new epoch with the writer's help, whose thread runs. Errors: those of
// vault::EpochChange; the old epoch stays in force then. Gives the number of keys.
Result<std::int64_t> begin_epoch(Runtime& runtime, const std::string& copy, std::mutex& of_copy);

class KeyKeeper {
 public:
  KeyKeeper(Runtime& runtime, Log& log);
  void start();
  void stop();

  bool has_copy() const { return copy_ != nullptr; }
  bool is_copy_lost() const { return is_copy_lost_; }
  // An epoch should have begun a day ago or earlier: what was erased is still in old copies.
  bool is_epoch_late() const { return is_epoch_late_; }
  std::uint64_t epochs() const { return epochs_; }  // begun by this process

 private:
  static constexpr std::int64_t kFollowMs = 500;
  static constexpr std::int64_t kLookMs = 1'000;
  static constexpr std::int64_t kRetryMs = 600'000;  // after an epoch that failed

  void follow();
  void look();
  void change_epoch();

  Runtime& runtime_;
  Log& log_;
  std::mutex of_copy_;
  std::unique_ptr<vault::SecondCopy> copy_;
  std::atomic<bool> is_copy_lost_{false}, is_epoch_late_{false};
  std::atomic<std::uint64_t> epochs_{0};
  std::int64_t try_after_ms_ = 0;                    // monotonic
  bool copy_failed_ = false, epoch_failed_ = false;  // the last time; told when it changes
  std::unique_ptr<Ticker> follower_, looker_;
};

}  // namespace wangdi::app
