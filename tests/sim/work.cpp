// SPDX-License-Identifier: Apache-2.0
// The forms.
#include "tests/sim/work.hpp"

#include "modules/accounts/messages.hpp"
#include "modules/reporting/messages.hpp"
#include "modules/residents/messages.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::sim {
namespace {

using access::Role;
using screening::VisitOutcome;

template <class Command>
Saving saving(const Command& command, const RegionCode& where, std::string subject) {
  Saving saving;
  saving.type = Command::kType;
  saving.body = codec::encode(command);
  saving.region = where;
  saving.subject = std::move(subject);
  return saving;
}

std::vector<Saving> one(std::optional<Saving> saving) {
  std::vector<Saving> list;
  if (saving) list.push_back(std::move(*saving));
  return list;
}

}  // namespace

std::vector<Saving> Work::next(std::size_t staff, UnixMs now, CivilDate today) {
  return world_.staff[staff].role == Role::grid_worker ? of_worker(staff, now, today)
                                                       : of_officer(staff, now, today);
}

std::vector<Saving> Work::of_worker(std::size_t staff, UnixMs now, CivilDate today) {
  const auto choice = chance_.below(100);
  if (choice < 45) return one(visit(staff, now));
  if (choice < 55) return one(correct_visit());
  if (choice < 62) return new_household(staff, now);
  if (choice < 77) return one(correct_household(staff));
  if (choice < 92) return one(correct_person(staff));
  return one(key_group(staff, today));
}

std::vector<Saving> Work::of_officer(std::size_t staff, UnixMs now, CivilDate today) {
  const auto choice = chance_.below(100);
  const auto role = world_.staff[staff].role;
  const bool keeps_roster = role == Role::community_officer;
  if (choice < 25) return one(start_round(staff, now, today));
  if (choice < 40) return one(end_round(staff));
  if (choice < 50) return one(cut_off(staff));
  if (role == Role::higher_officer) return {};
  if (choice < 62) return one(move_account());
  if (choice < 64) return one(close_account());
  if (!keeps_roster) return {};
  return choice < 85 ? one(visit(staff, now)) : one(correct_person(staff));
}

Door& Work::any_door(std::size_t staff) {
  std::vector<Door*> near;
  for (auto& door : doors_) {
    const auto grid = region(kGrids[door.grid]);
    // Now and then one of somebody else's: to be refused.
    if (world_.staff[staff].region.contains(grid) || chance_.percent(3)) near.push_back(&door);
  }
  return near.empty() ? doors_.front() : *chance_.pick(near);
}

bus::PositionView Work::base(std::size_t staff) const {
  return {region(kCounty).district().number, seen_heads_[staff]};
}

std::vector<screening::VisitException> Work::any_exceptions(const Door& door,
                                                            VisitOutcome outcome) {
  std::vector<screening::VisitException> found;
  if (outcome != VisitOutcome::exception) return found;
  for (const auto person : door.persons) {
    if (!found.empty() && chance_.percent(50)) break;
    auto& exception = found.emplace_back();
    exception.person = person;
    exception.temperature = Celsius::from_tenths(static_cast<int>(chance_.between(368, 380)));
  }
  return found;
}

Saving Work::visit(std::size_t staff, UnixMs now) {
  const auto& door = any_door(staff);
  screening::RecordVisit command;
  command.visit = VisitId{chance_.id(now)};
  command.household = door.household;
  command.outcome = static_cast<VisitOutcome>(chance_.between(1, 5));
  command.exceptions.items = any_exceptions(door, command.outcome);
  if (chance_.percent(15)) command.note = Text<200>{std::string(text())};
  visits_.push_back({command.visit, command.household});
  auto made = saving(command, region(kGrids[door.grid]), door.household.text());
  made.undo = true;
  return made;
}

std::optional<Saving> Work::correct_visit() {
  if (visits_.empty()) return std::nullopt;
  const auto& visited = chance_.pick(visits_);
  const auto& door = *std::ranges::find(doors_, visited.household, &Door::household);
  screening::CorrectVisit command;
  command.visit = visited.visit;
  command.household = visited.household;
  command.outcome = static_cast<VisitOutcome>(chance_.between(1, 5));
  command.exceptions.items = any_exceptions(door, command.outcome);
  command.reason.text = text();
  return saving(command, region(kGrids[door.grid]), door.household.text());
}

