// SPDX-License-Identifier: Apache-2.0
// Which database an installation has: SQLite in its data folder, or the PostgreSQL database that
// storage.url names. Lock, marks, files and keys stay in the folders either way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/folder.hpp"
#include "store/engine.hpp"

namespace wangdi::app {

// Tables that a cluster copies to every machine, because every district reads them; all others are
// spread by district.
std::vector<std::string> tables_everywhere();

// Error: configuration_invalid when the folder was made with the other kind of database.
Result<std::unique_ptr<store::Engine>> open_engine(const Config& config, const Folder& folder);

}  // namespace wangdi::app
