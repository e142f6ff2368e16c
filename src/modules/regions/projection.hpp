// SPDX-License-Identifier: Apache-2.0
// Registers the projections of the division tree and of what stands below the community.
#pragma once

#include <memory>

#include "common/bus/registry.hpp"
#include "modules/regions/tree_source.hpp"

namespace wangdi::regions {
void register_projections(bus::Registry& registry, std::shared_ptr<const TreeStore> trees);
}
