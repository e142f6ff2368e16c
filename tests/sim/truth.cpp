// SPDX-License-Identifier: Apache-2.0
// The invariants of commands.
#include "tests/sim/truth.hpp"

#include "common/bus/held.hpp"
#include "common/bus/restored.hpp"
#include "tests/sim/world.hpp"

namespace wangdi::sim {
namespace {

using bus::CommandStatus;
using store::Statement;

constexpr Statement kNewRecords{"sim_new_records",
                                "SELECT sequence, command, ordinal, type, body FROM journal"
                                " WHERE district = $1 AND sequence > $2 ORDER BY sequence"};
constexpr Statement kRecordAt{"sim_record_at",
                              "SELECT sequence, command, ordinal, type, body FROM journal"
                              " WHERE district = $1 AND sequence = $2"};

struct RecordSeen {
  std::int64_t sequence = 0;
  CommandId command;
  std::int32_t ordinal = 0;
  std::string type;
  std::optional<std::string> body;
};
WD_DESCRIBE(RecordSeen, sequence, command, ordinal, type, body)

bool names_somebody(const std::string& text) {
  const auto is_in = [&](std::string_view secret) { return text.find(secret) != text.npos; };
  return std::ranges::any_of(kNames, is_in) || std::ranges::any_of(kNumbers, is_in) ||
         std::ranges::any_of(kPhones, is_in) || std::ranges::any_of(kTexts, is_in);
}

bool same(const bus::PositionView& a, const bus::PositionView& b) {
  return a.district == b.district && a.sequence == b.sequence;
}

std::string text_of(const bus::PositionView& position) {
  return std::to_string(position.district) + "/" + std::to_string(position.sequence);
}

template <class Each>
void each_count(const Each& each) {
  boost::mp11::mp_for_each<boost::describe::describe_members<Tally, boost::describe::mod_public>>(
      [&](auto member) { each(member.name, member.pointer); });
}

}  // namespace

void Tally::add(const Tally& other) {
  each_count([&](const char*, auto member) { this->*member += other.*member; });
}

std::string Tally::text() const {
  std::string text;
  each_count([&](std::string name, auto member) {
    std::ranges::replace(name, '_', ' ');
    text += (text.empty() ? "" : ", ") + std::to_string(this->*member) + " " + name;
  });
  return text;
}

void Truth::fail(const std::string& what, CommandId id) {
  throw Broken(id.value.is_nil() ? what : what + " (" + id.text() + ")");
}

void Truth::saved(const Row& row) { sent_.emplace(row.id, 0); }

void Truth::taken_back(CommandId id) { taken_back_.insert(id); }

void Truth::delivered(const std::string& batch) {
  const auto decoded = codec::decode<bus::CommandBatch>(batch);
  for (const auto& command : decoded->commands) ++sent_[command.id];
}

void Truth::follow(store::Connection& db) {
  for (const auto& head : must(bus::journal_heads(db))) {
    const auto district = head.district.number;
    auto& entries = journal_[district];
    const auto last = static_cast<std::int64_t>(entries.size());
    if (head.sequence == last) continue;
    for (const auto& record :
         must(store::select<RecordSeen>(db, kNewRecords, head.district, last))) {
      const bus::PositionView position{district, record.sequence};
      entries.push_back({record.sequence, record.command, record.ordinal});
      if (record.sequence != static_cast<std::int64_t>(entries.size())) {
        fail("a gap in the journal before " + text_of(position));
      }
      if (record.body && names_somebody(*record.body)) {
        fail("somebody stands in the journal at " + text_of(position));
      }
      if (record.ordinal != 0) continue;
      if (!known_.emplace(record.command, Known{position, record.type}).second) {
        fail("a command is recorded twice, again at " + text_of(position), record.command);
      }
      if (taken_back_.contains(record.command)) {
        fail("a row that was taken back is recorded", record.command);
      }
    }
    if (head.sequence != static_cast<std::int64_t>(entries.size())) {
      fail("the journal of " + std::to_string(district) + " ends at " +
           std::to_string(head.sequence) + ", where " + std::to_string(entries.size()) +
           " records were read");
    }
  }
}

void Truth::compare(store::Connection& db) {
  for (const auto& [district, entries] : journal_) {
    const auto records =
        must(store::select<RecordSeen>(db, kNewRecords, District{district}, std::int64_t{0}));
    if (records.size() < entries.size()) {
      fail("the journal of " + std::to_string(district) + " lost its end: " +
           std::to_string(records.size()) + " of " + std::to_string(entries.size()) + " records");
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry now{records[i].sequence, records[i].command, records[i].ordinal};
      if (now != entries[i]) fail("a record changed", entries[i].command);
    }
  }
  follow(db);
}

void Truth::restored(const std::map<std::int32_t, std::int64_t>& kept) {
  for (auto& [district, entries] : journal_) {
    const auto found = kept.find(district);
    const auto last = found == kept.end() ? 0 : found->second;
    while (static_cast<std::int64_t>(entries.size()) > last) {
      const auto& entry = entries.back();
      if (entry.ordinal == 0) {
        known_.erase(entry.command);
        lost_.insert(entry.command);
      }
      entries.pop_back();
    }
  }
}

void Truth::answered(const bus::CommandBatchResult& results, store::Connection& db) {
  for (const auto& result : results.results) {
    const bool recorded = result.status == CommandStatus::applied ||
                          result.status == CommandStatus::duplicate ||
                          result.status == CommandStatus::held;
    tally_.applied += result.status == CommandStatus::applied;
    tally_.duplicates += result.status == CommandStatus::duplicate;
    tally_.held += result.status == CommandStatus::held;
    tally_.conflicts += result.status == CommandStatus::conflict;
    tally_.refused += result.status == CommandStatus::refused;
    if (!recorded) continue;
    if (!result.position || !result.receipt) fail("an answer without position", result.id);
    const auto record = must(store::select_one<RecordSeen>(
        db, kRecordAt, District{result.position->district}, result.position->sequence));
    if (!record || record->command != result.id || record->ordinal != 0) {
      fail("answered, and not in the journal at " + text_of(*result.position), result.id);
    }
    if (result.status == CommandStatus::held && record->type != bus::CommandHeld::kType) {
      fail("called held, and is not", result.id);
    }
    tally_.sent_again += lost_.contains(result.id);
  }
}

void Truth::check_row(const Row& row, const Phone& phone) const {
  if (!row.position || (row.state != RowState::sent && row.state != RowState::held)) return;
  const auto found = known_.find(row.id);
  if (found == known_.end()) {
    if (lost_.contains(row.id)) return;
    fail("phone " + std::to_string(phone.index()) + " shows as " + std::string(name_of(row.state)) +
             " what is not there",
         row.id);
  }
  if (!same(found->second.position, *row.position) && !lost_.contains(row.id)) {
    fail("one command, two positions: " + text_of(found->second.position) + " and " +
             text_of(*row.position),
         row.id);
  }
}

void Truth::check_phone(const Phone& phone) const {
  for (const auto& row : phone.rows()) {
    check_row(row, phone);
    if (row.state == RowState::refused && row.problem_status >= 500) {
      fail("a failure of the server (" + row.problem + ") looks final to the worker", row.id);
    }
    if ((row.state == RowState::refused || row.state == RowState::conflict) &&
        row.problem.empty()) {
      fail("a refusal without a reason", row.id);
    }
  }
}

void Truth::check_settled(const Phone& phone, bool reachable) {
  check_phone(phone);
  for (const auto& row : phone.rows()) {
    const auto found = known_.find(row.id);
    const bool recorded = found != known_.end();
    switch (row.state) {
      case RowState::queued:
        if (reachable) fail("phone " + std::to_string(phone.index()) + " is not empty", row.id);
        break;
      case RowState::sent:
      case RowState::held:
        if (!reachable || (row.state == RowState::held && row.settled)) break;
        if (!recorded) fail("lost by a restore and never sent again", row.id);
        if (!same(found->second.position, *row.position)) {
          fail("phone and server name two positions", row.id);
        }
        break;
      case RowState::conflict:
      case RowState::refused:
        if (!recorded) break;
        // Only a copy that was under way all the time may have come after the refusal.
        if (sent_.at(row.id) < 2) fail("refused, and recorded", row.id);
        ++tally_.late_copies;
        break;
    }
  }
}

}  // namespace wangdi::sim
