// SPDX-License-Identifier: Apache-2.0
// The roster's part of the statement catalogue.
#pragma once

#include <span>

#include "store/engine.hpp"

namespace wangdi::residents {
std::span<const store::Statement> door_statements();
std::span<const store::Statement> query_statements();
std::span<const store::Statement> search_statements();
}  // namespace wangdi::residents
