// SPDX-License-Identifier: Apache-2.0
// The division tree through the one door: its import, what stands below the community, the views.
// The shipped tree is imported once; each test uses communities of its own.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>

#include "modules/regions/facts.hpp"
#include "modules/regions/module.hpp"
#include "modules/regions/tables.hpp"
#include "modules/regions/tests/shipped_tree.hpp"
#include "modules/regions/tree_import.hpp"
#include "tests/support/harness.hpp"

namespace wangdi::regions {
namespace {

namespace fs = std::filesystem;
using access::Role;
using bus::CommandStatus;
using testing::actor;
using testing::Harness;
using testing::region;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double used_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// 苏州市姑苏区, whose communities the tests share out among themselves.
constexpr std::string_view kCounty = "320508";

const access::Actor kAdministrator = actor(Role::system_administrator, "");

class RegionsApi : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("wangdi_regions_" + std::to_string(::getpid()));
    parts_ = {std::make_shared<const TreeStore>((folder_ / "trees").string()),
              std::make_shared<TreeIndex>(ShippedTree::pinyin())};
    fs::create_directories(folder_ / "trees");
    harness_ = std::make_unique<Harness>(std::initializer_list<Harness::Register>{
        [](bus::Registry& registry) { register_module(registry, parts_); }});
    Harness::must(import(ShippedTree::source()));
  }
  static void TearDownTestSuite() {
    harness_.reset();
    parts_ = {};
    fs::remove_all(folder_);
  }

  static Harness& api() { return *harness_; }

  static Status import(const TreeSource& source, const access::Actor& by = kAdministrator) {
    api().send(by, {});  // the writer runs
    const auto before = used_cpu_seconds();
    auto imported = import_tree(source, *parts_.trees, *api().writer,
                                {by, CommandId{api().id()}, api().clock.now()});
    std::printf("import through the command: %.2f CPU s\n", used_cpu_seconds() - before);
    return imported;
  }

  // The communities of the county that displayed order gives, from the `skip`th on.
  static std::vector<RegionCode> communities(std::size_t skip, std::size_t count) {
    std::vector<RegionCode> found;
    const auto reader = Harness::must(api().engine->open_reader());
    const auto townships =
        Harness::must(displayed_children(*reader, region(kCounty), std::nullopt, 100));
    for (const auto& township : townships) {
      const auto steps =
          Harness::must(displayed_children(*reader, township.code, std::nullopt, 200));
      for (const auto& step : steps) {
        const auto facts = Harness::must(store::get(*reader, kTree, {step.level, step.code}));
        if ((facts->flags & kVirtual) != 0) continue;
        if (skip > 0) {
          --skip;
        } else if (found.size() < count) {
          found.push_back(step.code);
        }
      }
    }
    EXPECT_EQ(found.size(), count);
    return found;
  }
  static access::Actor officer(const RegionCode& community) {
    return actor(Role::community_officer, community.text());
  }
  static RegionCode add_grid(const RegionCode& community, std::string suffix, std::string name) {
    const auto outcome =
        api().send(officer(community), AddGrid{community, {suffix}, {name}}, community);
    EXPECT_EQ(outcome.status, CommandStatus::applied);
    return region(community.text() + suffix);
  }

  template <class View>
  static View view(const access::Actor& by, const std::string& path, const std::string& query) {
    return Harness::must(codec::decode<View>(Harness::must(api().query(by, path, query)).bytes));
  }
  static ErrorCode refusal(const bus::Outcome& outcome) {
    EXPECT_EQ(outcome.status, CommandStatus::refused);
    return outcome.error ? outcome.error->code() : ErrorCode::internal;
  }
  static void expect_field(const bus::Outcome& outcome, std::string_view pointer, ErrorCode code) {
    ASSERT_EQ(refusal(outcome), ErrorCode::invalid_fields);
    ASSERT_EQ(outcome.error->fields().size(), 1u);
    EXPECT_EQ(outcome.error->fields().front().pointer, pointer);
    EXPECT_EQ(outcome.error->fields().front().code, code);
  }

