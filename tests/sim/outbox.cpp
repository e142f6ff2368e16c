// SPDX-License-Identifier: Apache-2.0
// plan.ts, function by function.
#include "tests/sim/outbox.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "codec/problem.hpp"

namespace wangdi::sim {
namespace {

constexpr std::int64_t kBackoffFirstMs = 2'000;
constexpr std::int64_t kBackoffMostMs = 60'000;
constexpr std::int64_t kWaitMostMs = 600'000;
constexpr std::size_t kEnvelopeBytes = 400;

void sooner(std::optional<std::int64_t>& next_at, std::int64_t at) {
  next_at = std::min(next_at.value_or(at), at);
}

void try_later(Row& row, std::int64_t now, double chance, std::int64_t wait) {
  row.sending = false;
  row.attempts += 1;
  row.next_try_at = now + backoff_ms(row.attempts, chance, wait);
}

void take_failure(std::span<Row* const> rows, const Failure& failure, Verdict verdict,
                  std::int64_t now, double chance) {
  for (auto* row : rows) {
    row->sending = false;
    switch (verdict) {
      case Verdict::keep:
        try_later(*row, now, chance, failure.retry_after_ms);
        break;
      case Verdict::split:
        row->alone = true;
        break;
      case Verdict::refuse:
        row->state = RowState::refused;
        row->answered_at = now;
        row->problem = failure.problem;
        row->problem_status = failure.status;
        break;
      case Verdict::taken:
      case Verdict::login:
      case Verdict::csrf:
        break;
    }
  }
}

}  // namespace

std::string_view name_of(RowState state) {
  constexpr std::string_view kNames[] = {"queued", "sent", "conflict", "refused", "held"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"taken", "keep", "login", "csrf", "split", "refuse"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Batch pick_batch(std::vector<Row*> rows, std::int64_t now) {
  std::ranges::sort(rows, {}, [](const Row* row) { return row->device_sequence; });
  Batch batch;
  std::set<std::string> blocked;
  std::size_t bytes = 0;
  for (auto* row : rows) {
    if (row->state != RowState::queued) {
      const bool lost = row->state == RowState::refused || row->state == RowState::held;
      if (row->creates && lost && !row->settled) blocked.insert(row->subject);
      continue;
    }
    if (blocked.contains(row->subject)) continue;
    const auto due_at = std::max(row->not_before, row->next_try_at);
    if (due_at > now && due_at - now <= kWaitMostMs) {
      blocked.insert(row->subject);
      sooner(batch.next_at, due_at);
      continue;
    }
    const auto size = row->body.size() + kEnvelopeBytes;
    const bool full = batch.rows.size() >= kBatchRows || bytes + size > kBatchBytes;
    if (!batch.rows.empty() && (full || row->alone || batch.rows.front()->alone)) {
      blocked.insert(row->subject);
      batch.next_at = now;
      continue;
    }
    batch.rows.push_back(row);
    bytes += size;
    if (row->creates) blocked.insert(row->subject);
  }
  if (!batch.rows.empty()) batch.next_at = now;
  return batch;
}

std::int64_t backoff_ms(int attempts, double chance, std::int64_t retry_after_ms) {
  const auto doubled =
      static_cast<double>(kBackoffFirstMs) * std::pow(2, std::max(0, attempts - 1));
  const auto full = std::min(static_cast<double>(kBackoffMostMs), doubled);
  const auto wait = static_cast<std::int64_t>(std::llround(full * (0.5 + chance / 2)));
  return std::max(std::min(retry_after_ms, kWaitMostMs), wait);
}

Verdict verdict_of(const Failure& failure, std::size_t rows) {
  const auto& [status, problem, wait] = failure;
  if (status == 401) return Verdict::login;
  if (status == 403 && problem == "csrf_missing") return Verdict::csrf;
  const bool barred = problem == "password_change_required" || problem == "factor_required";
  if (status == 403 && barred) return Verdict::keep;
  const bool retry =
      status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
  if (retry || status < 400 || problem.empty()) return Verdict::keep;
  return rows > 1 ? Verdict::split : Verdict::refuse;
}

void take_result(Row& row, const bus::CommandResult& result, std::int64_t now) {
  using bus::CommandStatus;
  row.sending = false;
  row.answered_at = now;
  row.problem.clear();
  row.problem_status = 0;
  if (result.problem) {
    if (const auto problem = codec::decode<codec::Problem>(result.problem->text)) {
      row.problem = problem->name;
      row.problem_status = problem->status;
    }
  }
  switch (result.status) {
    case CommandStatus::applied:
    case CommandStatus::duplicate:
      row.state = RowState::sent;
      row.position = result.position;
      break;
    case CommandStatus::conflict:
      row.state = RowState::conflict;
      break;
    case CommandStatus::held:
      row.state = RowState::held;
      row.position = result.position;
      break;
    case CommandStatus::refused:
      row.state = RowState::refused;
      break;
  }
}

Claims merge_seen(std::span<const bus::SeenPosition> known,
                  std::span<const bus::SeenPosition> fresh) {
  std::map<std::int32_t, bus::SeenPosition> highest;
  for (const auto part : {known, fresh}) {
    for (const auto& one : part) {
      const auto [at, is_new] = highest.try_emplace(one.district, one);
      if (!is_new && one.sequence > at->second.sequence) at->second = one;
    }
  }
  Claims claims;
  for (auto& [district, one] : highest) claims.push_back(std::move(one));
  return claims;
}

Claims seen_after(std::span<const bus::SeenPosition> known,
                  std::span<const bus::SeenPosition> fresh,
                  std::span<const bus::PositionView> resend) {
  Claims kept;
  for (const auto& one : known) {
    const bool is_void = std::ranges::any_of(
        resend, [&](const bus::PositionView& from) { return from.district == one.district; });
    if (!is_void) kept.push_back(one);
  }
  return merge_seen(kept, fresh);
}

bool is_lost(const Row& row, std::span<const bus::PositionView> resend) {
  const bool answered =
      row.state == RowState::sent || (row.state == RowState::held && !row.settled);
  return answered && row.position &&
         std::ranges::any_of(resend, [&](const bus::PositionView& from) {
           return row.position->district == from.district && row.position->sequence > from.sequence;
         });
}

Outcome take_answer(std::span<Row* const> rows, const Answer& answer, std::int64_t now,
                    double chance) {
  Outcome outcome;
  if (const auto* failure = std::get_if<Failure>(&answer)) {
    outcome.verdict = verdict_of(*failure, rows.size());
    take_failure(rows, *failure, outcome.verdict, now, chance);
    return outcome;
  }
  const auto& data = std::get<bus::CommandBatchResult>(answer);
  Claims fresh;
  for (auto* row : rows) {
    const auto result = std::ranges::find_if(
        data.results, [&](const bus::CommandResult& one) { return one.id == row->id; });
    if (result == data.results.end()) {
      try_later(*row, now, chance, 0);
      continue;
    }
    take_result(*row, *result, now);
    if (result->position && result->receipt) {
      fresh.push_back({result->position->district, result->position->sequence, result->receipt});
    }
  }
  outcome.seen = merge_seen({}, fresh);
  outcome.resend.assign(data.resend.begin(), data.resend.end());
  return outcome;
}

}  // namespace wangdi::sim
