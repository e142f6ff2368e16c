// SPDX-License-Identifier: Apache-2.0
// A small district for tests of the roster: two communities, three grids, a building in each. All
// persons are invented and their numbers start with 99.
#pragma once

#include <gtest/gtest.h>

#include "common/indicators/indicators.hpp"
#include "common/pinyin/table.hpp"
#include "modules/regions/tables.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/module.hpp"
#include "modules/residents/tables.hpp"
#include "modules/residents/views.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::residents {

inline constexpr District kTestDistrict{990101};
inline constexpr const char* kCommunity = "990101001001";
inline constexpr const char* kOtherCommunity = "990101001002";
// Two grids of the first community and one of the second.
inline constexpr const char* kGrids[] = {"990101001001001", "990101001001002", "990101001002001"};

inline BuildingId building_of(std::size_t grid) {
  BuildingId id;
  id.value.bytes[0] = 0xB0;
  id.value.bytes[15] = static_cast<std::uint8_t>(grid + 1);
  return id;
}

inline void register_counters(bus::Registry& registry) {
  registry.table(indicators::kCommunityDay);
  registry.table(indicators::kDistrictDay);
}

inline void register_test_search(bus::Registry& registry) {
  static const auto table =
      testing::Harness::must(pinyin::Table::load(WANGDI_SOURCE_DIR "/data/pinyin/initials.csv"));
  register_search(registry, table);
}

class Roster {
 public:
  Roster() {
    store::Rows rows(*h.connection, store::Start::kStored);
    for (const auto& table :
         {regions::kTree.info(), regions::kGrid.info(), regions::kBuilding.info()}) {
      testing::Harness::must(h.connection->create(table));
    }
    for (std::size_t i = 0; i < std::size(kGrids); ++i) {
      const auto grid = testing::region(kGrids[i]);
      rows.put(regions::kGrid, {kTestDistrict, grid.at(RegionLevel::community), grid, "网格"});
      regions::StoredBuilding building;
      building.district = kTestDistrict;
      building.building = building_of(i);
      building.grid = grid;
      building.name = std::to_string(i + 1);
      rows.put(regions::kBuilding, building);
    }
    testing::Harness::must(h.connection->begin());
    testing::Harness::must(rows.flush());
    testing::Harness::must(h.connection->commit());
  }

  access::Actor worker(std::size_t grid = 0, std::uint8_t number = 1) const {
    return testing::actor(access::Role::grid_worker, kGrids[grid], number);
  }
  access::Actor officer(std::uint8_t number = 9) const {
    return testing::actor(access::Role::community_officer, kCommunity, number);
  }

  template <class Command>
  bus::Outcome send(const Command& command, std::size_t grid = 0) {
    return h.send(worker(grid), command, testing::region(kGrids[grid]));
  }
  template <class Command>
  void must_send(const Command& command, std::size_t grid = 0) {
    const auto outcome = send(command, grid);
    ASSERT_EQ(outcome.status, bus::CommandStatus::applied)
        << (outcome.error ? error_entry(outcome.error->code()).name : "");
  }

  AddHousehold door(std::string_view room, std::size_t grid = 0) {
    AddHousehold command;
    command.id = HouseholdId{h.id()};
    command.grid = testing::region(kGrids[grid]);
    command.building = building_of(grid);
    command.unit.text = "1";
    command.floor = 4;
    command.room.text = room;
    return command;
  }
  HouseholdId add_door(std::string_view room, std::size_t grid = 0) {
    const auto command = door(room, grid);
    must_send(command, grid);
    return command.id;
  }

  AddPerson person(HouseholdId household, std::string_view name, std::string_view number = {}) {
    AddPerson command;
    command.id = PersonId{h.id()};
    command.household = household;
    command.name.text = name;
    command.document_kind = number.empty() ? DocumentKind::none : DocumentKind::identity_card;
    if (!number.empty()) command.document_number = Text<32>{std::string(number)};
    return command;
  }
  PersonId add_person(HouseholdId household, std::string_view name, std::string_view number = {},
                      std::size_t grid = 0) {
    const auto command = person(household, name, number);
    must_send(command, grid);
    return command.id;
  }

  // The answer of a query as text; the error's name when it gives one.
  std::string ask(const access::Actor& actor, const std::string& path, std::string url_query,
                  std::string body = {}) {
    auto answer = h.query(actor, path, std::move(url_query), std::move(body));
    return answer ? answer->bytes : std::string(error_entry(answer.error().code()).name);
  }

  template <class Row, std::size_t K>
  std::vector<Row> all(const store::Table<Row, K>& table) {
    auto reader = testing::Harness::must(h.engine->open_reader());
    std::vector<Row> rows;
    testing::Harness::must(
        reader->by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
          rows.push_back(store::read_row<Row>(row));
          return true;
        }));
    return rows;
  }

  testing::Harness h{register_module, register_test_search, register_counters};
};

inline std::string error_of(const bus::Outcome& outcome) {
  return outcome.error ? std::string(error_entry(outcome.error->code()).name) : "none";
}

}  // namespace wangdi::residents
