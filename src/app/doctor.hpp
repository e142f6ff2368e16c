// SPDX-License-Identifier: Apache-2.0
// What can be wrong with an installation, found without changing what is stored: folders,
// permissions, keys, disk, clock, SQLite, the database and its journal. Each finding says what to
// do.
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/clock.hpp"

namespace wangdi::app {

enum class Health : std::uint8_t { fine, note, attention };

struct Finding {
  Health health = Health::fine;
  std::string what[2];    // indexed by Language
  std::string advice[2];  // empty when fine
};

// In the order of the list above. Where a check needs what an earlier one found missing, it is left
// out. While a server runs, the database is not looked into.
std::vector<Finding> examine(const Config& config, const Clock& clock);

// One line.
std::string finding_line(const Finding& finding, Language language);

}  // namespace wangdi::app