  // The shipped tree with another day.
  static TreeSource edition_of(const std::string& day) {
    const auto folder = folder_ / ("edition_" + day);
    fs::copy(WANGDI_SOURCE_DIR "/data/admin", folder);
    std::ofstream(folder / "edition.csv") << "name,day\nstatistical_codes," << day << "\n";
    return TreeSource(folder.string());
  }

  static inline fs::path folder_;
  static inline Parts parts_;
  static inline std::unique_ptr<Harness> harness_;
};

// ---- the tree ----

TEST_F(RegionsApi, given_the_shipped_tree_when_imported_then_it_is_in_force) {
  const auto reader = Harness::must(api().engine->open_reader());
  const auto tree = Harness::must(tree_in_force(*reader));
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->source, Harness::must(ShippedTree::source().digest()));
  EXPECT_EQ(tree->edition.text(), "2023-06-30");
  EXPECT_EQ(tree->nodes, 665'685);
  EXPECT_EQ(Harness::must(community_count(*reader, RegionCode())), 620'573 - 1'447);
}

TEST_F(RegionsApi, given_no_kept_copy_when_a_tree_is_imported_then_it_is_refused) {
  const ImportTree unknown{SourceDigest{7}};
  const auto outcome = api().send(kAdministrator, unknown, RegionCode());
  EXPECT_EQ(refusal(outcome), ErrorCode::tree_refused);
}

TEST_F(RegionsApi, given_a_tree_of_an_earlier_day_when_imported_then_it_is_refused) {
  const auto imported = import(edition_of("2022-06-30"));
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().code(), ErrorCode::tree_refused);
}

TEST_F(RegionsApi, given_anybody_but_the_nations_administrator_when_importing_then_not_found) {
  for (const auto& by : {actor(Role::higher_officer, ""), actor(Role::county_officer, kCounty),
                         actor(Role::system_administrator, "32")}) {
    const auto imported = import(ShippedTree::source(), by);
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code(), ErrorCode::not_found);
  }
}

// ---- below the community ----

TEST_F(RegionsApi, given_a_community_when_laid_out_then_its_grids_and_buildings_are_shown) {
  const auto community = communities(0, 1).front();
  const auto grid = add_grid(community, "001", "第一网格");
  const auto other = add_grid(community, "002", "第二网格");
  const CompoundId compound{api().id()};
  EXPECT_EQ(
      api().send(officer(community), AddCompound{compound, community, {"东园"}}, community).status,
      CommandStatus::applied);
  const auto add = [&](const RegionCode& in, const char* name, std::optional<CompoundId> of) {
    const AddBuilding building{BuildingId{api().id()}, in, of, {name}, 2, 6, 3};
    EXPECT_EQ(api().send(officer(community), building, community).status, CommandStatus::applied);
  };
  add(other, "5幢", std::nullopt);
  add(grid, "2幢", compound);
  add(grid, "1幢", compound);

  const auto query = "community=" + community.text();
  const auto shown = view<Buildings>(officer(community), "regions/buildings", query);
  ASSERT_EQ(shown.rows.size(), 3u);  // by grid, then as added
  EXPECT_EQ(shown.rows.items[0].name, "2幢");
  EXPECT_EQ(shown.rows.items[0].compound, compound);
  EXPECT_EQ(shown.rows.items[0].compound_name, "东园");
  EXPECT_EQ(shown.rows.items[0].floors, 6);
  EXPECT_EQ(shown.rows.items[1].name, "1幢");
  EXPECT_EQ(shown.rows.items[2].grid, other);
  EXPECT_EQ(shown.rows.items[2].compound, std::nullopt);

  const auto beneath =
      view<RegionChildren>(officer(community), "regions/children", "region=" + community.text());
  ASSERT_EQ(beneath.children.size(), 2u);
  EXPECT_EQ(beneath.children.items[0].code, grid);
  EXPECT_EQ(beneath.children.items[0].name, "第一网格");
  EXPECT_FALSE(beneath.children.items[0].has_children);
  EXPECT_FALSE(beneath.next);

  // The worker of a grid asks for the community and sees the own grid's part.
  const auto worker = actor(Role::grid_worker, other.text());
  const auto own = view<Buildings>(worker, "regions/buildings", query);
  ASSERT_EQ(own.rows.size(), 1u);
  EXPECT_EQ(own.rows.items[0].name, "5幢");
  const auto way = view<RegionView>(worker, "regions/path", "region=" + other.text());
  EXPECT_EQ(way.name, "第二网格");
  EXPECT_EQ(way.path.items.front().name, "江苏省");
  EXPECT_EQ(way.path.items.back().code, other);
}

