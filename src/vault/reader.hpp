// SPDX-License-Identifier: Apache-2.0
// The reading end of the vault: one for each worker thread, with its own connections. Whoever shows
// an unmasked value has logged the purpose first (Writer::log, committed); a masked one needs none.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/remote.hpp"
#include "vault/person_keys.hpp"

namespace wangdi::vault {

// The decrypted fields of one subject. What is not there, or was erased, is empty.
class Values {
 public:
  std::string_view get(Field field) const;
  bool has(Field field) const { return !get(field).empty(); }
  bool empty() const { return values_.empty(); }
  std::size_t size() const { return values_.size(); }
  void set(Field field, std::string value);

 private:
  std::vector<std::pair<Field, std::string>> values_;
};

class Reader {
 public:
  // `main` is a reading connection of this thread and outlives the reader.
  static Result<std::unique_ptr<Reader>> open(Keyring& keyring, store::Connection& main);

  // Error: vault_unreadable when a row and its key do not fit (changed or moved ciphertext).
  Result<std::optional<std::string>> get(District district, const Uuid& subject, Field field);
  Result<Values> get(District district, const Uuid& subject, Fields fields);
  // In the order of `subjects`; the caller limits their number.
  Result<std::vector<Values>> get_many(District district, std::span<const Uuid> subjects,
                                       Fields fields);
  // Subjects of a district whose field has this value, at most kExactHitsMax. The caller logs
  // first.
  Result<std::vector<Uuid>> find_exact(District district, Field field, std::string_view value);

 private:
  Reader(Keyring& keyring, store::Connection& main, std::shared_ptr<const Epoch> epoch,
         std::unique_ptr<store::Connection> keys, std::uint64_t generation);
  // Opens the file of the epoch that is in force now.
  Status renew();
  Result<Values> values_of(const SubjectId& id, Fields fields);
  using RowsOfMany = std::unordered_map<Uuid, std::vector<VaultFieldRow>>;
  static Result<RowsOfMany> ask_for_many(store::RemoteConnection& from, District district,
                                         std::span<const Uuid> subjects, Fields fields);
  Status read_rows(const SubjectId& id, Fields fields);  // into rows_
  Status open_rows(const SubjectId& id, std::span<const VaultFieldRow> rows, Values& values);
  Status read_into(const SubjectId& id, Fields fields, Values& values);

  Keyring& keyring_;
  store::Connection& main_;
  std::shared_ptr<const Epoch> epoch_;  // outlives the connection to its file
  std::unique_ptr<store::Connection> keys_;
  std::uint64_t generation_;
  PersonKeys person_keys_;
  FieldCipher cipher_;
  crypto::Hmac blind_;
  IndexCipher index_cipher_;  // of the epoch
  std::vector<VaultFieldRow> rows_;
};

}  // namespace wangdi::vault
