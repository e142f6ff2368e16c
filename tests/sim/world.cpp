// SPDX-License-Identifier: Apache-2.0
// Making the county.
#include "tests/sim/world.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "access/system_actor.hpp"
#include "modules/accounts/messages.hpp"
#include "modules/regions/messages.hpp"
#include "modules/regions/tables.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::sim {
namespace {

using access::Role;

constexpr std::size_t kDoorsOfGrid[] = {4, 2, 3};

class Maker {
 public:
  explicit Maker(Disk& disk) : disk_(disk) {
    std::string pattern = (std::filesystem::temp_directory_path() / "wangdi_sim_XXXXXX").string();
    world_.installation.folder = ::mkdtemp(pattern.data());
    auto& installation = world_.installation;
    installation.paths = {installation.folder + "/keys", installation.folder + "/root"};
    installation.parameters = std::make_unique<Parameters>(must(Parameters::shipped()));
    must(vault::Vault::create(installation.paths));
    // The keys' database is on the simulated disk; the program looks for its file on the real one.
    std::ofstream(installation.paths.keys + "/keys.db");
    clock_.set(kBegin - 86'400'000);
  }

  World make() && {
    Server server(world_.installation, disk_, clock_, chance_);
    server_ = &server;
    server.start();
    put_tree();
    lay_out();
    for (std::size_t grid = 0; grid < std::size(kGrids); ++grid) {
      for (std::size_t room = 1; room <= kDoorsOfGrid[grid]; ++room) add_door(grid, room);
    }
    server.stop();
    world_.installation.image = disk_.image();
    return std::move(world_);
  }

 private:
  template <class Command>
  void apply(const Command& command, const RegionCode& where) {
    bus::PreparedCommand prepared;
    prepared.id = CommandId{chance_.id(clock_.now())};
    prepared.type = Command::kType;
    prepared.region = where;
    prepared.occurred_at = clock_.now();
    prepared.skew_measured = true;
    prepared.body = codec::encode(command);
    prepared.value = std::make_shared<const Command>(command);
    server_->apply(where.text().empty() || Command::kType.starts_with("accounts")
                       ? access::system_actor()
                       : officer_of(where),
                   std::move(prepared));
  }
  access::Actor officer_of(const RegionCode& where) const {
    for (const auto& staff : world_.staff) {
      const bool is_officer = staff.role == Role::community_officer;
      if (is_officer && staff.region.contains(where)) {
        return {staff.account, staff.role, staff.region, {}};
      }
    }
    return {};
  }

  // The shipped tree has 665,276 places; the simulation needs eight.
  void put_tree() {
    auto& connection = server_->connection();
    must(connection.begin());
    store::Rows rows(connection, store::Start::kStored);
    for (const auto code : kBoards) {
      regions::TreeRow row;
      row.code = region(code);
      row.level = row.code.level();
      row.name = "地方" + std::string(code);
      rows.put(regions::kTree, row);
      const auto communities = std::ranges::count_if(
          kCommunities, [&](std::string_view one) { return row.code.contains(region(one)); });
      if (row.level <= RegionLevel::county) {
        rows.put(regions::kCommunityCount, {row.level, row.code, communities});
      }
    }
    must(rows.flush());
    must(connection.commit());
  }

  void open_account(Role role, std::string_view where) {
    accounts::OpenAccount command;
    command.account = AccountId{chance_.id(clock_.now())};
    command.name = must(accounts::LoginName::parse("staff" + std::to_string(world_.staff.size())));
    command.display_name.text = kNames[world_.staff.size() % std::size(kNames)];
    command.role = role;
    command.region = region(where);
    apply(command, command.region);
    world_.staff.push_back({command.account, role, command.region});
  }

  void lay_out() {
    open_account(Role::community_officer, kCommunities[0]);
    open_account(Role::community_officer, kCommunities[1]);
    for (std::size_t grid = 0; grid < std::size(kGrids); ++grid) {
      const auto code = region(kGrids[grid]);
      regions::AddGrid add_grid;
      add_grid.community = code.at(RegionLevel::community);
      add_grid.suffix.text = code.text().substr(12);
      add_grid.name.text = "网格" + std::to_string(grid);
      apply(add_grid, add_grid.community);
      regions::AddBuilding building;
      building.id = world_.buildings[grid] = BuildingId{chance_.id(clock_.now())};
      building.grid = code;
      building.name.text = std::to_string(grid + 1) + "幢";
      building.units = 2;
      building.floors = 9;
      building.rooms_per_floor = 4;
      apply(building, code);
    }
    open_account(Role::grid_worker, kGrids[0]);
    open_account(Role::grid_worker, kGrids[0]);
    open_account(Role::grid_worker, kGrids[2]);
    open_account(Role::county_officer, kCounty);
    open_account(Role::higher_officer, "9901");
    open_account(Role::higher_officer, "");
  }

  void add_door(std::size_t grid, std::size_t room) {
    residents::AddHousehold command;
    command.id = HouseholdId{chance_.id(clock_.now())};
    command.grid = region(kGrids[grid]);
    command.building = world_.buildings[grid];
    command.unit.text = "1";
    command.floor = static_cast<std::int32_t>(room);
    command.room.text = std::to_string(room) + "01";
    apply(command, command.grid);
    Door door{command.id, grid, {}};
    for (std::size_t i = 0; i < 2; ++i) {
      residents::AddPerson person;
      person.id = PersonId{chance_.id(clock_.now())};
      person.household = door.household;
      person.name.text = kNames[(room + i) % std::size(kNames)];
      person.document_kind = residents::DocumentKind::none;
      person.phone = must(Mobile::parse(kPhones[i]));
      apply(person, command.grid);
      door.persons.push_back(person.id);
    }
    world_.doors.push_back(std::move(door));
  }

  Disk& disk_;
  SimClock clock_;
  Chance chance_{0};
  World world_;
  Server* server_ = nullptr;
};

}  // namespace

RegionCode region(std::string_view code) { return must(RegionCode::parse(code)); }

World make_world(Disk& disk) { return Maker(disk).make(); }

}  // namespace wangdi::sim