TEST_F(RegionsApi, given_a_name_or_number_in_use_when_added_again_then_it_is_refused) {
  const auto community = communities(1, 1).front();
  const auto by = officer(community);
  const auto grid = add_grid(community, "001", "A网格");
  const auto second = add_grid(community, "002", "B网格");
  const auto grid_again = [&](std::string suffix, std::string name) {
    return api().send(by, AddGrid{community, {suffix}, {name}}, community);
  };
  EXPECT_EQ(refusal(grid_again("001", "C网格")), ErrorCode::region_exists);
  EXPECT_EQ(refusal(grid_again("003", "A网格")), ErrorCode::region_exists);
  EXPECT_EQ(refusal(grid_again("003", "ａ网格")), ErrorCode::region_exists);  // width and case
  expect_field(grid_again("000", "C网格"), "/suffix", ErrorCode::field_out_of_range);
  expect_field(grid_again("0a1", "C网格"), "/suffix", ErrorCode::field_out_of_range);

  const CompoundId compound{api().id()};
  const auto add_compound = [&](CompoundId id, std::string name) {
    return api().send(by, AddCompound{id, community, {name}}, community);
  };
  EXPECT_EQ(add_compound(compound, "东园").status, CommandStatus::applied);
  EXPECT_EQ(refusal(add_compound(CompoundId{api().id()}, "东园")), ErrorCode::region_exists);
  EXPECT_EQ(refusal(add_compound(compound, "西园")), ErrorCode::command_id_reused);

  AddBuilding building{BuildingId{api().id()}, grid, compound, {"1幢"}, 1, 6, 2};
  EXPECT_EQ(api().send(by, building, community).status, CommandStatus::applied);
  EXPECT_EQ(refusal(api().send(by, building, community)), ErrorCode::command_id_reused);
  building.id = BuildingId{api().id()};
  EXPECT_EQ(refusal(api().send(by, building, community)), ErrorCode::region_exists);
  building.grid = second;  // another grid may have one of that name
  EXPECT_EQ(api().send(by, building, community).status, CommandStatus::applied);
  // Two of one batch are no different from two of two batches.
  building.id = BuildingId{api().id()};
  building.name = {"2幢"};
  auto twin = building;
  twin.id = BuildingId{api().id()};
  const auto both =
      api().send(by, {api().prepare(building, community), api().prepare(twin, community)});
  EXPECT_EQ(both[0].status, CommandStatus::applied);
  EXPECT_EQ(refusal(both[1]), ErrorCode::region_exists);
}

