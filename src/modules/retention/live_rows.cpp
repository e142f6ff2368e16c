// SPDX-License-Identifier: Apache-2.0
// Comparing two replays row by row.
#include "modules/retention/live_rows.hpp"

#include "modules/reporting/facts.hpp"
#include "modules/retention/classes.hpp"

namespace wangdi::retention {
namespace {

using store::Captured;
using store::Values;
using Table = Captured::CapturedTable;
using RowMap = std::map<Values, Values>;

Values joined(const Values& key, const Values& rest) {
  auto all = key;
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

Status check_stored(const Table& table, const Values& key, const Values& rest,
                    store::Connection& live) {
  bool is_same = false;
  const auto bind = [&](store::Binder& to) {
    for (std::size_t at = 0; at < key.size(); ++at) store::bind_value(to, at, key[at]);
  };
  WD_TRY([[maybe_unused]] auto read,
         live.by_key(table.info, key.size(), bind, [&](const store::RowReader& row) {
           is_same = true;
           for (std::size_t at = 0; at < rest.size(); ++at) {
             const auto column = key.size() + at;
             is_same = is_same &&
                       store::value_of(row, table.info.columns[column].type, column) == rest[at];
           }
           return false;
         }));
  if (is_same) return ok();
  return Error(ErrorCode::journal_damaged).with("where", std::string(table.info.name));
}

Status replace(const Table& with, const RowMap& without, store::Connection& live) {
  store::ValueRows erased(with.info.key_columns), put(with.info.columns.size());
  for (const auto& [key, rest] : with.rows) {
    const auto found = without.find(key);
    if (found != without.end() && found->second == rest) continue;
    WD_TRY([[maybe_unused]] auto same, check_stored(with, key, rest, live));
    if (found == without.end()) {
      erased.add(key);
    } else {
      put.add(joined(key, found->second));
    }
  }
  // What only the replay without has: a row that a later record would have taken away.
  for (const auto& [key, rest] : without) {
    if (!with.rows.contains(key)) put.add(joined(key, rest));
  }
  if (erased.size() > 0) {
    WD_TRY([[maybe_unused]] auto a, live.bulk(with.info, store::BulkMode::kErase, erased));
  }
  if (put.size() > 0) {
    WD_TRY([[maybe_unused]] auto b, live.bulk(with.info, store::BulkMode::kPut, put));
  }
  return ok();
}

// A sum loses what only the records that go have counted.
Status subtract(const Table& with, const RowMap& without, store::Connection& live) {
  store::ValueRows changes(with.info.columns.size());
  const auto value = [](const RowMap& rows, const Values& key) {
    const auto found = rows.find(key);
    return found == rows.end() ? 0 : std::get<std::int64_t>(found->second[0]);
  };
  for (const auto& [key, rest] : with.rows) {
    const auto change = value(without, key) - std::get<std::int64_t>(rest[0]);
    if (change != 0) changes.add(joined(key, {change}));
  }
  for (const auto& [key, rest] : without) {
    if (!with.rows.contains(key)) changes.add(joined(key, rest));
  }
  if (changes.size() == 0) return ok();
  return live.bulk(with.info, store::BulkMode::kAdd, changes);
}

}  // namespace

Status make_live(const Captured& with, const Captured& without, store::Connection& live) {
  for (const auto& [name, table] : with.tables()) {
    const auto& still = without.rows(name);
    WD_TRY(const auto what, holds(name));
    if (reporting::is_sum(name)) {
      WD_TRY([[maybe_unused]] auto done, subtract(table, still, live));
    } else if (what == Holds::of_one) {
      WD_TRY([[maybe_unused]] auto done, replace(table, still, live));
    } else if (!reporting::is_of_many(name)) {
      // What a few households' records say of such a row is not what the row is.
      return Error(ErrorCode::internal).because("destroys rows of many: " + name);
    }
  }
  return ok();
}

}  // namespace wangdi::retention
