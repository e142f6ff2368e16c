// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_growth.hpp"

#include <algorithm>

namespace wangdi::store::postgres {

void TableGrowth::wrote(std::string_view table, std::size_t rows) {
  const std::lock_guard lock(mutex_);
  tables_[table].written += rows;
}

std::vector<std::string_view> TableGrowth::grown() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string_view> found;
  for (auto& [name, growth] : tables_) {
    if (growth.written < growth.next) continue;
    growth.next = 2 * growth.written;  // where nobody comes to ask what the server knows
    found.push_back(name);
  }
  return found;
}

bool TableGrowth::doubled(std::string_view table, std::int64_t known_rows) {
  const std::lock_guard lock(mutex_);
  auto& growth = tables_[table];
  const auto known = static_cast<std::size_t>(std::max<std::int64_t>(known_rows, 0));
  const bool has = growth.written >= known;
  growth.next = std::max(kFirst, has ? known + growth.written : known);
  if (has) growth.written = 0;
  return has;
}

}  // namespace wangdi::store::postgres
