// SPDX-License-Identifier: Apache-2.0
// The server's part of a run: turns, deaths, backups, what goes wrong, and the checks of tables.
#include <algorithm>

#include "common/bus/rebuild.hpp"
#include "journal/journal.hpp"
#include "modules/reporting/messages.hpp"
#include "modules/residents/tables.hpp"
#include "store/sqlite.hpp"
#include "tests/sim/recount.hpp"
#include "tests/sim/simulation.hpp"

namespace wangdi::sim {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kTurnsPerRecount = 8;
constexpr std::int64_t kTurnsPerRebuild = 40;
// Reference rows that the world puts in by hand, without an event.
constexpr std::string_view kNotRebuilt[] = {"region", "region_communities"};

}  // namespace

void Simulation::expect_turn() {
  if (turn_expected_ || !server_.is_up() || !server_.has_work()) return;
  turn_expected_ = true;
  const bool is_slow = is_rough_ && chance_.percent(5);
  at(is_slow ? chance_.between(kSecond, 30 * kSecond) : chance_.between(1, 40), [this] { turn(); });
}

Death Simulation::any_death() {
  if (!is_rough_ || !chance_.percent(5)) return Death::none;
  return static_cast<Death>(chance_.between(1, 5));
}

void Simulation::turn() {
  turn_expected_ = false;
  if (!server_.is_up()) return;
  if (is_rough_ && chance_.percent(4)) disk_.fail_read(chance_.between(1, 4));
  try {
    server_.turn(any_death());
  } catch (const Died&) {
    return die();
  }
  disk_.fail_read(0);
  ++tally_.turns;
  check_step();
  expect_turn();
}

void Simulation::die() {
  ++tally_.deaths;
  note("the server dies");
  has_snapshot_ = false;  // the reader dies with it
  const bool power_is_cut = chance_.percent(50);
  tally_.power_cuts += power_is_cut;
  server_.die(power_is_cut);
  at(chance_.percent(80) ? chance_.between(kSecond, 30 * kSecond)
                         : chance_.between(kMinute, 2 * kHour),
     [this] { come_back(); });
}

void Simulation::come_back() {
  if (server_.is_up()) return;
  note("the server is back");
  fill_disk(false);  // whoever starts it made room
  server_.start();
  truth_.compare(server_.auditor());
  const auto verified = must(journal::verify(server_.auditor()));
  if (!verified.findings.empty()) throw Broken("the chain is broken after a death");
  check_step();
  expect_turn();
}

void Simulation::restore() {
  close_snapshot();
  fill_disk(false);
  const auto kept = server_.backup_heads();
  note("a restore");
  server_.restore();
  ++tally_.restores;
  truth_.restored(kept);
  truth_.compare(server_.auditor());
  check_step();
}

// ---- checks ----

void Simulation::check_step() {
  truth_.follow(server_.auditor());
  ++turns_;
  if (turns_ % kTurnsPerRebuild == 0) return check_tables();
  if (turns_ % kTurnsPerRecount != 0) return;
  const auto differences = counter_differences(server_.auditor());
  if (!differences.empty()) throw Broken("counters: " + differences);
}

// Who stands in the tables has a name in the vault that opens: no key was lost on the way.
void Simulation::check_vault() {
  const auto opens = [&](District district, const Uuid& subject, vault::Field field) {
    const auto value = server_.vault_reader().get(district, subject, field);
    if (!value || !*value) throw Broken("a name does not open: " + subject.text());
  };
  for (const auto& row : all_rows(server_.auditor(), residents::kHousehold)) {
    opens(row.district, row.household.value, vault::Field::room);
  }
  for (const auto& row : all_rows(server_.auditor(), residents::kPerson)) {
    opens(row.district, row.person.value, vault::Field::name);
  }
}

void Simulation::check_tables() {
  if (!has_snapshot_) check_vault();
  auto& db = server_.auditor();
  if (const auto text = counter_differences(db); !text.empty()) throw Broken("counters: " + text);
  const auto verified = must(journal::verify(db));
  if (!verified.findings.empty()) throw Broken("verify: " + verified.findings.front().what);
  const auto path = world_.installation.folder + "/rebuilt.db";
  disk_.fill(false);  // what is rebuilt lies elsewhere
  {
    const auto engine = must(store::open_sqlite({.path = path}));
    const auto beside = must(engine->open_writer());
    const auto report =
        must(bus::rebuild_and_compare(server_.registry(), db, *beside, ZoneOffset{}));
    for (const auto& difference : report.differences) {
      const bool is_known =
          std::ranges::find(kNotRebuilt, difference.table) != std::end(kNotRebuilt);
      if (!is_known) throw Broken("rebuilt, it is another table: " + difference.table);
    }
  }
  disk_.remove(path);
  disk_.fill(disk_is_full_);
}

