// SPDX-License-Identifier: Apache-2.0
// Registers the queries of accounts.
#pragma once

#include "store/engine.hpp"

namespace wangdi::bus {
class Registry;
}
namespace wangdi::accounts {
void register_queries(bus::Registry& registry);
// Of facts.cpp, for the catalogue.
const store::Statement& recorded_statement();
}  // namespace wangdi::accounts
