// SPDX-License-Identifier: Apache-2.0
// Following the changes of keys.db.
#include "vault/second_copy.hpp"

#include <unistd.h>

#include <filesystem>

#include "common/files/files.hpp"
#include "store/sqlite.hpp"
#include "vault/files.hpp"
#include "vault/key_rows.hpp"
#include "vault/keys_copy.hpp"

namespace wangdi::vault {
namespace {

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
  IndexCipher index(epoch.key);
  auto rows = rows_by_now(changes, *from, index);
  from->rollback();
  if (!rows) return std::move(rows).error();
  WD_TRY(const auto engine, store::open_sqlite({.path = keys_file_of(folder_, epoch.number)}));
  WD_TRY(const auto to, engine->open_writer());
  WD_TRY([[maybe_unused]] auto begun, to->begin());
  if (auto written = write_rows(*rows, *to, index); !written) {
    to->rollback();
    return written;
  }
  WD_TRY([[maybe_unused]] auto committed, to->commit());
  // Nobody reads here: what was erased leaves the log of the copy at once.
  WD_TRY([[maybe_unused]] const bool emptied, store::empty_log(*to));
  return ok();
}

}  // namespace wangdi::vault
