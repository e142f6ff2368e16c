// SPDX-License-Identifier: Apache-2.0
// Importing the shipped tree, and the figures it must give.
#include "modules/regions/tests/shipped_tree.hpp"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>

#include "modules/regions/csv_file.hpp"
#include "modules/regions/facts.hpp"
#include "modules/regions/tables.hpp"
#include "modules/regions/tree_table.hpp"
#include "store/sqlite.hpp"

namespace wangdi::regions {

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

TreeSource ShippedTree::source() { return TreeSource(WANGDI_SOURCE_DIR "/data/admin"); }

const pinyin::Table& ShippedTree::pinyin() {
  static const auto table = pinyin::Table::load(WANGDI_SOURCE_DIR "/data/pinyin/initials.csv");
  return table.value();
}

ShippedTree& ShippedTree::get() {
  static ShippedTree tree;
  return tree;
}

ShippedTree::ShippedTree() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("wangdi_tree_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  engine_ = store::open_sqlite({.path = (folder / "tree.db").string()}).value();
  writer_ = engine_->open_writer().value();
  WD_ASSERT(writer_->create(kTree.info()));
  WD_ASSERT(writer_->create(kCommunityCount.info()));
  WD_ASSERT(writer_->create(kTreeEdition.info()));
  WD_ASSERT(writer_->create(kGrid.info()));
  WD_ASSERT(writer_->create(kBuilding.info()));
  const auto before = cpu_seconds();
  WD_ASSERT(writer_->begin());
  summary_ = write_tree(*writer_, source()).value();
  WD_ASSERT(writer_->commit());
  std::printf("import: %.2f CPU s, %.1f MB\n", cpu_seconds() - before,
              static_cast<double>(std::filesystem::file_size(folder / "tree.db")) / 1e6);
  reader_ = engine_->open_reader().value();
  const auto between = cpu_seconds();
  search_ = std::make_unique<TreeSearch>(TreeSearch::load(*reader_, pinyin()).value());
  std::printf("search text: %.2f CPU s, %.1f MB, %zu nodes\n", cpu_seconds() - between,
              static_cast<double>(search_->bytes()) / 1e6, search_->nodes());
  std::filesystem::remove_all(folder);  // the open files live on
}

namespace {

TEST(ShippedTree, given_the_files_when_imported_then_every_node_is_there) {
  const auto& summary = ShippedTree::get().summary();
  EXPECT_EQ(summary.published, 665'276);
  EXPECT_EQ(summary.nodes, 665'276 + 3 + 380 + 26);  // provinces, our own numbers, districts
  EXPECT_EQ(summary.closed, 20);
  EXPECT_EQ(summary.edition.text(), "2023-06-30");
}

TEST(ShippedTree, given_the_list_of_special_rows_when_compared_then_the_flags_say_the_same) {
  const std::map<std::string_view, NodeFlags> kinds = {
      {"placeholder_city", kPlaceholder},
      {"pseudo_county_city_without_counties", kPseudoCounty},
      {"statistical_zone_not_legal_division", kStatisticalZone},
      {"township_like_unit_code_400", kActsAsTownship},
      {"township_like_unit_code_500", kActsAsTownship},
      {"virtual_community", kVirtual},
      {"province_administered_county", kProvinceAdministered},
  };
  std::map<std::string, NodeFlags> expected;
  constexpr std::string_view kColumns[] = {"code", "kind"};
  auto file = CsvFile::open(ShippedTree::source().path("special_rows.csv.gz"), kColumns).value();
  while (file.next().value()) {
    const auto kind = kinds.find(file.field(1));
    if (kind != kinds.end()) expected[std::string(file.field(0))] |= kind->second;
  }
  EXPECT_EQ(expected.size(), 9u + 4 + 32 + 124 + 2128 + 582 + 1447);
  const auto read = read_tree(ShippedTree::source(), [&](const TreeNode& node, CivilDate) {
    const auto found = expected.find(node.code.text());
    const auto flags = found == expected.end() ? 0 : found->second;
    if ((node.flags & kOwnCode) == 0) {
      EXPECT_EQ(node.flags, flags) << node.code.text();
    }
    return ok();
  });
  EXPECT_TRUE(read);
}

TEST(ShippedTree, given_a_region_when_its_communities_are_counted_then_virtual_ones_are_left_out) {
  auto& db = ShippedTree::get().reader();
  const auto below = [&](const RegionCode& region) {
    std::vector<RegionCode> children;
    const auto steps = displayed_children(db, region, std::nullopt, 1000).value();
    for (const auto& step : steps) children.push_back(step.code);
    const auto counts = community_counts(db, children).value();
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  };
  constexpr std::pair<const char*, const char*> kWhole[] = {{"", "nation"}, {"32", "province"}};
  for (const auto& [text, what] : kWhole) {
    const auto region = RegionCode::parse(text).value();
    const auto before = cpu_seconds();
    const auto total = community_count(db, region).value();
    std::printf("communities of a %s: %.3f ms CPU\n", what, (cpu_seconds() - before) * 1000);
    EXPECT_EQ(below(region), total) << what;
  }
  EXPECT_EQ(community_count(db, RegionCode()).value(), 620'573 - 1'447);
  const auto count = [&](const char* text) {
    return community_count(db, RegionCode::parse(text).value()).value();
  };
  EXPECT_EQ(count("110101001001"), 1);
  EXPECT_EQ(count("110101001001001"), 0);
  EXPECT_EQ(count("99"), 0);
  EXPECT_EQ(count("110103"), 0);  // gone
  const auto county = RegionCode::parse("320508").value();
  EXPECT_EQ(below(county), community_count(db, county).value());
}

TEST(ShippedTree, given_a_page_of_children_when_followed_then_all_come_once_in_order) {
  auto& db = ShippedTree::get().reader();
  for (const char* text : {"", "44", "42", "11", "46", "4419", "65", "320508", "320508019"}) {
    const auto region = RegionCode::parse(text).value();
    const auto whole = displayed_children(db, region, std::nullopt, 1000).value();
    std::vector<std::string> paged;
    std::optional<RegionCode> after;
    for (int page = 0; page < 1000; ++page) {
      const auto some = displayed_children(db, region, after, 7).value();
      for (const auto& child : some) paged.push_back(child.code.text());
      if (some.size() < 7) break;
      after = some.back().code;
    }
    ASSERT_EQ(paged.size(), whole.size()) << text;
    EXPECT_TRUE(std::ranges::is_sorted(paged)) << text;
    for (std::size_t i = 0; i < paged.size(); ++i) EXPECT_EQ(paged[i], whole[i].code.text());
  }
}

TEST(ShippedTree, given_a_search_when_paged_then_all_hits_come_once_and_the_list_is_the_same) {
  const auto& search = ShippedTree::get().search();
  for (const char* query : {"鼓楼", "yyx", "新村", "5101", "苏州 新村"}) {
    const auto whole = search.find({.query = query, .limit = 300});
    std::vector<Hit> paged;
    std::string after;
    while (paged.size() < whole.size()) {
      const auto some = search.find({.query = query, .after = after, .limit = 23});
      if (some.empty()) break;
      paged.insert(paged.end(), some.begin(), some.end());
      after = some.back().place;
    }
    ASSERT_GE(paged.size(), whole.size()) << query;
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(paged[i].place, whole[i].place);
  }
  EXPECT_EQ(search.find({.query = "鼓楼区", .after = "none", .limit = 1}).at(0).code.text(),
            "320106");
}

TEST(ShippedTree, given_any_search_when_timed_then_a_page_takes_well_under_the_bar) {
  const auto& search = ShippedTree::get().search();
  for (const char* query : {"鼓楼区", "村", "s", "yyx", "sqjwh", "苏州 新村", "sz xc", "320508"}) {
    const auto before = cpu_seconds();
    const auto hits = search.find({.query = query, .limit = 50});
    std::printf("search %-12s %5.1f ms CPU, %zu hits\n", query, (cpu_seconds() - before) * 1000,
                hits.size());
  }
}

}  // namespace
}  // namespace wangdi::regions
