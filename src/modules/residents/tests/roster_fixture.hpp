// SPDX-License-Identifier: Apache-2.0
// A community that imports rosters: two buildings of six floors, files made in memory, and readers
// as the server has them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/sheet/writer.hpp"
#include "modules/residents/import_jobs.hpp"
#include "modules/residents/roster_queries.hpp"
#include "modules/residents/tests/fixture.hpp"

namespace wangdi::residents {

inline constexpr std::string_view kHeaderLine =
    "楼幢,单元,楼层,室号,住房状态,姓名,证件类型,证件号,手机,性别,出生日期,与户主关系,重点群体,"
    "重点群体依据,重点群体开始日期,重点群体结束日期\n";

class Importing : public ::testing::Test {
 protected:
  Importing() {
    store::Rows rows(*h().connection, store::Start::kStored);
    for (std::size_t i = 0; i < std::size(kGrids); ++i) {
      regions::StoredBuilding building;
      building.district = kTestDistrict;
      building.building = building_of(i);
      building.grid = testing::region(kGrids[i]);
      building.name = std::to_string(i + 1) + "幢";
      building.floors = 6;
      rows.put(regions::kBuilding, building);
    }
    testing::Harness::must(h().connection->begin());
    testing::Harness::must(rows.flush());
    testing::Harness::must(h().connection->commit());
    register_roster(h().registry, imports);
    reading = reader();
  }
  ~Importing() override { imports.stop(); }

  testing::Harness& h() { return roster.h; }

  bus::ReaderParts reader() {
    bus::ReaderParts parts;
    parts.connection = testing::Harness::must(h().engine->open_reader());
    parts.vault = testing::Harness::must(h().vault->open_reader(*parts.connection));
    return parts;
  }

  RosterSources sources() {
    return {*reading.connection, *reading.vault, CivilDate::of(h().clock.now(), ZoneOffset{})};
  }

  // A CSV of the header and these lines.
  static std::string file(std::initializer_list<std::string_view> lines) {
    std::string bytes(kHeaderLine);
    for (const auto line : lines) bytes.append(line).append("\n");
    return bytes;
  }
  RosterRequest request(std::string_view bytes) {
    return {importer, testing::region(kCommunity), bytes, "roster.csv", Language::kChinese};
  }
  Result<ImportTrial> try_file(std::string_view bytes) {
    return try_roster(request(bytes), sources());
  }
  ImportTrial must_try(std::string_view bytes) { return testing::Harness::must(try_file(bytes)); }
  // In the caller's name through the real writer; the writer runs from the first command on.
  ImportState apply(std::string_view bytes) {
    roster.h.send(importer, {});
    return testing::Harness::must(
        apply_roster(request(bytes), sources(),
                     {*h().writer, h().clock, roster_digest(bytes), nullptr, nullptr}));
  }
  static std::string counts(const ImportState& state) {
    const auto* phase = codec::choice_of(state.state);
    return std::string(phase->name) + " " + std::to_string(state.applied) + "+" +
           std::to_string(state.duplicates) + "+" + std::to_string(state.refused) + "=" +
           std::to_string(state.total);
  }
  static std::string counts(const ImportTrial& trial) {
    return std::to_string(trial.importable) + "(" + std::to_string(trial.changed) + ")+" +
           std::to_string(trial.errors_total) + "+" + std::to_string(trial.duplicates_total) + "=" +
           std::to_string(trial.rows);
  }
  static std::vector<std::vector<std::string>> cells_of(std::string_view bytes) {
    auto sheet = testing::Harness::must(sheet::Sheet::open(
        {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, {}));
    std::vector<std::vector<std::string>> rows;
    testing::Harness::must(sheet.for_each_row(
        [&](std::uint32_t, std::span<const sheet::Cell> cells) -> Result<sheet::Next> {
          auto& row = rows.emplace_back();
          for (const auto& cell : cells) row.emplace_back(cell.text);
          return sheet::Next::more;
        }));
    return rows;
  }
  std::size_t persons() { return roster.all(kPerson).size(); }
  std::size_t households() { return roster.all(kHousehold).size(); }

  Roster roster;
  ImportJobs imports;
  bus::ReaderParts reading;
  access::Actor importer = roster.officer();
};

}  // namespace wangdi::residents
