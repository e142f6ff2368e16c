// SPDX-License-Identifier: Apache-2.0
// Saving, sending, answers.
#include "tests/sim/phone.hpp"

#include <algorithm>

namespace wangdi::sim {
namespace {

constexpr std::int64_t kTimeoutMs = 20'000;   // api/client.ts
constexpr std::int64_t kSampleMaxMs = 5'000;  // api/clock.ts
constexpr std::int64_t kKeepSentMs = 30LL * 86'400'000;
constexpr std::int64_t kLogInAgainMs = 30'000;  // how soon the worker tries once more

}  // namespace

const Row& Phone::save(const Saving& saving, std::int64_t now, Chance& chance) {
  auto& row = rows_.emplace_back();
  row.id = CommandId{chance.id(now)};
  row.type = saving.type;
  row.region = saving.region;
  row.subject = saving.subject;
  row.creates = saving.creates;
  row.body = saving.body;
  row.occurred_at = now;
  row.device_sequence = ++sequence_;
  row.base_position = saving.base_position;
  row.not_before = now + (saving.undo ? kUndoMs : 0);
  wake_at_ = std::min(wake_at_.value_or(row.not_before), row.not_before);
  return row;
}

Row* Phone::find(CommandId id) {
  const auto found = std::ranges::find(rows_, id, &Row::id);
  return found == rows_.end() ? nullptr : &*found;
}

bool Phone::undo(CommandId id) {
  const auto* row = find(id);
  if (!row || row->state != RowState::queued || row->sending || row->attempts > 0) return false;
  std::erase_if(rows_, [&](const Row& one) { return one.id == id; });
  return true;
}

void Phone::settle(CommandId id) {
  if (auto* row = find(id)) row->settled = true;
  wake_at_ = 0;  // what it held up is due
}

void Phone::network_is_back() {
  for (auto& row : rows_) {
    if (row.state != RowState::queued) continue;
    row.next_try_at = 0;
    row.attempts = std::min(row.attempts, 1);
  }
  wake_at_ = 0;
}

void Phone::look(std::int64_t now) {
  wants_to_look_ = true;
  wake_at_ = now;
}

void Phone::close_app() {
  token_ = 0;
  has_asked_ = wants_to_look_ = false;
  in_hand_.reset();
  wake_at_ = 0;
}

void Phone::prune(std::int64_t now) {
  std::erase_if(rows_, [&](const Row& row) {
    return row.state == RowState::sent && row.answered_at.value_or(now) < now - kKeepSentMs;
  });
}

std::vector<Row*> Phone::open_rows() {
  std::vector<Row*> open;
  for (auto& row : rows_) {
    if (row.state != RowState::sent) open.push_back(&row);
  }
  return open;
}

std::optional<std::int64_t> Phone::wake_at() const {
  if (in_hand_) return in_hand_->sent_at + kTimeoutMs;
  return wake_at_;
}

Request Phone::request(Request::Kind kind, Doing doing, std::int64_t now) {
  in_hand_ = InHand{doing, ++requests_, now, {}, {}};
  return {kind, index_, requests_, token_, {}};
}

Request Phone::batch_of(const std::vector<Row*>& rows, Doing doing, std::int64_t now) {
  auto sent = request(Request::Kind::commands, doing, now);
  in_hand_->rows = rows;
  in_hand_->seen = claims_;
  bus::CommandBatch batch;
  batch.device = device_;
  batch.seen.items = claims_;
  for (const auto* row : rows) {
    bus::CommandEnvelope envelope;
    envelope.id = row->id;
    envelope.type.text = row->type;
    envelope.region = row->region;
    envelope.occurred_at = row->occurred_at;
    envelope.skew_ms = row->skew_ms;
    envelope.device_sequence = row->device_sequence;
    envelope.base_position = row->base_position;
    envelope.body.emplace().text = row->body;
    batch.commands.items.push_back(std::move(envelope));
  }
  codec::encode(batch, sent.body);
  return sent;
}

std::optional<Request> Phone::send(std::int64_t now) {
  if (in_hand_ || !wake_at_ || *wake_at_ > now) return std::nullopt;
  wake_at_.reset();
  if (token_ == 0) {
    auto sent = request(Request::Kind::log_in, Doing::logging_in, now);
    sent.body = account_.text();
    return sent;
  }
  if (std::exchange(wants_to_look_, false)) {
    return request(Request::Kind::look, Doing::looking, now);
  }
  const bool must_ask = !has_asked_ && !claims_.empty();
  if (must_ask && std::exchange(asks_now_, false)) return batch_of({}, Doing::asking, now);
  asks_now_ = true;
  const auto [rows, next_at] = pick_batch(open_rows(), now);
  if (rows.empty()) {
    wake_at_ = next_at;
    if (must_ask && !next_at) wake_at_ = now + backoff_ms(unanswered_, 0.5, 0);
    return std::nullopt;
  }
  for (auto* row : rows) {
    row->sending = true;
    if (!row->skew_ms) row->skew_ms = skew_ms_;
  }
  return batch_of(rows, Doing::sending, now);
}

void Phone::measure(const InHand& in_hand, const Reply& reply, std::int64_t now) {
  const auto trip = now - in_hand.sent_at;
  if (reply.server_time == 0 || trip < 0 || trip > kSampleMaxMs) return;
  skew_ms_ = reply.server_time - (in_hand.sent_at + now) / 2;
}

void Phone::take(const Reply& reply, std::int64_t now, Chance& chance) {
  if (!in_hand_ || in_hand_->number != reply.number) return;
  const auto in_hand = *std::exchange(in_hand_, std::nullopt);
  const bool is_well = reply.failure.status == 200;
  if (is_well) measure(in_hand, reply, now);
  switch (in_hand.doing) {
    case Doing::logging_in:
      if (is_well) {
        token_ = reply.token;
        has_asked_ = false;
        wake_at_ = now;
      } else {
        wake_at_ = now + kLogInAgainMs;
      }
      return;
    case Doing::looking:
      if (reply.failure.status == 401) token_ = 0;
      wake_at_ = now;
      return;
    case Doing::asking:
    case Doing::sending:
      return take_batch(in_hand, reply, now, chance);
  }
}

void Phone::take_batch(const InHand& in_hand, const Reply& reply, std::int64_t now,
                       Chance& chance) {
  Answer answer = reply.failure;
  if (reply.failure.status == 200) {
    auto results = codec::decode<bus::CommandBatchResult>(reply.body);
    WD_ASSERT(results);
    answer = std::move(*results);
  }
  const auto share = static_cast<double>(chance.below(1'000)) / 1'000;
  // What is to be sent again is told from the rows as they were before this answer.
  std::vector<bus::PositionView> resend;
  if (const auto* results = std::get_if<bus::CommandBatchResult>(&answer)) {
    resend = results->resend.items;
  }
  for (auto& row : rows_) {
    if (!is_lost(row, resend)) continue;
    row.state = RowState::queued;
    row.sending = false;
    row.attempts = 0;
    row.next_try_at = 0;
  }
  const auto outcome = take_answer(in_hand.rows, answer, now, share);
  claims_ = seen_after(in_hand.seen, outcome.seen, outcome.resend);
  if (outcome.verdict == Verdict::login) token_ = 0;
  if (in_hand.doing == Doing::asking) {
    has_asked_ = outcome.verdict == Verdict::taken;
    unanswered_ = has_asked_ ? 0 : unanswered_ + 1;
  }
  wake_at_ = now;
}

void Phone::time_out(std::int64_t now, Chance& chance) {
  if (!in_hand_) return;
  const bool is_over = now >= in_hand_->sent_at + kTimeoutMs || now < in_hand_->sent_at;
  if (is_over) take({in_hand_->number, {}, {}, 0, 0}, now, chance);
}

}  // namespace wangdi::sim