TEST_F(RegionsApi, given_a_place_that_cannot_hold_it_when_added_then_the_field_is_named) {
  const auto homes = communities(2, 2);
  const auto& community = homes[0];
  const auto county = actor(Role::county_officer, kCounty);
  const auto grid = add_grid(community, "001", "一");
  const auto unknown = region(std::string(kCounty) + "999999");
  const auto township = community.at(RegionLevel::township);
  for (const auto& place : {unknown, township}) {
    expect_field(api().send(county, AddGrid{place, {"001"}, {"一"}}, place), "/community",
                 ErrorCode::region_code_invalid);
    expect_field(api().send(county, AddCompound{CompoundId{api().id()}, place, {"东园"}}, place),
                 "/community", ErrorCode::region_code_invalid);
  }
  AddBuilding building{BuildingId{api().id()}, region(community.text() + "009"), {}, {"1幢"}};
  EXPECT_EQ(refusal(api().send(county, building, community)), ErrorCode::grid_unknown);
  building.grid = community;
  EXPECT_EQ(refusal(api().send(county, building, community)), ErrorCode::grid_unknown);
  building.grid = grid;
  building.units = kUnitsMost + 1;
  expect_field(api().send(county, building, community), "/units", ErrorCode::field_out_of_range);
  building.units = kUnitsMost;

  const CompoundId elsewhere{api().id()};
  EXPECT_EQ(api().send(county, AddCompound{elsewhere, homes[1], {"西园"}}, homes[1]).status,
            CommandStatus::applied);
  building.compound = elsewhere;
  expect_field(api().send(county, building, community), "/compound",
               ErrorCode::field_choice_unknown);
  building.compound.reset();
  EXPECT_EQ(api().send(county, building, community).status, CommandStatus::applied);
}

TEST_F(RegionsApi, given_a_virtual_community_when_a_grid_is_added_then_it_is_refused) {
  RegionCode nobody;
  const auto reader = Harness::must(api().engine->open_reader());
  Harness::must(reader->by_key(kTree.info(), 1, store::bind_all(RegionLevel::community),
                               [&](const store::RowReader& from) {
                                 const auto row = store::read_row<TreeRow>(from);
                                 if ((row.flags & kVirtual) == 0) return true;
                                 nobody = row.code;
                                 return false;
                               }));
  ASSERT_EQ(nobody.level(), RegionLevel::community);
  expect_field(api().send(officer(nobody), AddGrid{nobody, {"001"}, {"一"}}, nobody), "/community",
               ErrorCode::region_code_invalid);
}

TEST_F(RegionsApi, given_a_worker_or_a_stranger_when_laying_out_then_not_found) {
  const auto homes = communities(4, 2);
  const auto& community = homes[0];
  const auto grid = add_grid(community, "001", "一");
  const access::Actor strangers[] = {actor(Role::grid_worker, grid.text()),
                                     actor(Role::grid_worker, community.text()),
                                     officer(homes[1]),
                                     actor(Role::county_officer, "320509"),
                                     actor(Role::higher_officer, "32"),
                                     kAdministrator};
  for (const auto& by : strangers) {
    SCOPED_TRACE(std::to_string(static_cast<int>(by.role)) + " " + by.region.text());
    EXPECT_EQ(refusal(api().send(by, AddGrid{community, {"002"}, {"二"}}, community)),
              ErrorCode::not_found);
    EXPECT_EQ(refusal(api().send(by, AddCompound{CompoundId{api().id()}, community, {"东园"}},
                                 community)),
              ErrorCode::not_found);
    const AddBuilding building{BuildingId{api().id()}, grid, {}, {"1幢"}};
    EXPECT_EQ(refusal(api().send(by, building, grid)), ErrorCode::not_found);
  }
  for (const auto& by : {actor(Role::township_officer, community.at(RegionLevel::township).text()),
                         actor(Role::county_officer, kCounty)}) {
    const AddBuilding building{BuildingId{api().id()}, grid, {}, {by.region.text()}};
    EXPECT_EQ(api().send(by, building, grid).status, CommandStatus::applied);
  }
}

// ---- views ----

TEST_F(RegionsApi, given_the_nation_when_its_children_are_asked_then_all_provinces_come) {
  const auto nation = actor(Role::higher_officer, "");
  const auto provinces = view<RegionChildren>(nation, "regions/children", "region=");
  EXPECT_EQ(provinces.region.name, "全国");
  EXPECT_EQ(provinces.children.size(), 34u);
  for (const auto& child : provinces.children) EXPECT_TRUE(child.has_children) << child.name;
  EXPECT_FALSE(provinces.next);
  // 市辖区 is not shown: the districts of Beijing stand below it.
  const auto districts = view<RegionChildren>(nation, "regions/children", "region=11");
  EXPECT_EQ(districts.children.items.front().level, RegionLevel::county);
  EXPECT_EQ(districts.children.items.front().name, "东城区");
}

