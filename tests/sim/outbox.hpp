// SPDX-License-Identifier: Apache-2.0
// The rules of a phone's outbox as web/src/outbox/plan.ts has them, in C++ for the simulation.
// tests/sim/outbox_rules.txt holds both to the same table, so that they cannot drift apart.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/bus/messages.hpp"

namespace wangdi::sim {

inline constexpr std::int64_t kUndoMs = 5'000;
inline constexpr std::size_t kBatchRows = 100;
inline constexpr std::size_t kBatchBytes = 256 * 1024;

// Drafts are left out: nothing of them leaves the phone.
enum class RowState : std::uint8_t { queued, sent, conflict, refused, held };
std::string_view name_of(RowState state);

struct Row {
  CommandId id;
  std::string type;
  RegionCode region;
  std::string subject;  // rows of one subject go out in order
  bool creates = false;
  RowState state = RowState::queued;
  std::string body;
  std::int64_t occurred_at = 0;  // the phone's clock
  std::optional<std::int64_t> skew_ms;
  std::int64_t device_sequence = 0;
  std::optional<bus::PositionView> base_position;
  std::int64_t not_before = 0;
  bool sending = false;
  int attempts = 0;
  std::int64_t next_try_at = 0;
  bool alone = false;
  std::optional<std::int64_t> answered_at;
  std::optional<bus::PositionView> position;
  std::string problem;     // its name
  int problem_status = 0;  // and what it would be over HTTP
  bool settled = false;
};

struct Batch {
  std::vector<Row*> rows;
  std::optional<std::int64_t> next_at;
};
// `rows` are those that wait or need somebody, in any order.
Batch pick_batch(std::vector<Row*> rows, std::int64_t now);

// `chance` is from 0 to 1.
std::int64_t backoff_ms(int attempts, double chance, std::int64_t retry_after_ms);

// Status 0: no answer came.
struct Failure {
  int status = 0;
  std::string problem;  // its name; empty when there was none
  std::int64_t retry_after_ms = 0;
};
enum class Verdict : std::uint8_t { taken, keep, login, csrf, split, refuse };
std::string_view name_of(Verdict verdict);
Verdict verdict_of(const Failure& failure, std::size_t rows);

// What one result changes in its row.
void take_result(Row& row, const bus::CommandResult& result, std::int64_t now);

using Claims = std::vector<bus::SeenPosition>;
Claims merge_seen(std::span<const bus::SeenPosition> known,
                  std::span<const bus::SeenPosition> fresh);
Claims seen_after(std::span<const bus::SeenPosition> known,
                  std::span<const bus::SeenPosition> fresh,
                  std::span<const bus::PositionView> resend);
bool is_lost(const Row& row, std::span<const bus::PositionView> resend);

using Answer = std::variant<bus::CommandBatchResult, Failure>;
struct Outcome {
  Claims seen;
  std::vector<bus::PositionView> resend;
  Verdict verdict = Verdict::taken;
};
// The whole effect of one sending; writes it into the rows.
Outcome take_answer(std::span<Row* const> rows, const Answer& answer, std::int64_t now,
                    double chance);

}  // namespace wangdi::sim
