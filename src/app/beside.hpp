// SPDX-License-Identifier: Apache-2.0
// A database that is made beside the live one, to take its place.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wangdi::app {

// The database with its log, whatever of it is there.
void remove_database(const std::string& path);
// Names in the folder are on disk when it returns. Error: storage_failed.
Status sync_folder(const std::string& path);

}  // namespace wangdi::app