TEST_F(RegionsApi, given_more_children_than_a_page_when_followed_then_all_come_once) {
  const auto community = communities(6, 1).front();
  const auto by = officer(community);
  std::vector<bus::PreparedCommand> commands;
  constexpr int kGrids = 230;
  for (int number = 1; number <= kGrids; ++number) {
    const auto suffix = std::to_string(1000 + number).substr(1);
    commands.push_back(api().prepare(AddGrid{community, {suffix}, {suffix}}, community));
  }
  for (const auto& outcome : api().send(by, std::move(commands))) {
    ASSERT_EQ(outcome.status, CommandStatus::applied);
  }
  const auto query = "region=" + community.text();
  const auto first = view<RegionChildren>(by, "regions/children", query);
  ASSERT_EQ(first.children.size(), limits::kPageRows);
  ASSERT_TRUE(first.next);
  const auto second =
      view<RegionChildren>(by, "regions/children", query + "&after=" + first.next->text());
  EXPECT_EQ(second.children.size(), kGrids - limits::kPageRows);
  EXPECT_EQ(second.children.items.front().name, "201");
  EXPECT_FALSE(second.next);
}

TEST_F(RegionsApi, given_a_name_part_first_letters_or_a_code_when_searched_then_found_in_scope) {
  const auto nation = actor(Role::higher_officer, "");
  const auto found = [&](const access::Actor& by, const std::string& query) {
    std::vector<std::string> codes;
    const auto hits = view<RegionsFound>(by, "regions/search", query);
    for (const auto& row : hits.rows) codes.push_back(row.code.text());
    return codes;
  };
  const auto holds = [](const std::vector<std::string>& codes, std::string_view code) {
    return std::ranges::find(codes, code) != codes.end();
  };
  // 鼓楼 is in Nanjing, Xuzhou, Kaifeng and Fuzhou; 姑苏 is one.
  const auto towers = found(nation, "q=%E9%BC%93%E6%A5%BC%E5%8C%BA");
  for (const auto* code : {"320106", "320302", "410204", "350102"}) {
    EXPECT_TRUE(holds(towers, code)) << code;
  }
  const auto jiangsu = actor(Role::higher_officer, "32");
  EXPECT_EQ(found(jiangsu, "q=%E9%BC%93%E6%A5%BC%E5%8C%BA"),
            (std::vector<std::string>{"320106", "320302"}));
  EXPECT_EQ(found(nation, "q=%E9%BC%93%E6%A5%BC%E5%8C%BA&under=35"),
            (std::vector<std::string>{"350102"}));
  EXPECT_TRUE(holds(found(actor(Role::higher_officer, "3205"), "q=gsq"), kCounty));
  EXPECT_EQ(found(nation, "q=320508").front(), kCounty);
  EXPECT_TRUE(found(actor(Role::county_officer, "320509"), "q=320508").empty());
  const auto community = communities(7, 1).front();
  const auto grid = add_grid(community, "001", "一");
  EXPECT_TRUE(found(actor(Role::grid_worker, grid.text()), "q=320508").empty());

  const auto page = view<RegionsFound>(nation, "regions/search", "q=%E6%9D%91");
  ASSERT_EQ(page.rows.size(), kFoundPerPage);
  ASSERT_TRUE(page.next);
  const auto next = view<RegionsFound>(nation, "regions/search", "q=%E6%9D%91&after=" + *page.next);
  ASSERT_EQ(next.rows.size(), kFoundPerPage);
  EXPECT_NE(next.rows.items.front().code, page.rows.items.back().code);
  EXPECT_EQ(page.rows.items.front().path.items.back().code, page.rows.items.front().code);
}

