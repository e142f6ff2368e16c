// SPDX-License-Identifier: Apache-2.0
// Examination, following and keeping of the anchor.
#include "app/guard.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "common/bus/restored.hpp"
#include "journal/journal.hpp"
#include "store/rows.hpp"
#include "vault/root.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

using journal::Alarm;
using journal::AlarmReason;

// Marks of the data folder.
constexpr std::string_view kAnchored = "ANCHORED";  // there was an anchor once
constexpr std::string_view kClaimed = "CLAIMED";    // a device's claim above the journal's head
constexpr std::string_view kAnchoredText = "1\n";

Result<crypto::Hmac> anchor_mac(const Config& config) {
  WD_TRY(const auto key, vault::anchor_key(config.root));
  return crypto::Hmac(key.view());
}

// "district sequence", and where another record stands there than was proved, its command.
std::string claim_text(const Alarm& alarm, const std::optional<CommandId>& standing) {
  auto text =
      std::to_string(alarm.last.district.number) + " " + std::to_string(alarm.last.sequence);
  if (standing) text += " " + standing->value.text();
  return text + "\n";
}

// Whether the record that a device's receipt is not for still stands there; another database in
// the place of that one ends the alarm.
Result<std::optional<Alarm>> kept_difference(store::Connection& connection,
                                             const journal::Position& place,
                                             std::string_view command) {
  const auto standing = Uuid::parse(command);
  WD_TRY(const auto record,
         store::get(connection, journal::kRecord, {place.district, place.sequence}));
  if (standing && (!record || record->command.value != *standing)) return std::optional<Alarm>();
  return std::optional(Alarm{AlarmReason::claim_differs, place, place});
}

// A claim that was kept and that the journal still cannot meet. One that cannot be read counts: the
// file says that there was one.
Result<std::optional<Alarm>> kept_claim(const Folder& folder, store::Connection& connection) {
  const auto text = folder.read_mark(kClaimed);
  if (!text) return std::optional<Alarm>();
  Alarm alarm{AlarmReason::claim_above_head, {}, {}};
  const auto* end = text->data() + text->size();
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  const auto first = std::from_chars(text->data(), end, district);
  if (first.ec != std::errc() || first.ptr == end) return std::optional(alarm);
  const auto second = std::from_chars(first.ptr + 1, end, sequence);
  if (second.ec != std::errc()) return std::optional(alarm);
  alarm.last = {District{district}, sequence};
  const std::string_view rest(second.ptr, static_cast<std::size_t>(end - second.ptr));
  if (rest.starts_with(' ')) {
    return kept_difference(connection, alarm.last, rest.substr(1, rest.find('\n') - 1));
  }
  WD_TRY(const auto head, journal::last_seal(connection, alarm.last.district));
  const auto last = head ? head->last_sequence : 0;
  if (last >= sequence) return std::optional<Alarm>();
  alarm.first = {alarm.last.district, last + 1};
  return std::optional(alarm);
}

Result<GuardFindings> examine(const std::string& path, const Folder& folder,
                              store::Connection& connection, crypto::Hmac& mac) {
  GuardFindings found;
  const auto file = journal::read_anchor(path, mac);
  switch (file.state) {
    case journal::AnchorState::missing:
      found.is_new = !folder.read_mark(kAnchored);
      if (!found.is_new) found.alarms.push_back({AlarmReason::anchor_missing, {}, {}});
      break;
    case journal::AnchorState::damaged:
      found.alarms.push_back({AlarmReason::anchor_damaged, {}, {}});
      break;
    case journal::AnchorState::whole:
      found.anchored_at = file.anchor.written_at;
      WD_TRY(found.alarms, journal::compare(file.anchor, journal::view_of(connection)));
      break;
  }
  WD_TRY(const auto claim, kept_claim(folder, connection));
  if (claim) found.alarms.push_back(*claim);
  return found;
}

// An anchor that is replaced by an act of an operator stays readable beside the new one.
Status put_aside(const std::string& path) {
  std::error_code failed;
  if (!fs::exists(path, failed)) return ok();
  fs::rename(path, path + ".old", failed);
  if (failed) return Error(ErrorCode::storage_failed).because("anchor: " + failed.message());
  return ok();
}

}  // namespace

Result<GuardFindings> examine_anchor(const Config& config, const Folder& folder,
                                     store::Connection& connection) {
  WD_TRY(auto mac, anchor_mac(config));
  return examine(config.anchor, folder, connection, mac);
}

Status anchor_anew(const Config& config, Folder& folder, store::Connection& connection,
                   UnixMs now) {
  WD_TRY(auto mac, anchor_mac(config));
  WD_TRY(const auto seals, journal::heads(connection));
  WD_TRY(const auto restores, bus::Restores::load(connection));
  journal::Anchor anchor{now, restores.number(), {}};
  for (const auto& seal : seals) {
    anchor.heads.push_back({{seal.district, seal.last_sequence}, seal.commit_number, seal.hash});
  }
  WD_TRY([[maybe_unused]] auto aside, put_aside(config.anchor));
  WD_TRY([[maybe_unused]] auto written, journal::write_anchor(config.anchor, anchor, mac));
  WD_TRY([[maybe_unused]] auto marked, folder.write_mark(kAnchored, kAnchoredText));
  return folder.remove_mark(kClaimed);
}

