// SPDX-License-Identifier: Apache-2.0
// Reads the files of a division tree and gives its nodes one by one, in order of level and code.
// It completes the published tree (Hong Kong, Macao, Taiwan, codes that are gone) and refuses a
// tree that contradicts itself. The rules are those of data/README.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/civil_date.hpp"
#include "modules/regions/rules.hpp"
#include "modules/regions/tree_source.hpp"

namespace wangdi::regions {

struct TreeNode {
  RegionCode code;
  std::string_view name;  // valid during the call
  NodeFlags flags = 0;
  // The day of the first state that shows the code, where the state before does not show it; and of
  // the first that does not any more. From that day on the successor holds most of its area.
  std::optional<CivilDate> opened;
  std::optional<CivilDate> closed;
  std::optional<RegionCode> successor;
};

struct TreeSummary {
  CivilDate edition;
  std::int64_t nodes = 0;      // in force, the nation not counted
  std::int64_t published = 0;  // of these, from the five statistical files
  std::int64_t closed = 0;
};

// Called with the day whose state the files show.
using EachNode = std::function<Status(const TreeNode&, CivilDate edition)>;

// The nation comes first. Errors: tree_refused naming file, line and what is wrong (order, parent,
// code, name, levels); an error of `each` ends the reading.
Result<TreeSummary> read_tree(const TreeSource& source, const EachNode& each);

}  // namespace wangdi::regions
