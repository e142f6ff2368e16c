// SPDX-License-Identifier: Apache-2.0
// The text table cases/tree.txt against the whole shipped tree.
#include <gtest/gtest.h>

#include <fstream>

#include "base/text.hpp"
#include "modules/regions/facts.hpp"
#include "modules/regions/tables.hpp"
#include "modules/regions/tests/shipped_tree.hpp"

namespace wangdi::regions {
namespace {

constexpr std::size_t kPage = 50;

RegionCode code_of(std::string_view text) {
  return RegionCode::parse(text == "nation" ? std::string_view() : text).value();
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const auto& part : parts) {
    if (!all.empty()) all += between;
    all += part;
  }
  return all;
}

std::string path(std::string_view asked) {
  const auto view = region_view(ShippedTree::get().reader(), code_of(asked)).value();
  if (!view) return "no such region";
  std::vector<std::string> names;
  for (const auto& step : view->path) names.push_back(step.name);
  return joined(names, " / ");
}

std::string node(std::string_view asked) {
  const auto code = code_of(asked);
  const auto row = store::get(ShippedTree::get().reader(), kTree, {code.level(), code}).value();
  if (!row) return "no such region";
  constexpr std::pair<NodeFlags, const char*> kNames[] = {
      {kPlaceholder, "placeholder"},
      {kPseudoCounty, "pseudo_county"},
      {kStatisticalZone, "statistical_zone"},
      {kActsAsTownship, "acts_as_township"},
      {kVirtual, "virtual"},
      {kOwnCode, "own_code"},
      {kProvinceAdministered, "province_administered"}};
  std::vector<std::string> words;
  for (const auto& [flag, name] : kNames) {
    if (row->flags & flag) words.emplace_back(name);
  }
  if (row->opened) words.push_back("opened=" + row->opened->text());
  if (row->closed) words.push_back("closed=" + row->closed->text());
  if (row->successor) words.push_back("successor=" + row->successor->text());
  return joined(words, " ");
}

std::string children(std::string_view asked) {
  const auto found =
      displayed_children(ShippedTree::get().reader(), code_of(asked), std::nullopt, kPage).value();
  std::vector<std::string> names;
  for (const auto& child : found) names.push_back(child.name);
  return joined(names, " ");
}

std::string found(std::string_view asked) {
  SearchRequest request{.query = asked, .limit = kPage};
  if (const auto in = asked.find(" in "); in != std::string_view::npos) {
    request.query = asked.substr(0, in);
    request.under = code_of(asked.substr(in + 4));
  }
  std::vector<std::string> codes;
  for (const auto& hit : ShippedTree::get().search().find(request))
    codes.push_back(hit.code.text());
  return joined(codes, " ");
}

TEST(TreeCases, given_the_shipped_tree_when_asked_then_as_the_table_says) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/modules/regions/tests/cases/tree.txt");
  int cases = 0;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto parts = text::split(line, '|');
    ASSERT_EQ(parts.size(), 3u) << "line " << number;
    const auto what = text::trim(parts[0]);
    const auto asked = text::trim(parts[1]);
    const std::string expected(text::trim(parts[2]));
    SCOPED_TRACE("line " + std::to_string(number) + ": " + line);
    if (what == "path") {
      EXPECT_EQ(path(asked), expected);
    } else if (what == "node") {
      EXPECT_EQ(node(asked), expected);
    } else if (what == "children") {
      EXPECT_EQ(children(asked).substr(0, expected.size()), expected);
    } else if (what == "found") {
      EXPECT_EQ(found(asked).substr(0, expected.size()), expected);
    } else {
      EXPECT_EQ(what, "absent");
      EXPECT_EQ(found(asked), "");
    }
    ++cases;
  }
  EXPECT_GT(cases, 50);
}

}  // namespace
}  // namespace wangdi::regions