TEST_F(RegionsApi, given_a_region_outside_the_own_when_asked_then_not_found) {
  const auto homes = communities(8, 2);
  const auto grid = add_grid(homes[0], "001", "一");
  const auto& community = homes[0].text();
  struct Case {
    Role role;
    std::string own;
    const char* path;
    std::string query;
  };
  const auto township = homes[0].at(RegionLevel::township).text();
  const Case cases[] = {
      {Role::grid_worker, grid.text(), "regions/path", "region=" + community},
      {Role::grid_worker, grid.text(), "regions/children", "region=" + community},
      {Role::grid_worker, grid.text(), "regions/buildings", "community=" + homes[1].text()},
      {Role::grid_worker, grid.text(), "regions/buildings", "community=" + township},
      {Role::grid_worker, grid.text(), "regions/buildings", "community="},
      {Role::community_officer, community, "regions/children", "region=" + township},
      {Role::community_officer, community, "regions/buildings", "community=" + homes[1].text()},
      {Role::community_officer, community, "regions/search", "q=a&under=" + township},
      {Role::county_officer, "320509", "regions/path", "region=" + community},
      {Role::county_officer, std::string(kCounty), "regions/children", "region="},
      {Role::higher_officer, "32", "regions/search", "q=a&under=33"},
      {Role::higher_officer, "32", "regions/buildings", "community=" + community},
      {Role::system_administrator, "", "regions/buildings", "community=" + community},
      // In scope and not there.
      {Role::county_officer, std::string(kCounty), "regions/path", "region=320508999"},
      {Role::county_officer, std::string(kCounty), "regions/children", "region=320508999"},
      {Role::county_officer, std::string(kCounty), "regions/buildings", "community=320508999999"},
  };
  for (const auto& [role, own, path, query] : cases) {
    const auto answer = api().query(actor(role, own), path, query);
    ASSERT_FALSE(answer) << own << " " << path << " " << query;
    EXPECT_EQ(answer.error().code(), ErrorCode::not_found) << own << " " << path << " " << query;
  }
  const auto level =
      api().query(actor(Role::county_officer, kCounty), "regions/buildings", "community=320508");
  ASSERT_FALSE(level);
  EXPECT_EQ(level.error().code(), ErrorCode::invalid_fields);
}

// ---- the record ----

TEST_F(RegionsApi, given_everything_done_when_rebuilt_then_every_table_is_the_same) {
  EXPECT_TRUE(api().rebuild_differences().empty());
}

TEST_F(RegionsApi, given_a_missing_copy_when_rebuilt_then_it_says_so_and_writes_nothing) {
  const auto trees = folder_ / "trees";
  fs::rename(trees, folder_ / "away");
  auto engine = Harness::must(store::open_sqlite({.path = (folder_ / "beside.db").string()}));
  auto beside = Harness::must(engine->open_writer());
  auto live = Harness::must(api().engine->open_reader());
  const auto report = bus::rebuild_and_compare(api().registry, *live, *beside, ZoneOffset{});
  fs::rename(folder_ / "away", trees);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::tree_refused);
}

TEST_F(RegionsApi, given_a_newer_edition_when_imported_then_the_rebuild_reads_both) {
  ASSERT_TRUE(import(edition_of("2024-06-30")));
  const auto reader = Harness::must(api().engine->open_reader());
  EXPECT_EQ(Harness::must(tree_in_force(*reader))->edition.text(), "2024-06-30");
  EXPECT_EQ(Harness::must(community_count(*reader, RegionCode())), 620'573 - 1'447);
  const auto nation = actor(Role::higher_officer, "");
  const auto found = view<RegionsFound>(nation, "regions/search", "q=320508");
  EXPECT_EQ(found.rows.items.front().code.text(), kCounty);
  EXPECT_TRUE(api().rebuild_differences().empty());

  // In place; no command is under way, so the writer's connection is free.
  auto& live = *api().connection;
  ASSERT_TRUE(live.begin());
  Harness::must(bus::rebuild_in_place(api().registry, live, ZoneOffset{}));
  ASSERT_TRUE(live.commit());
  EXPECT_TRUE(api().rebuild_differences().empty());
}

}  // namespace
}  // namespace wangdi::regions
