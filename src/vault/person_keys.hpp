// SPDX-License-Identifier: Apache-2.0
// Finds and unwraps the key of a subject over one connection to keys.db, and opens sealed fields
// with it. Belongs to one thread.
#pragma once

#include <optional>
#include <string>

#include "vault/keyring.hpp"

namespace wangdi::vault {

class PersonKeys {
 public:
  PersonKeys(Keyring& keyring, const Epoch& epoch, store::Connection& keys);
  // Another epoch and a connection to its file.
  void renew(const Epoch& epoch, store::Connection& keys);

  // The key of a subject, or nothing: it never had one, or it was erased.
  Result<std::optional<SubjectKey>> find(const SubjectId& id);
  // A key of 32 fresh bytes, wrapped for keys.db. It enters the cache only when the caller says so.
  SubjectKey make(const SubjectId& id, crypto::Random& random, store::Bytes& wrapped);

 private:
  Keyring& keyring_;
  store::Connection* keys_;
  crypto::Aead epoch_;
};

// Opens sealed fields, keeping the expanded key from field to field of one subject.
class FieldCipher {
 public:
  void use(const SubjectId& id, const SubjectKey& key);
  bool uses(const SubjectId& id) const { return current_ == id; }
  void forget() { current_.reset(); }
  void seal(crypto::Random& random, Field field, std::int64_t version, std::string_view plain,
            store::Bytes& sealed);
  // Error: vault_unreadable when row and key do not fit.
  Result<std::string> open(Field field, std::int64_t version, crypto::ByteView sealed);

 private:
  std::optional<SubjectId> current_;
  crypto::Aead aead_;
};

}  // namespace wangdi::vault
