// SPDX-License-Identifier: Apache-2.0
// The write behind /ready.
#include "app/readiness.hpp"

namespace wangdi::app {

void Readiness::ask(const Done& done) {
  if (clock_.monotonic_ms() - written_ms_ <= kFreshMs) return done(ok());
  auto queued = writer_.submit_job(
      [now = clock_.now()](store::Rows& rows, vault::Writer&) {
        rows.put(kReadiness, {District{}, now});
        return ok();
      },
      [this, done](Status status) {
        if (status) written_ms_ = clock_.monotonic_ms();
        done(std::move(status));
      });
  if (!queued) done(std::move(queued));
}

}  // namespace wangdi::app