std::vector<Saving> Work::new_household(std::size_t staff, UnixMs now) {
  const auto grid = any_door(staff).grid;
  residents::AddHousehold household;
  household.id = HouseholdId{chance_.id(now)};
  household.grid = region(kGrids[grid]);
  household.building = world_.buildings[grid];
  household.unit.text = "2";
  household.floor = static_cast<std::int32_t>(chance_.between(1, 9));
  household.room.text = std::to_string(household.floor) + "0" + std::to_string(chance_.below(4));
  residents::AddPerson person;
  person.id = PersonId{chance_.id(now)};
  person.household = household.id;
  person.name.text = name();
  person.document_kind = residents::DocumentKind::identity_card;
  person.document_number = Text<32>{std::string(kNumbers[chance_.below(std::size(kNumbers))])};
  doors_.push_back({household.id, grid, {person.id}});
  auto first = saving(household, household.grid, household.id.text());
  first.creates = true;
  return {std::move(first), saving(person, household.grid, household.id.text())};
}

Saving Work::correct_household(std::size_t staff) {
  const auto& door = any_door(staff);
  residents::CorrectHousehold command;
  command.household = door.household;
  if (chance_.percent(60)) {
    command.state = static_cast<residents::HouseholdState>(chance_.between(1, 3));
  } else {
    command.phone = must(Mobile::parse(kPhones[chance_.below(std::size(kPhones))]));
  }
  command.reason.text = text();
  auto made = saving(command, region(kGrids[door.grid]), door.household.text());
  if (chance_.percent(80)) made.base_position = base(staff);
  return made;
}

Saving Work::correct_person(std::size_t staff) {
  const auto& door = any_door(staff);
  residents::CorrectPerson command;
  command.person = chance_.pick(door.persons);
  if (chance_.percent(50)) {
    command.name = Text<50, 1>{std::string(name())};
  } else {
    command.relation = static_cast<residents::Relation>(chance_.between(1, 6));
  }
  command.reason.text = text();
  auto made = saving(command, region(kGrids[door.grid]), door.household.text());
  if (chance_.percent(80)) made.base_position = base(staff);
  return made;
}

Saving Work::key_group(std::size_t staff, CivilDate today) {
  const auto& door = any_door(staff);
  const auto person = chance_.pick(door.persons);
  const auto group = static_cast<residents::KeyGroup>(chance_.between(4, 6));
  const auto day = today.plus_days(static_cast<std::int32_t>(chance_.between(-2, 3)));
  const auto& where = region(kGrids[door.grid]);
  if (chance_.percent(30)) {
    const residents::EndKeyGroup command{person, group, day, {std::string(text())}};
    return saving(command, where, door.household.text());
  }
  const auto until = day.plus_days(static_cast<std::int32_t>(chance_.between(0, 6)));
  const residents::AddKeyGroup command{person, group, {std::string(text())}, day, until};
  return saving(command, where, door.household.text());
}

Saving Work::start_round(std::size_t staff, UnixMs now, CivilDate today) {
  screening::StartRound command;
  command.id = RoundId{chance_.id(now)};
  command.region = world_.staff[staff].region;
  command.title.text = "排查";
  command.starts_on = today.plus_days(static_cast<std::int32_t>(chance_.between(-1, 1)));
  command.due_on = command.starts_on.plus_days(static_cast<std::int32_t>(chance_.below(3)));
  command.ends_on = command.due_on.plus_days(static_cast<std::int32_t>(chance_.below(4)));
  rounds_.emplace_back(command.id, command.region);
  return saving(command, command.region, command.id.text());
}

std::optional<Saving> Work::end_round(std::size_t staff) {
  for (const auto& [round, where] : rounds_) {
    if (where != world_.staff[staff].region || !chance_.percent(60)) continue;
    return saving(screening::EndRound{round, where, {"完成"}}, where, round.text());
  }
  return std::nullopt;
}

Saving Work::cut_off(std::size_t staff) {
  reporting::TakeCutOff command;
  command.name.text = "截数" + std::to_string(++cut_offs_);
  command.region = world_.staff[staff].region;
  return saving(command, command.region, command.name.text);
}

Saving Work::move_account() {
  std::vector<const Staff*> workers;
  for (const auto& staff : world_.staff) {
    if (staff.role == Role::grid_worker) workers.push_back(&staff);
  }
  accounts::MoveAccount command;
  command.account = chance_.pick(workers)->account;
  command.role = Role::grid_worker;
  command.region = region(kGrids[chance_.below(std::size(kGrids))]);
  return saving(command, region(kCounty), command.account.text());
}

Saving Work::close_account() {
  auto moved = move_account();
  const auto worker = codec::decode<accounts::MoveAccount>(moved.body)->account;
  const accounts::CloseAccount command{worker, {std::string(text())}};
  return saving(command, region(kCounty), worker.text());
}

}  // namespace wangdi::sim
