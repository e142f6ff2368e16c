// SPDX-License-Identifier: Apache-2.0
// Making the demo community up.
#include "app/demo_data.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <random>

#include "base/text.hpp"

namespace wangdi::app {
namespace {

constexpr std::uint32_t kSeed = 20200218;
constexpr std::size_t kNamesMax = 10'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int32_t kDocuments = 12;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

// 24 buildings: 16 of three units with six floors, 8 of two units with seven; two rooms a floor.
struct Shape {
  int buildings, units, floors, rooms;
};
constexpr std::array kShapes = {Shape{16, 3, 6, 2}, Shape{8, 2, 7, 2}};
static_assert(16 * 3 * 6 * 2 + 8 * 2 * 7 * 2 == kDemoHouseholds);
constexpr std::size_t kGrids = 3;
constexpr std::array kGridNames = {"第一网格", "第二网格", "第三网格"};

class Maker {
 public:
  Maker(const RegionCode& community, const DemoNames& names, UnixMs now, ZoneOffset zone)
      : names_(names), now_(now), today_(CivilDate::of(now, zone)), zone_(zone) {
    demo_.community = community;
  }

  DemoCommunity make() && {
    make_places();
    for (std::size_t i = 0; i < demo_.buildings.size(); ++i) fill_building(i);
    make_round();
    make_visits();
    return std::move(demo_);
  }

 private:
  // Below `bound`, the same on every machine (distributions of the library are not).
  std::uint32_t below(std::uint32_t bound) { return random_() % bound; }
  bool chance(std::uint32_t percent) { return below(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(static_cast<std::uint32_t>(list.size()))];
  }
  Uuid id() {
    std::array<std::uint8_t, 10> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(below(256));
    return make_uuid_v7(now_, bytes);
  }
  template <std::size_t Most, std::size_t Least>
  static Text<Most, Least> text(std::string value) {
    return {std::move(value)};
  }

  void make_places();
  void fill_building(std::size_t index);
  DemoHousehold make_household(const regions::AddBuilding& building, int unit, int floor, int room);
  residents::AddPerson make_person(HouseholdId household, residents::Relation relation, int age);
  void make_family(DemoHousehold& home);
  void join_group(DemoHousehold& home, std::size_t person, residents::KeyGroup group,
                  const char* reason);
  std::string name(residents::Sex sex);
  std::string id_number(CivilDate birth, residents::Sex sex);
  void make_round();
  void make_visits();
  screening::RecordVisit make_visit(const DemoHousehold& home);

