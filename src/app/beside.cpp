// SPDX-License-Identifier: Apache-2.0
// Making and removing a database beside the live one.
#include "app/beside.hpp"

#include <filesystem>

#include "app/heal.hpp"
#include "app/schema.hpp"
#include "common/bus/rebuild.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {

namespace fs = std::filesystem;

Result<std::int64_t> make_database(const std::string& path, const Filling& filling) {
  WD_TRY(const auto engine, store::open_sqlite({.path = path}));
  WD_TRY(const auto to, engine->open_writer());
  WD_TRY([[maybe_unused]] auto created, create_schema(*to, filling.tables));
  filling.at("created");
  WD_TRY([[maybe_unused]] auto begun, to->begin());
  WD_TRY([[maybe_unused]] auto carried, filling.carry(*to));
  WD_TRY(const auto events, bus::replay_into(filling.registry, *to, *to, filling.zone));
  filling.at("replayed");
  WD_TRY([[maybe_unused]] auto committed, to->commit());
  filling.at("committed");
  WD_TRY([[maybe_unused]] auto holds, check_chain(*to));
  WD_TRY(const auto found, store::damage(*to));
  if (!found.empty()) return Error(ErrorCode::storage_failed).because(found.front());
  return events;
}

void remove_database(const std::string& path) {
  std::error_code failed;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(path + end, failed);
}

}  // namespace wangdi::app
