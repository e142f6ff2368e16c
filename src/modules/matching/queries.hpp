// SPDX-License-Identifier: Apache-2.0
// Uploading a list, and what became of it.
#pragma once

#include <span>

#include "common/bus/registry.hpp"

namespace wangdi::matching {

void register_queries(bus::Registry& registry);
std::span<const store::Statement> query_statements();

}  // namespace wangdi::matching
