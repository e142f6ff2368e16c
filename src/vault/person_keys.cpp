// SPDX-License-Identifier: Apache-2.0
// Unwrapping of person keys, sealing and opening of fields.
#include "vault/person_keys.hpp"

namespace wangdi::vault {

PersonKeys::PersonKeys(Keyring& keyring, const Epoch& epoch, store::Connection& keys)
    : keyring_(keyring), keys_(&keys) {
  epoch_.set_key(epoch.key.view());
}

void PersonKeys::renew(const Epoch& epoch, store::Connection& keys) {
  keys_ = &keys;
  epoch_.set_key(epoch.key.view());
}

Result<std::optional<SubjectKey>> PersonKeys::find(const SubjectId& id) {
  if (auto cached = keyring_.cache().find(id)) return cached;
  WD_TRY(const auto row, store::get(*keys_, kPersonKey, {id.district, id.subject}));
  if (!row) return std::optional<SubjectKey>();
  auto plain = epoch_.open(person_key_place(id), row->wrapped);
  if (!plain || plain->size() != crypto::kKeyBytes) {
    return Error(ErrorCode::vault_unreadable).because("a person key does not open");
  }
  const SubjectKey key(*plain);
  crypto::wipe(*plain);
  keyring_.cache().put(id, key);
  return std::optional(key);
}

SubjectKey PersonKeys::make(const SubjectId& id, crypto::Random& random, store::Bytes& wrapped) {
  auto bytes = random.take<crypto::kKeyBytes>();
  const SubjectKey key(bytes);
  crypto::wipe(bytes);
  epoch_.seal(random, person_key_place(id), key.view(), wrapped);
  return key;
}

void FieldCipher::use(const SubjectId& id, const SubjectKey& key) {
  aead_.set_key(key.view());
  current_ = id;
}

void FieldCipher::seal(crypto::Random& random, Field field, std::int64_t version,
                       std::string_view plain, store::Bytes& sealed) {
  WD_ASSERT(current_.has_value());
  aead_.seal(random, field_place(*current_, field, version), crypto::bytes_of(plain), sealed);
}

Result<std::string> FieldCipher::open(Field field, std::int64_t version, crypto::ByteView sealed) {
  WD_ASSERT(current_.has_value());
  if (sealed.size() >= crypto::kSealOverheadBytes) {
    std::string plain(sealed.size() - crypto::kSealOverheadBytes, '\0');
    if (aead_.open_into(field_place(*current_, field, version), sealed,
                        reinterpret_cast<std::uint8_t*>(plain.data()))) {
      return plain;
    }
  }
  return Error(ErrorCode::vault_unreadable).because("a sealed field does not open");
}

}  // namespace wangdi::vault
