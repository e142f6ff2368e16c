// SPDX-License-Identifier: Apache-2.0
// A database that is made beside the live one, to take its place.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bus/registry.hpp"
#include "store/engine.hpp"

namespace wangdi::app {

struct Filling {
  const bus::Registry& registry;
  const std::vector<store::TableInfo>& tables;
  ZoneOffset zone;
  // Brings the tables that the journal cannot rebuild, the journal itself among them.
  std::function<Status(store::Connection& to)> carry;
  // Called when "created", "replayed" and "committed".
  std::function<void(std::string_view step)> at = [](std::string_view) {};
};

// Makes the database: what is carried, then everything else replayed. Its chain holds, its pages
// are sound, its log is gone when it returns. The number of events replayed. Errors: those of
// `carry`, journal_damaged, storage_failed, storage_full.
Result<std::int64_t> make_database(const std::string& path, const Filling& filling);
// The database with its log, whatever of it is there.
void remove_database(const std::string& path);

}  // namespace wangdi::app
