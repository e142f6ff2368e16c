// SPDX-License-Identifier: Apache-2.0
// Carries out the rules of retention once a night while the server runs, at the hour of the epoch,
// and publishes the key that checks certificates; `wangdi retention`. What goes wrong is tried
// again and told in the log, in /ready and by the time of the stamp.
#pragma once

#include <atomic>
#include <memory>

#include "app/log.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"
#include "modules/retention/night.hpp"

namespace wangdi::app {

// In the data folder: its time is that of the last night that was whole.
std::string retention_stamp(const std::string& data_folder);
// In the data folder: the public key that checks certificates of destruction, as PEM.
std::string certificate_key_file(const std::string& data_folder);

// In the data folder: the certificates so far, as DISTRICT-POSITION.txt and .sig.
std::string certificates_folder(const std::string& data_folder);

// The writer's thread runs. Errors: those of carry_out_rules and of the disk.
Result<retention::Done> carry_out_retention(Runtime& runtime);

class RetentionKeeper {
 public:
  RetentionKeeper(Runtime& runtime, Log& log) : runtime_(runtime), log_(log) {}
  void start();
  void stop();
  // A night should have been a day ago or earlier: what is over is still there.
  bool is_late() const { return is_late_; }

 private:
  static constexpr std::int64_t kLookMs = 1'000;
  static constexpr std::int64_t kRetryMs = 600'000;  // after a night that failed
  void look();

  Runtime& runtime_;
  Log& log_;
  std::atomic<bool> is_late_{false};
  std::int64_t try_after_ms_ = 0;  // monotonic
  bool has_counted_ = false;
  bool failed_ = false;  // the last time; told when it changes
  std::unique_ptr<Ticker> looker_;
};

}  // namespace wangdi::app