std::string Simulation::board(std::string_view where) {
  const auto staff = world_.staff.back();  // of the nation
  const access::Actor actor{staff.account, staff.role, staff.region, {}};
  bus::QueryContext context{server_.reader(),
                            server_.vault_reader(),
                            server_.parameters(),
                            actor,
                            server_.writer(),
                            clock_.now(),
                            CivilDate::of(clock_.now(), {}),
                            {},
                            "zh"};
  const auto& queries = server_.registry().queries();
  const auto type = std::ranges::find(queries, "reporting/board", &bus::QueryType::path);
  const auto url_query = "region=" + std::string(where);
  const bus::QueryInput input{url_query, {}, {}};
  return must(type->run(input, context)).bytes;
}

// Each board is the sum of its rows, and above the county nothing is lost or doubled.
void Simulation::check_boards() {
  std::optional<reporting::HouseholdFigures> above;
  for (const auto where : kBoards) {
    const auto view = must(codec::decode<reporting::BoardView>(board(where)));
    if (view.region.level == RegionLevel::community) continue;
    reporting::HouseholdFigures sum;
    reporting::KeyPersonFigures persons;
    for (const auto& row : view.rows) {
      sum.reached += row.households.reached;
      sum.due += row.households.due;
      sum.vacant += row.households.vacant;
      sum.missing += row.households.missing;
      sum.overdue += row.households.overdue;
      persons.seen += row.key_persons.seen;
      persons.due += row.key_persons.due;
      persons.missing += row.key_persons.missing;
    }
    if (sum != view.households || persons != view.key_persons) {
      throw Broken("the board of '" + std::string(where) + "' is not the sum of its rows");
    }
    if (view.region.level > RegionLevel::county) continue;
    if (above && *above != view.households) {
      throw Broken("the board of '" + std::string(where) + "' is not the one above it");
    }
    above = view.households;
  }
}

// ---- what goes wrong ----

void Simulation::open_snapshot() {
  if (!server_.is_up() || has_snapshot_) return;
  has_snapshot_ = true;
  must(server_.reader().begin());
  must(bus::journal_heads(server_.reader()));  // the first read fixes what it sees
  ++tally_.snapshots;
}

// However much was written meanwhile, the reader sees one moment.
void Simulation::close_snapshot() {
  if (!has_snapshot_) return;
  const auto differences = counter_differences(server_.reader());
  if (!differences.empty()) throw Broken("counters of a snapshot: " + differences);
  check_boards();
  server_.reader().rollback();
  has_snapshot_ = false;
}

void Simulation::cut_line(std::size_t index) {
  lines_[index].is_up = false;
  const auto wait = chance_.percent(80) ? chance_.between(5 * kSecond, 20 * kMinute)
                                        : chance_.between(kHour, 40 * kHour);
  at(wait, [this, index] {
    lines_[index].is_up = true;
    phones_[index].network_is_back();
    expect_tick(index);
  });
}

void Simulation::fill_disk(bool is_full) {
  disk_is_full_ = is_full;
  disk_.fill(is_full);
}

void Simulation::mishap() {
  if (!is_rough_) return;
  const auto phone =
      static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(phones_.size())));
  const auto kind = chance_.below(100);
  if (kind < 34) {
    cut_line(phone);
  } else if (kind < 40) {
    fill_disk(true);
    at(chance_.between(kSecond, 2 * kMinute), [this] { fill_disk(false); });
  } else if (kind < 46) {
    clock_.jump(chance_.between(-2 * kHour, 2 * kHour));
  } else if (kind < 52) {
    lines_[phone].clock_offset = chance_.between(-30 * kHour, 30 * kHour);
  } else if (kind < 60) {
    phones_[phone].close_app();
    expect_tick(phone);
  } else if (kind < 76) {
    open_snapshot();
    at(chance_.between(kSecond, 10 * kMinute), [this] { close_snapshot(); });
  } else if (server_.is_up() && kind < 90) {
    server_.back_up();
  } else if (server_.is_up() && server_.has_backup() && kind < 93) {
    restore();
  } else if (server_.is_up() && kind >= 93) {
    die();
  }
  at(chance_.between(20 * kSecond, 80 * kMinute), [this] { mishap(); });
}

}  // namespace wangdi::sim
