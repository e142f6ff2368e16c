// SPDX-License-Identifier: Apache-2.0
// Following the changes of keys.db.
#include "vault/second_copy.hpp"

#include <unistd.h>

#include <filesystem>

#include "common/files/files.hpp"
#include "store/sqlite.hpp"
#include "vault/bulk.hpp"
#include "vault/files.hpp"
#include "vault/keys_copy.hpp"

namespace wangdi::vault {
namespace {

// What the changed rows are by now.
struct Rows {
  std::vector<PersonKeyRow> put, erased;
  std::vector<BlindIndexRow> entered, dropped;
  std::vector<NamedKeyRow> named;
  std::vector<KeysStateRow> state;
};

Result<Rows> rows_of(const KeyChanges& changes, store::Connection& from) {
  Rows rows;
  for (const auto& id : changes.keys) {
    WD_TRY(auto row, store::get(from, kPersonKey, {id.district, id.subject}));
    if (row) {
      rows.put.push_back(std::move(*row));
    } else {
      rows.erased.push_back({id.district, id.subject, {}});
    }
  }
  for (const auto& entry : changes.index) {
    WD_TRY(const auto row,
           store::get(from, kBlindIndex, store::Table<BlindIndexRow, 4>::key_of(entry)));
    (row ? rows.entered : rows.dropped).push_back(entry);
  }
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(kNamedKey.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           rows.named.push_back(store::read_row<NamedKeyRow>(row));
           return true;
         }));
  WD_TRY([[maybe_unused]] auto scopes,
         from.by_key(kKeysState.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           rows.state.push_back(store::read_row<KeysStateRow>(row));
           return true;
         }));
  return rows;
}

Status write(Rows& rows, store::Connection& to) {
  using store::BulkMode;
  WD_TRY([[maybe_unused]] auto a, bulk(to, kPersonKey, BulkMode::kErase, rows.erased));
  WD_TRY([[maybe_unused]] auto b, bulk(to, kPersonKey, BulkMode::kPut, rows.put));
  WD_TRY([[maybe_unused]] auto c, bulk(to, kBlindIndex, BulkMode::kErase, rows.dropped));
  WD_TRY([[maybe_unused]] auto d, bulk(to, kBlindIndex, BulkMode::kPut, rows.entered));
  WD_TRY([[maybe_unused]] auto e, bulk(to, kNamedKey, BulkMode::kPut, rows.named));
  return bulk(to, kKeysState, BulkMode::kPut, rows.state);
}

class Lock {
 public:
  explicit Lock(const std::string& folder) : number_(lock_file(folder + "/lock")) {}
  ~Lock() {
    if (number_) ::close(*number_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool is_held() const { return number_.has_value(); }

 private:
  std::optional<int> number_;
};

}  // namespace

SecondCopy::SecondCopy(Keyring& keyring, std::string folder)
    : keyring_(keyring), folder_(std::move(folder)) {}

SecondCopy::~SecondCopy() { keyring_.feed().leave(KeyFollower::copy); }

Status SecondCopy::follow() {
  const auto epoch = keyring_.epoch();
  std::error_code failed;
  const bool is_there = number_in_epoch_file(epoch_file_of(folder_)) == epoch->number &&
                        std::filesystem::exists(keys_file_of(folder_, epoch->number), failed);
  if (is_whole_ && is_there) {
    const auto changes = keyring_.feed().take(KeyFollower::copy);
    if (!changes.any) return ok();
    if (!changes.too_many) {
      auto brought = bring(changes, *epoch);
      is_whole_ = brought.has_value();
      return brought;
    }
  }
  is_whole_ = false;
  // From here on changes are told, so that none falls between the copy and the first of them.
  keyring_.feed().follow(KeyFollower::copy);
  WD_TRY([[maybe_unused]] auto made, copy_keys(keyring_.paths().keys, folder_));
  is_whole_ = true;
  return ok();
}

Status SecondCopy::bring(const KeyChanges& changes, const Epoch& epoch) {
  const Lock lock(folder_);
  if (!lock.is_held()) return Error(ErrorCode::folder_in_use).because("second copy of the keys");
  WD_TRY(const auto from, Keyring::open_reader(epoch));
  WD_TRY([[maybe_unused]] auto snapshot, from->begin());
  auto rows = rows_of(changes, *from);
  from->rollback();
  if (!rows) return std::move(rows).error();
  WD_TRY(const auto engine, store::open_sqlite({.path = keys_file_of(folder_, epoch.number)}));
  WD_TRY(const auto to, engine->open_writer());
  WD_TRY([[maybe_unused]] auto begun, to->begin());
  if (auto written = write(*rows, *to); !written) {
    to->rollback();
    return written;
  }
  WD_TRY([[maybe_unused]] auto committed, to->commit());
  // Nobody reads here: what was erased leaves the log of the copy at once.
  WD_TRY([[maybe_unused]] const bool emptied, store::empty_log(*to));
  return ok();
}

}  // namespace wangdi::vault
