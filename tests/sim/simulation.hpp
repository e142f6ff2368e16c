// SPDX-License-Identifier: Apache-2.0
// One run: eight phones, a network, a server with its disk, a reader, all in one thread. The seed
// decides who does what when, what gets lost, what breaks. The same seed is the same run.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "tests/sim/truth.hpp"
#include "tests/sim/work.hpp"
#include "tests/sim/world.hpp"

namespace wangdi::sim {

class Simulation {
 public:
  Simulation(World& world, Disk& disk, std::uint64_t seed);
  // Throws Broken. `trace` is told each step in a line.
  void run();
  std::function<void(const std::string&)> trace;
  const Tally& tally() const { return tally_; }

 private:
  struct Line {  // of a phone
    bool is_up = true;
    std::int64_t clock_offset = 0;
    std::optional<UnixMs> tick_at;
    int actions_left = 0;
  };

  void note(const std::string& what);
  void at(std::int64_t after_ms, std::function<void()> what);
  void run_until(UnixMs end);
  bool is_quiet() const;

  // Phones and network.
  std::int64_t phone_now(const Phone& phone) const;
  void act(std::size_t phone);
  void read_over(Phone& phone);
  void tick(std::size_t phone);
  void expect_tick(std::size_t phone);
  void send(const Request& request);
  void arrive(const Request& request);
  void reply(std::size_t phone, Reply reply);
  void deliver(std::size_t phone, const Reply& reply);
  std::int64_t gap_ms();

  // Server.
  void expect_turn();
  void turn();
  void die();
  Death any_death();
  void come_back();
  void restore();
  void check_step();
  void check_tables();
  void check_vault();
  void check_boards();
  std::string board(std::string_view region);

  // What happens by itself.
  void mishap();
  void cut_line(std::size_t phone);
  void fill_disk(bool is_full);
  void open_snapshot();
  void close_snapshot();
  void heal();
  void settle_what_blocks(Phone& phone);
  void check_end();

  World& world_;
  Disk& disk_;
  Chance chance_;
  SimClock clock_;
  Tally tally_;
  Truth truth_;
  Server server_;
  Work work_;
  std::vector<Phone> phones_;
  std::vector<Line> lines_;
  std::multimap<UnixMs, std::function<void()>> events_;
  UnixMs now_ = kBegin;
  bool is_rough_ = true;  // until the network is healed
  bool turn_expected_ = false;
  bool disk_is_full_ = false;
  std::int64_t turns_ = 0;
  bool has_snapshot_ = false;
};

}  // namespace wangdi::sim
