// SPDX-License-Identifier: Apache-2.0
// A day at a time.
#include "app/case_judge.hpp"

#include "modules/audit/judge.hpp"
#include "vault/access_log.hpp"

namespace wangdi::app {

void CaseJudge::look() {
  const auto& clock = runtime_.clock();
  if (clock.monotonic_ms() < look_after_ms_ || runtime_.guard().is_alarmed()) return;
  for (bool more = true; more && !stopping_;) {
    const auto judged = judge_one();
    // A full queue is only a bad moment.
    const bool is_failure = !judged && judged.error().code() != ErrorCode::queue_full &&
                            judged.error().code() != ErrorCode::shutting_down;
    if (is_failure && !failed_) log_.error("case_judge_failed", judged.error());
    if (judged && failed_) log_.write(LogLevel::info, "case_judge_goes_on");
    failed_ = is_failure;
    more = judged && *judged;
  }
  look_after_ms_ = clock.monotonic_ms() + kRestMs;
}

Result<bool> CaseJudge::judge_one() {
  WD_TRY(const auto districts, vault::access_log_districts(*reader_));
  bool judged = false;
  for (const auto district : districts) {
    if (stopping_) break;
    WD_TRY(const bool one, judge_in(district));
    judged = judged || one;
  }
  return judged;
}

Result<bool> CaseJudge::judge_in(District district) {
  const auto& clock = runtime_.clock();
  const auto begun_ms = clock.monotonic_ms();
  WD_TRY([[maybe_unused]] auto begun, reader_->begin());
  const auto found = audit::judge_next_day(*reader_, runtime_.parameters(), district, clock.now(),
                                           runtime_.config().zone());
  reader_->rollback();
  if (!found) return found.error();
  if (!*found) return false;
  const auto& judged = **found;
  WD_TRY([[maybe_unused]] auto recorded, runtime_.writer().run_act(
                                             [&](bus::CommandContext& context, journal::Journal&) {
                                               return audit::record_day(judged, context);
                                             },
                                             district));
  ++days_;
  cases_ += static_cast<std::uint64_t>(judged.day.cases);
  log_.write(LogLevel::info, "access_log_judged",
             {{"district", district.number},
              {"day", judged.day.day.text()},
              {"lines", judged.day.lines},
              {"accounts", judged.day.accounts},
              {"cases", judged.day.cases},
              {"left_out", judged.day.left_out},
              {"duration_ms", clock.monotonic_ms() - begun_ms}});
  return true;
}

}  // namespace wangdi::app