Result<std::unique_ptr<Guard>> Guard::open(const Config& config, Folder& folder,
                                           store::Connection& connection, const Clock& clock,
                                           bool examines) {
  WD_ASSERT(!config.anchor.empty());
  WD_TRY(auto mac, anchor_mac(config));
  std::unique_ptr<Guard> guard(new Guard(config, folder, clock, std::move(mac)));
  if (!examines) {
    // The folder is new, so what lies here belongs to one that is gone.
    WD_TRY([[maybe_unused]] auto aside, put_aside(config.anchor));
    guard->is_new_ = true;
    return guard;
  }
  WD_TRY(const auto found, examine(config.anchor, folder, connection, guard->mac_));
  WD_TRY(const auto seals, journal::heads(connection));
  for (const auto& seal : seals) {
    guard->heads_[seal.district] = {seal.last_sequence, seal.commit_number, seal.hash};
  }
  guard->is_new_ = found.is_new || !folder.read_mark(kAnchored);
  guard->has_grown_ = true;  // perhaps, since the anchor may be a second behind
  if (!found.alarms.empty()) {
    guard->alarm_ = found.alarms.front();
    guard->alarmed_ = true;
  } else {
    WD_TRY([[maybe_unused]] auto met, folder.remove_mark(kClaimed));
  }
  return guard;
}

void Guard::committed(const bus::Committed& committed) {
  const std::lock_guard lock(mutex_);
  for (const auto& seal : committed.sealed) {
    heads_[seal.district] = {seal.last_sequence, seal.commit_number, seal.hash};
  }
  has_grown_ = true;
}

void Guard::learn(const journal::SealRow& seal) {
  const std::lock_guard lock(mutex_);
  auto& head = heads_[seal.district];
  if (seal.last_sequence <= head.sequence) return;
  head = {seal.last_sequence, seal.commit_number, seal.hash};
  has_grown_ = true;
}

std::int64_t Guard::head(District district) const {
  const std::lock_guard lock(mutex_);
  const auto found = heads_.find(district);
  return found == heads_.end() ? 0 : found->second.sequence;
}

std::optional<journal::Anchor> Guard::anchor_to_write() {
  const std::lock_guard lock(mutex_);
  if (!has_grown_ || alarm_) return std::nullopt;
  has_grown_ = false;
  journal::Anchor anchor{clock_.now(), restore_, {}};
  anchor.heads.reserve(heads_.size());
  for (const auto& [district, head] : heads_) {
    anchor.heads.push_back({{district, head.sequence}, head.commit_number, head.hash});
  }
  return anchor;
}

Status Guard::keep() {
  if (alarmed_) {
    std::unique_lock lock(mutex_);
    if (alarm_is_kept_) return ok();
    const auto text = claim_text(*alarm_, standing_);
    lock.unlock();
    WD_TRY([[maybe_unused]] auto kept, folder_.write_mark(kClaimed, text));
    lock.lock();
    alarm_is_kept_ = true;
    return ok();
  }
  auto anchor = anchor_to_write();
  if (!anchor) return ok();
  std::ranges::sort(anchor->heads, {}, &journal::AnchorHead::position);
  auto written = journal::write_anchor(path_, *anchor, mac_);
  if (written && is_new_) written = folder_.write_mark(kAnchored, kAnchoredText);
  if (!written) {
    ++counters_.anchors_failed;
    const std::lock_guard lock(mutex_);
    has_grown_ = true;
    return written;
  }
  is_new_ = false;
  ++counters_.anchors_written;
  return ok();
}

bool Guard::raise(Alarm alarm, std::optional<CommandId> standing) {
  const std::lock_guard lock(mutex_);
  if (alarm_) return false;
  alarm_ = alarm;
  standing_ = standing;
  alarm_is_kept_ = false;
  alarmed_ = true;
  return true;
}

std::optional<Alarm> Guard::alarm() const {
  const std::lock_guard lock(mutex_);
  return alarm_;
}

std::string place_text(const journal::Position& position) {
  return std::to_string(position.district.number) + "/" + std::to_string(position.sequence);
}

std::string place_text(const Alarm& alarm) {
  if (alarm.last.sequence == 0) return {};
  if (alarm.first == alarm.last) return place_text(alarm.last);
  return place_text(alarm.first) + " .. " + place_text(alarm.last);
}

std::string_view meaning_of(AlarmReason reason, Language language) {
  const bool chinese = language == Language::kChinese;
  switch (reason) {
    case AlarmReason::anchor_missing:
      return chinese ? "锚点文件不见了" : "the anchor file is gone";
    case AlarmReason::anchor_damaged:
      return chinese ? "锚点文件损坏，或不是这套安装写的"
                     : "the anchor file is damaged or not of this installation";
    case AlarmReason::district_missing:
      return chinese ? "这个区县的记录全没了" : "all records of the district are gone";
    case AlarmReason::tail_missing:
      return chinese ? "末尾的记录丢了" : "the last records are gone";
    case AlarmReason::seal_changed:
      return chinese ? "这里的记录和当时不一样" : "other records stand here than did";
    case AlarmReason::claim_above_head:
      return chinese ? "手机收到过回执的记录，这里没有"
                     : "a phone holds receipts of records that are not here";
    case AlarmReason::claim_differs:
      return chinese ? "手机收到过回执的是另一条记录，位置已被占用"
                     : "a phone holds the receipt of another record than stands here";
  }
  return "";
}

}  // namespace wangdi::app
