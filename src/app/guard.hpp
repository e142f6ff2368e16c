// SPDX-License-Identifier: Apache-2.0
// Guards the journal of an opened installation: compares it with the anchor at the start, follows
// the heads of the districts, writes the anchor again while the journal grows, and keeps the alarm.
// An installation under alarm is read-only until an operator has acted (`wangdi verify`), and its
// anchor stays as it is.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/config.hpp"
#include "app/folder.hpp"
#include "base/clock.hpp"
#include "common/bus/writer.hpp"
#include "journal/anchor.hpp"

namespace wangdi::app {

// What a start or an examination finds, the worst of each district; empty when nothing.
struct GuardFindings {
  std::vector<journal::Alarm> alarms;
  UnixMs anchored_at = 0;  // when the anchor was written, 0 without one
  bool is_new = false;     // a folder that never had an anchor
};
// Reads anchor and journal and changes nothing. Errors: root_missing, storage_failed.
Result<GuardFindings> examine_anchor(const Config& config, const Folder& folder,
                                     store::Connection& connection);
// Writes the first anchor of a journal: of a new folder, after a restore, after an accepted loss.
// An anchor that is there stays beside it as `<path>.old`, and a kept alarm ends. Errors:
// root_missing, storage_failed, storage_full.
Status anchor_anew(const Config& config, Folder& folder, store::Connection& connection, UnixMs now);

// Numbers for /metrics.
struct GuardCounters {
  std::atomic<std::uint64_t> anchors_written{0}, anchors_failed{0}, claims_unproven{0};
};

class Guard {
 public:
  // `examines`: false while a folder is being made.
  static Result<std::unique_ptr<Guard>> open(const Config& config, Folder& folder,
                                             store::Connection& connection, const Clock& clock,
                                             bool examines);

  // Writer thread, after each commit and before its answers.
  void committed(const bus::Committed& committed);
  // A seal that the journal holds although its commit was not told: a lost answer of PostgreSQL.
  void learn(const journal::SealRow& seal);
  // Last committed position of a district, 0 when it has none. Any thread.
  std::int64_t head(District district) const;

  // Writes the anchor when the journal has grown since, and keeps a new alarm on disk. One thread
  // at a time, never the writer's. Errors: storage_failed, storage_full; the next call tries again.
  Status keep();

  // From now on the journal is under alarm; false when it was already. Any thread. `standing`: with
  // claim_differs, whose record stands at the place.
  bool raise(journal::Alarm alarm, std::optional<CommandId> standing = std::nullopt);
  bool is_alarmed() const { return alarmed_; }
  std::optional<journal::Alarm> alarm() const;

  GuardCounters& counters() { return counters_; }
  void set_restore(std::int64_t number) { restore_ = number; }

 private:
  Guard(const Config& config, Folder& folder, const Clock& clock, crypto::Hmac mac)
      : path_(config.anchor), folder_(folder), clock_(clock), mac_(std::move(mac)) {}
  std::optional<journal::Anchor> anchor_to_write();

  struct Head {
    std::int64_t sequence = 0;
    std::int64_t commit_number = 0;
    journal::Digest hash{};
  };

  const std::string path_;
  Folder& folder_;
  const Clock& clock_;
  crypto::Hmac mac_;
  std::int64_t restore_ = 0;
  bool is_new_ = false;  // the folder does not say yet that it has an anchor

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<District, Head> heads_;
  bool has_grown_ = false;
  std::optional<journal::Alarm> alarm_;
  std::optional<CommandId> standing_;
  bool alarm_is_kept_ = true;

  std::atomic<bool> alarmed_{false};
  GuardCounters counters_;
};

// "320508/18".
std::string place_text(const journal::Position& position);
// "320508/18" and, where more than one record is meant, "320508/18 .. 320508/20"; empty without
// one.
std::string place_text(const journal::Alarm& alarm);
// What the alarm means, in words.
std::string_view meaning_of(journal::AlarmReason reason, Language language);

}  // namespace wangdi::app