  const DemoNames& names_;
  UnixMs now_;
  CivilDate today_;
  ZoneOffset zone_;
  std::mt19937 random_{kSeed};
  std::int32_t people_ = 0;
  std::int32_t documents_ = 0;
  DemoCommunity demo_;
};

void Maker::make_places() {
  const auto& community = demo_.community;
  for (std::size_t i = 0; i < kGrids; ++i) {
    demo_.grids.push_back(
        {community, text<3, 3>("00" + std::to_string(i + 1)), text<40, 1>(kGridNames[i])});
  }
  demo_.compound = {regions::CompoundId{id()}, community, text<40, 1>("一号院")};
  int number = 0;
  for (const auto& shape : kShapes) {
    for (int i = 0; i < shape.buildings; ++i, ++number) {
      const auto grid = static_cast<std::size_t>(number) * kGrids / 24;
      auto code = RegionCode::parse(community.text() + "00" + std::to_string(grid + 1));
      WD_ASSERT(code);
      demo_.buildings.push_back({BuildingId{id()}, *code, demo_.compound.id,
                                 text<40, 1>(std::to_string(number + 1) + "幢"), shape.units,
                                 shape.floors, shape.rooms});
    }
  }
}

void Maker::fill_building(std::size_t index) {
  const auto building = demo_.buildings[index];
  for (int unit = 1; unit <= building.units; ++unit) {
    for (int floor = 1; floor <= building.floors; ++floor) {
      for (int room = 1; room <= building.rooms_per_floor; ++room) {
        demo_.households.push_back(make_household(building, unit, floor, room));
      }
    }
  }
}

DemoHousehold Maker::make_household(const regions::AddBuilding& building, int unit, int floor,
                                    int room) {
  DemoHousehold home;
  auto& household = home.household;
  household.id = HouseholdId{id()};
  household.grid = building.grid;
  household.building = building.id;
  household.unit = text<12, 1>(std::to_string(unit));
  household.floor = floor;
  household.room = text<12, 1>(std::to_string(floor) + "0" + std::to_string(room));
  if (chance(3)) {
    household.state = residents::HouseholdState::vacant;
  } else {
    make_family(home);
  }
  return home;
}

std::string Maker::name(residents::Sex sex) {
  const auto at = sex == residents::Sex::male ? 0 : 1;
  if (below(400) == 0) return pick(names_.full[at]);
  return pick(names_.surnames) + pick(names_.given[at]);
}

std::string Maker::id_number(CivilDate birth, residents::Sex sex) {
  auto day = birth.text();
  std::erase(day, '-');
  // Runs through all odd and even endings, so that two people born on one day differ.
  auto order = std::to_string(people_ * 2 % 1000 + (sex == residents::Sex::male ? 1 : 0));
  order.insert(0, 3 - order.size(), '0');
  std::string digits = "990" + std::to_string(100 + people_ / 500 % 900) + day + order;
  digits += IdNumber::check_character(digits);
  return digits;
}

residents::AddPerson Maker::make_person(HouseholdId household, residents::Relation relation,
                                        int age) {
  residents::AddPerson person;
  person.id = PersonId{id()};
  person.household = household;
  person.relation = relation;
  const auto sex = chance(50) ? residents::Sex::male : residents::Sex::female;
  const auto birth = today_.plus_days(-age * 365 - static_cast<int>(below(360)) - age / 4);
  person.name = text<50, 1>(name(sex));
  person.document_number = text<32, 0>(id_number(birth, sex));
  if (age >= 12) {
    auto digits = std::to_string(100'000 + people_);
    auto phone = Mobile::parse("19900" + digits);
    WD_ASSERT(phone);
    person.phone = *phone;
  }
  ++people_;
  return person;
}

void Maker::join_group(DemoHousehold& home, std::size_t person, residents::KeyGroup group,
                       const char* reason) {
  const auto starts_on = today_.plus_days(-static_cast<int>(below(5)) - 1);
  const auto ends_on = today_.plus_days(10 + static_cast<int>(below(20)));
  const auto id = home.persons[person].id;
  if (!residents::restricts(group)) {
    home.key_groups.push_back({id, group, text<200, 1>(reason), starts_on, ends_on});
    return;
  }
  // What restricts somebody has a document, and an hour has room for a few.
  if (documents_ == kDocuments) return;
  ++documents_;
  status::SetStatus set;
  set.entry = StatusEntryId{id.value};
  set.person = id;
  set.group = static_cast<status::RestrictingGroup>(group);
  set.source = residents::GroundSource::document;
  set.starts_on = starts_on;
  set.ends_on = std::min(ends_on, starts_on.plus_days(14));
  set.document = residents::CaseDocument::tracing_letter;
  set.document_number = text<60, 1>("演示〔2020〕" + std::to_string(documents_) + "号");
  set.issuer = text<60, 1>("演示疾控中心");
  set.issued_on = starts_on;
  set.reason = text<200, 1>(reason);
  home.statuses.push_back(std::move(set));
}

void Maker::make_family(DemoHousehold& home) {
  using residents::KeyGroup;
  using residents::Relation;
  const auto& household = home.household.id;
  const bool elders = chance(18);
  const int age = elders ? 70 + static_cast<int>(below(20)) : 25 + static_cast<int>(below(40));
  home.persons.push_back(make_person(household, Relation::head, age));
  if (chance(elders ? 55 : 75)) {
    home.persons.push_back(make_person(household, Relation::spouse, age - 2));
  }
  if (!elders) {
    for (int child = 0; child < 2 && chance(55); ++child) {
      home.persons.push_back(make_person(household, Relation::child,
                                         std::max(1, age - 26 - static_cast<int>(below(8)))));
    }
    if (chance(22)) home.persons.push_back(make_person(household, Relation::parent, age + 27));
    if (chance(6)) home.persons.push_back(make_person(household, Relation::tenant, 24));
  }
  if (elders && home.persons.size() == 1 && chance(60)) {
    join_group(home, 0, KeyGroup::living_alone_elder, "独自居住，子女在外地");
  }
  if (chance(4)) {
    join_group(home, home.persons.size() - 1,
               chance(30) ? KeyGroup::key_region_returnee : KeyGroup::returnee, "节后返回");
  }
  if (chance(1)) join_group(home, 0, KeyGroup::chronic_illness, "长期服药");
}

void Maker::make_round() {
  demo_.round = {RoundId{id()},
                 demo_.community.at(RegionLevel::county),
                 text<60, 1>("第一轮入户排查"),
                 today_.plus_days(-2),
                 today_,
                 today_.plus_days(12)};
}

screening::RecordVisit Maker::make_visit(const DemoHousehold& home) {
  screening::RecordVisit visit;
  visit.visit = VisitId{id()};
  visit.household = home.household.id;
  if (home.persons.empty()) {
    visit.outcome = screening::VisitOutcome::vacant;
  } else if (chance(4)) {
    visit.outcome = screening::VisitOutcome::not_home;
  } else if (below(200) == 0) {
    visit.outcome = screening::VisitOutcome::refused;
  } else if (chance(1)) {
    visit.outcome = screening::VisitOutcome::exception;
    screening::VisitException exception;
    exception.person = home.persons.back().id;
    exception.temperature = Celsius::from_tenths(374 + below(12));
    exception.symptoms.items = {screening::Symptom::cough};
    visit.exceptions.items.push_back(exception);
  }
  return visit;
}

// The first grid is behind, so that its worker has doors left to go to.
void Maker::make_visits() {
  constexpr std::array<std::uint32_t, kGrids> kReachedPercent = {72, 90, 84};
  const auto yesterday = today_.plus_days(-1).start(zone_);
  const auto earliest = today_.start(zone_) + 8 * kHourMs;
  for (const auto& home : demo_.households) {
    const auto grid = home.household.grid.text().back() - '1';
    if (!chance(kReachedPercent[static_cast<std::size_t>(grid)])) continue;
    const bool today = !home.key_groups.empty() ? chance(70) : chance(25);
    auto at = yesterday + 9 * kHourMs + static_cast<std::int64_t>(below(480)) * kMinuteMs;
    if (today && now_ > earliest + kHourMs) {
      const auto minutes = static_cast<std::uint32_t>((now_ - earliest) / kMinuteMs);
      at = earliest + static_cast<std::int64_t>(below(minutes)) * kMinuteMs;
    }
    demo_.visits.push_back({home.household.grid, at, make_visit(home)});
  }
  std::ranges::stable_sort(demo_.visits, {}, &DemoVisit::at);
}

}  // namespace

Result<DemoNames> DemoNames::load(const std::string& path) {
  DemoNames names;
  std::ifstream file(path);
  std::string line;
  std::size_t number = 0;
  const auto damaged = [&] {
    return Error(ErrorCode::file_damaged).with("where", path + ":" + std::to_string(number));
  };
  while (std::getline(file, line)) {
    if (++number == 1) continue;
    const auto cells = text::split(line, ',');
    if (cells.size() != 3 || cells[2].empty() || number > kNamesMax) return damaged();
    const auto sex = cells[1] == "male" ? 0 : 1;
    if (cells[0] == "surname") names.surnames.emplace_back(cells[2]);
    if (cells[0] == "given") names.given[sex].emplace_back(cells[2]);
    if (cells[0] == "full") names.full[sex].emplace_back(cells[2]);
  }
  const auto empty = [](const auto& list) { return list.empty(); };
  if (names.surnames.empty() || std::ranges::any_of(names.given, empty) ||
      std::ranges::any_of(names.full, empty)) {
    return damaged();
  }
  return names;
}

DemoCommunity make_demo_community(const RegionCode& community, const DemoNames& names, UnixMs now,
                                  ZoneOffset zone) {
  return Maker(community, names, now, zone).make();
}

}  // namespace wangdi::app
