// SPDX-License-Identifier: Apache-2.0
// The order of events: phones and their lines, the end, and what is checked when.
#include "tests/sim/simulation.hpp"

#include <algorithm>

namespace wangdi::sim {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kActionsMost = 14;        // of one phone
constexpr std::int64_t kRoughMs = 60 * kHour;    // then the network is healed
constexpr std::int64_t kDrainMs = 15 * kMinute;  // how long the outboxes may take from there
constexpr std::int64_t kTimerMostMs = kMinute;   // sync.ts wakes at least so often

}  // namespace

Simulation::Simulation(World& world, Disk& disk, std::uint64_t seed)
    : world_(world),
      disk_(disk),
      chance_(seed),
      truth_(tally_),
      server_(world.installation, disk, clock_, chance_),
      work_(world, chance_) {
  disk_.load(world.installation.image);
  clock_.set(now_);
  for (std::size_t i = 0; i < world.staff.size(); ++i) {
    phones_.emplace_back(i, world.staff[i].account, DeviceId{chance_.id(now_)});
    auto& line = lines_.emplace_back();
    line.actions_left = static_cast<int>(chance_.between(2, kActionsMost));
    if (chance_.percent(30)) line.clock_offset = chance_.between(-kHour, kHour);
  }
}

void Simulation::note(const std::string& what) {
  if (trace) trace(std::to_string(now_ - kBegin) + " ms: " + what);
}

void Simulation::at(std::int64_t after_ms, std::function<void()> what) {
  events_.emplace(now_ + after_ms, std::move(what));
}

void Simulation::run_until(UnixMs end) {
  while (!events_.empty() && events_.begin()->first <= end) {
    auto event = events_.extract(events_.begin());
    now_ = event.key();
    clock_.set(now_);
    event.mapped()();
    if (!is_rough_ && is_quiet()) return;
  }
  now_ = end;
  clock_.set(now_);
}

void Simulation::run() {
  server_.start();
  truth_.follow(server_.auditor());
  for (std::size_t i = 0; i < phones_.size(); ++i) {
    phones_[i].look(phone_now(phones_[i]));
    expect_tick(i);
    at(gap_ms(), [this, i] { act(i); });
  }
  at(gap_ms(), [this] { mishap(); });
  run_until(kBegin + chance_.between(kHour, kRoughMs));
  heal();
  run_until(now_ + kDrainMs);
  check_end();
}

// ---- phones ----

std::int64_t Simulation::phone_now(const Phone& phone) const {
  return now_ + lines_[phone.index()].clock_offset;
}

// Mostly one thing after the other, at times a pause or a night.
std::int64_t Simulation::gap_ms() {
  const auto kind = chance_.below(100);
  if (kind < 70) return chance_.between(kSecond, kMinute);
  if (kind < 95) return chance_.between(kMinute, 30 * kMinute);
  return chance_.between(kHour, 20 * kHour);
}

void Simulation::act(std::size_t index) {
  auto& phone = phones_[index];
  auto& line = lines_[index];
  if (!is_rough_ || line.actions_left-- <= 0) return;
  const auto now = phone_now(phone);
  for (const auto& saving : work_.next(index, now, CivilDate::of(now, {}))) {
    const auto& row = phone.save(saving, now, chance_);
    truth_.saved(row);
    note("phone " + std::to_string(index) + " saves " + row.type + " " + row.id.text());
    if (!saving.undo || !chance_.percent(8)) continue;
    at(chance_.between(kSecond, 8 * kSecond), [this, index, id = row.id] {
      if (phones_[index].undo(id)) truth_.taken_back(id);
    });
  }
  read_over(phone);
  if (chance_.percent(20)) phone.look(now);
  if (chance_.percent(4)) phone.close_app();
  expect_tick(index);
  at(gap_ms(), [this, index] { act(index); });
}

// The worker sees to what needs somebody: a conflict is read, a refusal too.
void Simulation::read_over(Phone& phone) {
  std::vector<CommandId> read;
  for (const auto& row : phone.rows()) {
    const bool asks = row.state == RowState::conflict || row.state == RowState::refused ||
                      row.state == RowState::held;
    if (asks && !row.settled && chance_.percent(40)) read.push_back(row.id);
  }
  for (const auto id : read) phone.settle(id);
}

void Simulation::expect_tick(std::size_t index) {
  const auto wake_at = phones_[index].wake_at();
  if (!wake_at) return;
  const auto wait =
      std::clamp<std::int64_t>(*wake_at - phone_now(phones_[index]), 50, kTimerMostMs);
  auto& planned = lines_[index].tick_at;
  if (planned && *planned <= now_ + wait) return;
  planned = now_ + wait;
  at(wait, [this, index, when = now_ + wait] {
    if (lines_[index].tick_at == when) tick(index);
  });
}

