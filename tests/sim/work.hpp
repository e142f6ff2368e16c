// SPDX-License-Identifier: Apache-2.0
// What workers and officers do on their phones: forms as the screens fill them in.
#pragma once

#include <optional>
#include <vector>

#include "modules/screening/messages.hpp"
#include "tests/sim/chance.hpp"
#include "tests/sim/phone.hpp"
#include "tests/sim/world.hpp"

namespace wangdi::sim {

class Work {
 public:
  Work(const World& world, Chance& chance)
      : world_(world), chance_(chance), doors_(world.doors), seen_heads_(world.staff.size(), 0) {}

  // Something this account would save; `today` by the phone. More than one row when they belong
  // together.
  std::vector<Saving> next(std::size_t staff, UnixMs now, CivilDate today);
  // What a screen showed: the position that corrections are based on.
  void looked(std::size_t staff, std::int64_t head) { seen_heads_[staff] = head; }

 private:
  struct Visited {
    VisitId visit;
    HouseholdId household;
  };

  std::vector<Saving> of_worker(std::size_t staff, UnixMs now, CivilDate today);
  std::vector<Saving> of_officer(std::size_t staff, UnixMs now, CivilDate today);
  Saving visit(std::size_t staff, UnixMs now);
  std::optional<Saving> correct_visit();
  std::vector<Saving> new_household(std::size_t staff, UnixMs now);
  Saving correct_household(std::size_t staff);
  Saving correct_person(std::size_t staff);
  Saving key_group(std::size_t staff, CivilDate today);
  Saving start_round(std::size_t staff, UnixMs now, CivilDate today);
  std::optional<Saving> end_round(std::size_t staff);
  Saving cut_off(std::size_t staff);
  Saving move_account();
  Saving close_account();

  Door& any_door(std::size_t staff);
  std::vector<screening::VisitException> any_exceptions(const Door& door,
                                                        screening::VisitOutcome outcome);
  bus::PositionView base(std::size_t staff) const;
  std::string_view name() { return kNames[chance_.below(std::size(kNames))]; }
  std::string_view text() { return kTexts[chance_.below(std::size(kTexts))]; }

  const World& world_;
  Chance& chance_;
  std::vector<Door> doors_;
  std::vector<Visited> visits_;
  std::vector<std::pair<RoundId, RegionCode>> rounds_;
  std::vector<std::int64_t> seen_heads_;
  int cut_offs_ = 0;
};

}  // namespace wangdi::sim
