// SPDX-License-Identifier: Apache-2.0
// One transaction, and one command's way from rights to projections.
#include "common/bus/lane.hpp"

#include <algorithm>

#include "common/bus/held.hpp"
#include "store/sqlite.hpp"
#include "vault/writer.hpp"

namespace wangdi::bus {
namespace {

// The device's time plus its measured skew, never after the server's now.
UnixMs corrected(const PreparedCommand& command, UnixMs now) {
  return std::min(now, command.occurred_at + command.skew_ms);
}

// The server's own failure: no answer to the command, as it may go through the next time.
bool is_failure(const Error& error) {
  const auto code = error.code();
  return code == ErrorCode::storage_failed || code == ErrorCode::storage_full ||
         code == ErrorCode::read_only;
}

// A row that is found by another, which is found by a third, is the longest way that is foreseen.
constexpr int kLooksAhead = 3;

// What the body's MAC covers: type and region too, so that a reused id with another target shows.
std::string mac_input(const PreparedCommand& command) {
  return command.type + '\n' + command.region.text() + '\n' + command.body;
}

}  // namespace

Outcome refused(const PreparedCommand& command, Error error) {
  Outcome outcome;
  outcome.id = command.id;
  outcome.status = CommandStatus::refused;
  outcome.error = std::move(error);
  return outcome;
}

Error read_only() {
  constexpr std::string_view kRetrySeconds = "10";
  return Error(ErrorCode::read_only).with("seconds", std::string(kRetrySeconds));
}

void project(const EventType& type, const void* value, const Recorded& frame, store::Rows& rows) {
  for (const auto& apply : type.projections) apply(value, frame, rows);
}

Lane::Lane(WriterParts parts, LaneShare share)
    : parts_(parts),
      share_(std::move(share)),
      remote_(dynamic_cast<store::RemoteConnection*>(&parts.connection)),
      journal_(
          parts.connection, [this](std::span<std::uint8_t> out) { random_.fill(out); },
          share_.numbers) {}

Status Lane::expect(std::span<const Submission> batch) {
  if (!journal_.gathers()) return ok();
  std::vector<journal::CommandKey> keys;
  for (const auto& submission : batch) {
    for (const auto& command : submission.commands) {
      keys.push_back({command.region.district(), command.id});
    }
  }
  return journal_.expect(std::move(keys));
}

Status Lane::look_ahead(std::span<const Submission> batch, store::Rows& rows) {
  if (remote_ == nullptr || share_.refuses_commands) return ok();
  for (int look = 0; look < kLooksAhead; ++look) {
    for (const auto& submission : batch) {
      for (const auto& command : submission.commands) {
        const auto* type = parts_.registry.find_command(command.type);
        if (type == nullptr) continue;
        WD_TRY(const auto repeat, journal_.find(command.region.district(), command.id));
        if (repeat) continue;
        parts_.rights.foresee(rows, submission.actor);
        if (!type->foresee) continue;
        const auto occurred_at = corrected(command, parts_.clock.now());
        type->foresee(command.value.get(),
                      {rows, command.region, CivilDate::of(occurred_at, share_.zone)});
      }
    }
    WD_TRY(const bool asked, rows.fetch(*remote_));
    if (!asked) return ok();
  }
  return ok();
}

Error Lane::undo(Error error) {
  parts_.connection.rollback();
  has_destroyed_ = false;
  const auto taken_back = parts_.vault.abandoned();
  journal_.rolled_back();
  return taken_back ? error : taken_back.error();
}

Result<Lane::Run> Lane::run(std::span<Submission> batch, std::span<const District> held) {
  touched_.clear();
  if (share_.by_district) parts_.vault.begin(held.front());
  if (auto begun = parts_.connection.begin(); !begun) return undo(std::move(begun).error());
  if (share_.by_district) remote_->write_only_in(held);
  if (auto told = expect(batch); !told) return undo(std::move(told).error());
  store::Rows rows(parts_.connection, store::Start::kStored);
  if (auto looked = look_ahead(batch, rows); !looked) return undo(std::move(looked).error());
  std::vector<SubmissionResult> results;
  results.reserve(batch.size());
  for (const auto& submission : batch) {
    auto result = carry_out(submission, rows);
    if (!result) return undo(std::move(result).error());
    results.push_back(std::move(*result));
  }
  auto run = commit(rows, std::move(results));
  if (!run) return undo(std::move(run).error());
  run->committed.holds_nation =
      !share_.by_district || std::ranges::find(held, District{}) != held.end();
  return run;
}

Result<SubmissionResult> Lane::carry_out(const Submission& submission, store::Rows& rows) {
  SubmissionResult result;
  result.outcomes.reserve(submission.commands.size());
  const bool refuses = share_.refuses_commands;  // all of a submission or none
  for (const auto& command : submission.commands) {
    result.outcomes.push_back(refuses ? refused(command, read_only())
                                      : apply(submission.actor, command, rows));
  }
  if (submission.job) result.job_status = submission.job(rows, parts_.vault);
  if (submission.act) result.job_status = carry_out_act(submission, rows);
  if (batch_error_) return *std::exchange(batch_error_, std::nullopt);
  if (!rows.status()) return rows.status().error();
  return result;
}

Status Lane::carry_out_act(const Submission& submission, store::Rows& rows) {
  if (share_.refuses_commands) return read_only();
  const auto now = parts_.clock.now();
  PreparedCommand command;
  command.id = CommandId{make_uuid_v7(now, random_.take<10>())};
  command.occurred_at = now;
  auto region = RegionCode::of(submission.districts.front());
  if (region) command.region = std::move(*region);
  auto context = context_of(command, submission.actor, rows);
  auto decision = submission.act(context, journal_);
  if (!decision) {
    batch_error_ = decision.error();
    return std::move(decision).error();
  }
  if (decision->events.empty()) return ok();
  has_destroyed_ = true;
  WD_TRY([[maybe_unused]] auto recorded,
         record(submission.actor, command, std::move(*decision), context));
  return ok();
}

void Lane::empty_log() {
  log_holds_destroyed_ |= std::exchange(has_destroyed_, false);
  if (!log_holds_destroyed_ || remote_ != nullptr) return;
  const auto emptied = store::empty_log(parts_.connection);
  log_holds_destroyed_ = !emptied || !*emptied;
}

// Keys are on disk before the rows they open, and those before any answer.
Result<Lane::Run> Lane::commit(store::Rows& rows, std::vector<SubmissionResult> results) {
  WD_TRY([[maybe_unused]] auto flushed, rows.flush());
  WD_TRY(auto sealed, journal_.seal(parts_.clock.now()));
  WD_TRY([[maybe_unused]] auto keys, parts_.vault.commit_keys());
  WD_TRY([[maybe_unused]] auto fields, parts_.vault.write_rows());
  WD_TRY([[maybe_unused]] auto done, parts_.connection.commit());
  parts_.vault.settled();
  journal_.committed();
  empty_log();
  std::ranges::sort(touched_);
  touched_.erase(std::ranges::unique(touched_).begin(), touched_.end());
  return Run{std::move(results), {0, std::move(sealed), std::exchange(touched_, {})}};
}

Outcome Lane::apply(const access::Actor& actor, const PreparedCommand& command, store::Rows& rows) {
  const auto* type = parts_.registry.find_command(command.type);
  if (type == nullptr) return refused(command, Error(ErrorCode::command_unknown));
  if (journal_.gathers()) {
    // It is known already, and what the batch gathered is not in the database for others to ask.
    auto found = journal_.find(command.region.district(), command.id);
    if (!found) return refused(command, std::move(found).error());
    if (*found) return repeated(command, **found);
  }
  const auto mark = parts_.vault.mark();
  auto outcome = decide(*type, actor, command, rows);
  const bool recorded = outcome && (outcome->status == CommandStatus::applied ||
                                    outcome->status == CommandStatus::held);
  if (!recorded) parts_.vault.undo(mark);
  if (!outcome && is_failure(outcome.error())) batch_error_ = outcome.error();
  if (!outcome) return repeat_or(command, refused(command, std::move(outcome).error()));
  if (outcome->status == CommandStatus::conflict) return repeat_or(command, std::move(*outcome));
  return std::move(*outcome);
}

CommandContext Lane::context_of(const PreparedCommand& command, const access::Actor& actor,
                                store::Rows& rows) {
  const auto now = parts_.clock.now();
  const auto occurred_at = corrected(command, now);
  return {rows,
          parts_.vault,
          parts_.parameters,
          actor,
          command.id,
          command.region,
          now,
          occurred_at,
          CivilDate::of(occurred_at, share_.zone),
          CivilDate::of(now, share_.zone),
          share_.zone,
          command.base_position};
}

Result<Outcome> Lane::decide(const CommandType& type, const access::Actor& sender,
                             const PreparedCommand& command, store::Rows& rows) {
  const auto now = parts_.clock.now();
  const auto occurred_at = corrected(command, now);
  if (command.skew_measured && now - occurred_at > limits::kOfflineMs) {
    return Error(ErrorCode::too_old).with("days", std::to_string(limits::kOfflineMs / 86'400'000));
  }
  auto context = context_of(command, sender, rows);
  WD_TRY(const auto region, type.region_of(command.value.get(), context));
  if (!command.region.contains(region) || command.region.district() != region.district()) {
    return Error(ErrorCode::not_found);
  }
  const auto current = parts_.rights.current(rows, sender);
  const bool allowed = current && within(*current, type.roles, region, type.token_use).has_value();
  if (!allowed) {
    // What a person did offline is kept for review; a program asks again.
    if (sender.token || !parts_.rights.had(rows, sender, type.roles, region, occurred_at)) {
      return Error(ErrorCode::not_found);
    }
    return hold(sender, command, context);
  }
  if (type.needs_fresh_proof && !sender.is_fresh) return Error(ErrorCode::fresh_proof_required);
  WD_TRY(auto decision, type.decide(command.value.get(), context));
  if (!decision.conflicts.empty()) {
    Outcome outcome;
    outcome.id = command.id;
    outcome.status = CommandStatus::conflict;
    outcome.error = Error(ErrorCode::conflict);
    outcome.conflicts = std::move(decision.conflicts);
    return outcome;
  }
  const bool held = decision.held;
  WD_TRY(auto outcome, record(sender, command, std::move(decision), context));
  if (held && outcome.status == CommandStatus::applied) outcome.status = CommandStatus::held;
  return outcome;
}

Result<Outcome> Lane::record(const access::Actor& actor, const PreparedCommand& command,
                             Decision decision, CommandContext& context) {
  WD_ASSERT(!decision.events.empty());
  const auto mac = parts_.vault.body_mac(context.now, mac_input(command));
  std::vector<journal::RecordRow> records;
  records.reserve(decision.events.size());
  for (const auto& draft : decision.events) {
    journal::RecordRow row;
    row.district = draft.region.district();
    row.command = command.id;
    row.ordinal = static_cast<std::int32_t>(records.size());
    row.region = draft.region;
    row.type = draft.type;
    row.version = draft.version;
    row.subject = draft.subject;
    row.actor = actor.account;
    row.device = actor.device;
    row.occurred_at = context.occurred_at;
    row.skew_ms = command.skew_ms;
    row.device_sequence = command.device_sequence;
    row.recorded_at = context.now;
    draft.encode(draft.value.get(), row.body.emplace());
    if (records.empty()) {
      row.body_mac = mac;
      row.answer = decision.answer;
    }
    records.push_back(std::move(row));
  }
  auto appended_or = journal_.append(records);
  if (!appended_or) {
    // Some records may stand already: the whole batch has to be undone.
    batch_error_ = appended_or.error();
    return std::move(appended_or).error();
  }
  auto& appended = *appended_or;
  if (const auto* repeat = std::get_if<journal::Repeat>(&appended)) {
    return repeated(command, *repeat);
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& row = records[i];
    const auto* type = parts_.registry.find_event(row.type, row.version);
    WD_ASSERT(type != nullptr);
    project(*type, decision.events[i].value.get(),
            {{row.district, row.sequence},
             row.region,
             row.subject,
             row.actor,
             row.device,
             row.occurred_at,
             row.recorded_at,
             context.day},
            context.rows);
    if (row.region.level() >= RegionLevel::community) {
      touched_.push_back(row.region.at(RegionLevel::community));
    }
  }
  Outcome outcome;
  outcome.id = command.id;
  outcome.status = CommandStatus::applied;
  outcome.position = std::get<journal::Position>(appended);
  outcome.answer = decision.once ? std::move(decision.once) : std::move(decision.answer);
  return outcome;
}

Result<Outcome> Lane::hold(const access::Actor& actor, const PreparedCommand& command,
                           CommandContext& context) {
  WD_TRY(auto decision, hold_command(command, context));
  WD_TRY(auto outcome, record(actor, command, std::move(decision), context));
  if (outcome.status == CommandStatus::applied) outcome.status = CommandStatus::held;
  return outcome;
}

Outcome Lane::repeat_or(const PreparedCommand& command, Outcome otherwise) {
  auto found = journal_.find(command.region.district(), command.id);
  if (!found) {
    batch_error_ = found.error();
    return refused(command, std::move(found).error());
  }
  if (!*found) return otherwise;
  return repeated(command, **found);
}

Outcome Lane::repeated(const PreparedCommand& command, const journal::Repeat& repeat) {
  if (repeat.body_mac) {
    // Nothing when the month's key is gone: then bodies can no longer be compared.
    const auto same =
        parts_.vault.same_body(repeat.recorded_at, mac_input(command), *repeat.body_mac);
    if (same == false) return refused(command, Error(ErrorCode::command_id_reused));
  }
  Outcome outcome;
  outcome.id = command.id;
  outcome.status = CommandStatus::duplicate;
  outcome.position = repeat.position;
  outcome.answer = repeat.answer;
  return outcome;
}

}  // namespace wangdi::bus