void Simulation::tick(std::size_t index) {
  lines_[index].tick_at.reset();
  auto& phone = phones_[index];
  phone.time_out(phone_now(phone), chance_);
  if (auto request = phone.send(phone_now(phone))) send(*request);
  expect_tick(index);
}

// ---- the network ----

void Simulation::send(const Request& request) {
  if (!lines_[request.phone].is_up) {
    Reply none;
    none.number = request.number;
    return at(10, [this, request, none] { deliver(request.phone, none); });
  }
  const auto arrive_after = [&](std::int64_t ms) { at(ms, [this, request] { arrive(request); }); };
  if (!is_rough_) return arrive_after(chance_.between(10, 60));
  const auto fate = chance_.below(100);
  if (fate < 6) return;                                               // lost on the way
  if (fate < 10) arrive_after(chance_.between(kMinute, 48 * kHour));  // a copy, much later
  if (fate < 13) arrive_after(chance_.between(20, 900));              // twice
  if (fate < 16) return arrive_after(chance_.between(15 * kSecond, 40 * kSecond));
  arrive_after(chance_.between(20, 900));
}

void Simulation::arrive(const Request& request) {
  note("request " + std::to_string(request.number) + " of phone " + std::to_string(request.phone) +
       " arrives: " + request.body);
  if (!server_.is_up()) {
    Reply none;
    none.number = request.number;
    return at(20, [this, request, none] { deliver(request.phone, none); });
  }
  if (request.kind == Request::Kind::commands) truth_.delivered(request.body);
  server_.receive(request, [this, request](Reply answer) {
    if (answer.failure.status == 200 && !answer.body.empty()) {
      const auto results = must(codec::decode<bus::CommandBatchResult>(answer.body));
      truth_.answered(results, server_.auditor());
    }
    tally_.failures += answer.failure.status >= 500;
    reply(request.phone, std::move(answer));
  });
  expect_turn();
}

void Simulation::reply(std::size_t phone, Reply answer) {
  const bool lost = !lines_[phone].is_up || (is_rough_ && chance_.percent(8));
  if (lost) return;  // half open: the phone waits until its time is over
  const auto after = is_rough_ ? chance_.between(20, 1'500) : chance_.between(10, 60);
  at(after, [this, phone, answer] { deliver(phone, answer); });
}

void Simulation::deliver(std::size_t index, const Reply& answer) {
  auto& phone = phones_[index];
  note("answer " + std::to_string(answer.number) + " to phone " + std::to_string(index) + ": " +
       std::to_string(answer.failure.status) + " " + answer.failure.problem + answer.body);
  phone.take(answer, phone_now(phone), chance_);
  truth_.check_phone(phone);
  const auto district = region(kCounty).district();
  for (const auto& claim : phone.claims()) {
    if (claim.district == district.number) work_.looked(index, claim.sequence);
  }
  if (!is_rough_) settle_what_blocks(phone);
  expect_tick(index);
}

// ---- the end ----

bool Simulation::is_quiet() const {
  if (!server_.is_up() || server_.has_work() || turn_expected_) return false;
  return std::ranges::all_of(phones_, [](const Phone& phone) {
    const bool waits = std::ranges::any_of(
        phone.rows(), [](const Row& row) { return row.state == RowState::queued; });
    return !phone.waits_for_answer() && !phone.wake_at() && !(waits && !phone.must_log_in());
  });
}

// What nothing can be built on has to be read before the rest goes out.
void Simulation::settle_what_blocks(Phone& phone) {
  for (const auto& row : std::list<Row>(phone.rows())) {
    const bool blocks = row.state == RowState::refused || row.state == RowState::held;
    if (row.creates && blocks && !row.settled) phone.settle(row.id);
  }
}

void Simulation::heal() {
  is_rough_ = false;
  close_snapshot();
  fill_disk(false);
  clock_.set_right();
  if (!server_.is_up()) come_back();
  for (auto& phone : phones_) {
    lines_[phone.index()].is_up = true;
    settle_what_blocks(phone);
    phone.network_is_back();
    phone.look(phone_now(phone));
    expect_tick(phone.index());
  }
  expect_turn();
}

void Simulation::check_end() {
  truth_.follow(server_.auditor());
  for (const auto& phone : phones_) truth_.check_settled(phone, !phone.must_log_in());
  check_tables();
  open_snapshot();
  close_snapshot();
  server_.stop();
}

}  // namespace wangdi::sim
