// SPDX-License-Identifier: Apache-2.0
// Judges the access log of a running server day by day (modules/audit/judge): at the start what is
// late, then each day when its time has come. It reads beside the writer; what it found goes in by
// one act for each district and day, so that a kill between two steps only means that it is done
// again. What goes wrong is tried again and told when it changes.
#pragma once

#include <atomic>
#include <memory>

#include "app/log.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"

namespace wangdi::app {

class CaseJudge {
 public:
  CaseJudge(Runtime& runtime, std::unique_ptr<store::Connection> reader, Log& log)
      : runtime_(runtime), log_(log), reader_(std::move(reader)) {}
  void start() {
    looker_ = std::make_unique<Ticker>(kLookMs, [this] { look(); });
  }
  void stop() {
    stopping_ = true;
    if (looker_) looker_->stop();
  }

  // By this process.
  std::uint64_t days() const { return days_; }
  std::uint64_t cases() const { return cases_; }
  bool is_failing() const { return failed_; }

 private:
  static constexpr std::int64_t kLookMs = 1'000;
  static constexpr std::int64_t kRestMs = 60'000;  // when nothing was due, and after a failure

  void look();
  // Whether a day was judged.
  Result<bool> judge_one();
  Result<bool> judge_in(District district);

  Runtime& runtime_;
  Log& log_;
  std::unique_ptr<store::Connection> reader_;
  std::int64_t look_after_ms_ = 0;  // monotonic
  std::atomic<std::uint64_t> days_{0}, cases_{0};
  std::atomic<bool> failed_{false}, stopping_{false};
  std::unique_ptr<Ticker> looker_;
};

}  // namespace wangdi::app
