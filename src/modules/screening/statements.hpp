// SPDX-License-Identifier: Apache-2.0
// Parts of screening's statement catalogue; statements() of facts.hpp gives the whole.
#pragma once

#include <span>

#include "store/engine.hpp"

namespace wangdi::screening {
std::span<const store::Statement> fact_statements();
std::span<const store::Statement> record_statements();
std::span<const store::Statement> recorded_fact_statements();
}  // namespace wangdi::screening
