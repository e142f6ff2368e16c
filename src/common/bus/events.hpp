// SPDX-License-Identifier: Apache-2.0
// Events on their way: what a decision gives (EventDraft), what a projection is told beside the
// event (Recorded), and the outcome of a decision.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.hpp"
#include "common/bus/messages.hpp"
#include "journal/record.hpp"

namespace wangdi::bus {

// An event that is not numbered yet. An event struct has kType ("module.past_fact") and kVersion.
struct EventDraft {
  std::string_view type;
  int version = 1;
  Uuid subject;       // random id of what it is about; the journal names no person
  RegionCode region;  // where it counts: its district is the record's district
  std::shared_ptr<const void> value;
  void (*encode)(const void* value, std::string& out) = nullptr;
};

template <class Event>
EventDraft event(Uuid subject, RegionCode region, Event value) {
  return {Event::kType,
          Event::kVersion,
          subject,
          std::move(region),
          std::make_shared<const Event>(std::move(value)),
          [](const void* erased, std::string& out) {
            codec::encode(*static_cast<const Event*>(erased), out);
          }};
}

// What a command led to. Either events, or conflicts and nothing recorded. All events of one
// command belong to one district.
struct Decision {
  std::vector<EventDraft> events;
  std::optional<std::string> answer;  // JSON, kept in the journal and given again to a repeat
  std::optional<std::string> once;    // JSON, given only now: secrets never enter the journal
  std::vector<FieldConflict> conflicts;
  bool held = false;  // recorded, but somebody else has to agree first: the sender is told so
};

// The frame of a recorded event.
struct Recorded {
  journal::Position position;
  RegionCode region;
  Uuid subject;
  AccountId actor;
  DeviceId device;
  UnixMs occurred_at = 0;  // corrected by the measured skew, never after recorded_at
  UnixMs recorded_at = 0;
  CivilDate day;  // of occurred_at in the configured zone
};

}  // namespace wangdi::bus
