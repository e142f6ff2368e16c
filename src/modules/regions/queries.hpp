// SPDX-License-Identifier: Apache-2.0
// Registers the queries of the division tree and of what stands below the community.
#pragma once

#include <memory>

#include "common/bus/registry.hpp"
#include "modules/regions/tree_search.hpp"

namespace wangdi::regions {
void register_queries(bus::Registry& registry, std::shared_ptr<TreeIndex> index);
}
