// SPDX-License-Identifier: Apache-2.0
// The table of contents of the division tree, grids, compounds and buildings.
#pragma once

#include <memory>

namespace wangdi::bus {
class Registry;
}

namespace wangdi::regions {

class TreeIndex;
class TreeStore;

// Made in app/ and shared with the handlers. Where nothing is run but described (`wangdi openapi`)
// both may be empty; a rebuild needs `trees`.
struct Parts {
  std::shared_ptr<const TreeStore> trees;
  std::shared_ptr<TreeIndex> index;
};

void register_module(bus::Registry& registry, Parts parts);

}  // namespace wangdi::regions
