// SPDX-License-Identifier: Apache-2.0
// The second copy and the nightly epoch of a running server; `wangdi epoch`.
#include "app/key_keeper.hpp"

#include <sys/stat.h>

#include <ostream>

#include "app/commands.hpp"
#include "app/system_clock.hpp"
#include "vault/epoch.hpp"

namespace wangdi::app {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kSecondMs = 1'000;

}  // namespace

UnixMs next_epoch_at(UnixMs begun_at, int hour, ZoneOffset zone) {
  const auto at = CivilDate::of(begun_at, zone).start(zone) + hour * kHourMs;
  return at > begun_at ? at : at + kDayMs;
}

std::optional<UnixMs> epoch_begun_at(const std::string& keys_folder) {
  struct stat status{};
  if (::stat(vault::epoch_file_of(keys_folder).c_str(), &status) != 0) return std::nullopt;
  return status.st_mtim.tv_sec * kSecondMs;
}

Result<std::int64_t> begin_epoch(Runtime& runtime, const std::string& copy, std::mutex& of_copy) {
  auto& keyring = runtime.vault().keyring();
  WD_TRY(const auto change, vault::EpochChange::prepare(keyring, copy));
  // Until both folders hold the new epoch nobody looks at the copy.
  const std::lock_guard lock(of_copy);
  WD_TRY([[maybe_unused]] auto taken,
         runtime.writer().run_job(
             [&](store::Rows&, vault::Writer& vault) { return vault.take_epoch(*change); }));
  return change->keys();
}

KeyKeeper::KeyKeeper(Runtime& runtime, Log& log) : runtime_(runtime), log_(log) {
  const auto& folder = runtime.config().keys_copy;
  if (folder.empty()) return;
  copy_ = std::make_unique<vault::SecondCopy>(runtime.vault().keyring(), folder);
}

void KeyKeeper::start() {
  if (copy_) {
    follow();
    follower_ = std::make_unique<Ticker>(kFollowMs, [this] { follow(); });
  }
  looker_ = std::make_unique<Ticker>(kLookMs, [this] { look(); });
}

void KeyKeeper::stop() {
  if (looker_) looker_->stop();
  if (follower_) follower_->stop();
  if (copy_) follow();
}

void KeyKeeper::follow() {
  const std::lock_guard lock(of_copy_);
  const auto followed = copy_->follow();
  // Somebody tries the copy with a drill: it is there, and up to date in a moment.
  if (!followed && followed.error().code() == ErrorCode::folder_in_use) return;
  is_copy_lost_ = !followed;
  if (!followed && !copy_failed_) log_.error("keys_copy_lost", followed.error());
  if (followed && copy_failed_) log_.write(LogLevel::info, "keys_copy_made");
  copy_failed_ = !followed;
}

void KeyKeeper::look() {
  const auto begun_at = epoch_begun_at(runtime_.config().keys);
  if (!begun_at) return;
  const auto now = runtime_.clock().now();
  const auto due = next_epoch_at(*begun_at, runtime_.config().epoch_hour, runtime_.config().zone());
  is_epoch_late_ = now >= due + kDayMs;
  const bool waits = runtime_.clock().monotonic_ms() < try_after_ms_;
  if (now >= due && !waits && !runtime_.guard().is_alarmed()) return change_epoch();
  // An erasure whose key a reader has kept in the log of keys.db is finished by the next batch.
  for (const auto scope : runtime_.unfinished_erasures()) {
    static_cast<void>(runtime_.writer().submit_job(
        [](store::Rows&, vault::Writer&) { return ok(); }, [](const Status&) {}, {scope}));
  }
}

void KeyKeeper::change_epoch() {
  const auto begun_ms = runtime_.clock().monotonic_ms();
  const auto keys = begin_epoch(runtime_, runtime_.config().keys_copy, of_copy_);
  const auto took_ms = runtime_.clock().monotonic_ms() - begun_ms;
  if (keys) {
    ++epochs_;
    is_epoch_late_ = false;
    log_.write(LogLevel::info, "epoch_begun", {{"keys", *keys}, {"duration_ms", took_ms}});
  } else {
    // What only came at a bad moment is tried again soon, and not told.
    const bool soon = keys.error().code() == ErrorCode::queue_full;
    try_after_ms_ = runtime_.clock().monotonic_ms() + (soon ? kSecondMs : kRetryMs);
    if (soon) return;
    if (!epoch_failed_) log_.error("epoch_failed", keys.error());
  }
  epoch_failed_ = !keys;
}

int run_epoch(const Config& config, Console& console) {
  const SystemClock clock;
  auto runtime = Runtime::open(config, clock);
  if (!runtime) return fail(console, runtime.error());
  if ((*runtime)->guard().is_alarmed()) return fail(console, Error(ErrorCode::read_only));
  std::mutex of_copy;
  if (!config.keys_copy.empty()) {
    vault::SecondCopy copy((*runtime)->vault().keyring(), config.keys_copy);
    if (auto made = copy.follow(); !made) return fail(console, made.error());
  }
  (*runtime)->start();
  const auto keys = begin_epoch(**runtime, config.keys_copy, of_copy);
  if (!keys) return fail(console, keys.error());
  console.out << console.choose("新的密钥周期已经开始，密钥 ", "a new epoch has begun, keys ")
              << *keys << console.choose("，旧的已销毁", "; the old ones are destroyed") << '\n';
  if (config.keys_copy.empty()) {
    console.out << console.choose(
                       "没有密钥的副本；请填 vault.copy，或马上用 backup --keys-to 另做一份",
                       "there is no second copy of the keys; set vault.copy, or make "
                       "one now with backup --keys-to")
                << '\n';
  }
  return kExitOk;
}

}  // namespace wangdi::app
