// SPDX-License-Identifier: Apache-2.0
// The look every ten minutes at lists that are over.
#include "app/list_keeper.hpp"

#include "modules/matching/module.hpp"

namespace wangdi::app {
namespace {

constexpr std::int64_t kLookMs = 600'000;  // soon after a start too: a machine may be off at night
constexpr int kDistrictsMost = 10'000;

}  // namespace

ListKeeper::ListKeeper(Runtime& runtime, Log& log)
    : runtime_(runtime), log_(log), ticker_(kLookMs, [this] { look(); }) {}

void ListKeeper::look() {
  if (runtime_.guard().is_alarmed()) return;  // nothing is written then, and that is told already
  const auto forgotten = forget();
  if (!forgotten && !failed_) log_.error("lists_not_forgotten", forgotten.error());
  failed_ = !forgotten;
}

Status ListKeeper::forget() {
  WD_TRY(const auto reader, runtime_.reader());
  District district{};
  for (int i = 0; i < kDistrictsMost; ++i) {
    WD_TRY(const auto next, matching::next_district(*reader.connection, district));
    if (!next) return ok();
    district = *next;
    WD_TRY([[maybe_unused]] auto done,
           runtime_.writer().run_act(
               [district](bus::CommandContext& context, journal::Journal&) {
                 return matching::forget_over(context, district);
               },
               district));
  }
  return ok();
}

}  // namespace wangdi::app
