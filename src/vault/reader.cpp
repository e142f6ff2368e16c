// SPDX-License-Identifier: Apache-2.0
// Reading and decrypting of vault rows.
#include "vault/reader.hpp"

#include <algorithm>

#include "vault/writer.hpp"

namespace wangdi::vault {
namespace {

// So few fields are asked for one by one; of more, all that a subject has comes, some to be
// dropped.
constexpr std::size_t kFieldsOneByOne = 2;

// Keys of the rows of many subjects: of each field that is wanted, or of the whole subject.
class WantedRows final : public store::RowSource {
 public:
  WantedRows(District district, std::span<const Uuid> subjects, Fields fields)
      : district_(district), subjects_(subjects), fields_(fields.list()) {
    if (fields_.size() > kFieldsOneByOne) fields_.clear();
  }
  std::size_t key_columns() const { return fields_.empty() ? 2 : 3; }
  std::size_t size() const override {
    return subjects_.size() * std::max<std::size_t>(fields_.size(), 1);
  }
  void bind(std::size_t row, store::Binder& to) const override {
    if (fields_.empty()) return store::bind_all(district_, subjects_[row])(to);
    store::bind_all(district_, subjects_[row / fields_.size()], fields_[row % fields_.size()])(to);
  }

 private:
  District district_;
  std::span<const Uuid> subjects_;
  std::vector<Field> fields_;
};

}  // namespace

std::string_view Values::get(Field field) const {
  for (const auto& [have, value] : values_) {
    if (have == field) return value;
  }
  return {};
}

void Values::set(Field field, std::string value) { values_.emplace_back(field, std::move(value)); }

Reader::Reader(Keyring& keyring, store::Connection& main, std::shared_ptr<const Epoch> epoch,
               std::unique_ptr<store::Connection> keys, std::uint64_t generation)
    : keyring_(keyring),
      main_(main),
      epoch_(std::move(epoch)),
      keys_(std::move(keys)),
      generation_(generation),
      person_keys_(keyring, *epoch_, *keys_),
      blind_(keyring.hmac(KeyName::blind_index)),
      index_cipher_(epoch_->key) {}

Result<std::unique_ptr<Reader>> Reader::open(Keyring& keyring, store::Connection& main) {
  const auto generation = keyring.generation();  // before the epoch: at worst it is opened twice
  auto epoch = keyring.epoch();
  WD_TRY(auto keys, Keyring::open_reader(*epoch));
  return std::unique_ptr<Reader>(
      new Reader(keyring, main, std::move(epoch), std::move(keys), generation));
}

Status Reader::renew() {
  const auto generation = keyring_.generation();
  if (generation == generation_) return ok();
  auto epoch = keyring_.epoch();
  WD_TRY(auto keys, Keyring::open_reader(*epoch));
  person_keys_.renew(*epoch, *keys);
  index_cipher_.renew(epoch->key);
  keys_ = std::move(keys);
  epoch_ = std::move(epoch);
  generation_ = generation;
  return ok();
}

Status Reader::read_rows(const SubjectId& id, Fields fields) {
  rows_.clear();
  const auto keep = [&](const store::RowReader& reader) {
    auto row = store::read_row<VaultFieldRow>(reader);
    if (fields.contains(row.field)) rows_.push_back(std::move(row));
    return true;
  };
  if (!fields.single()) {
    return main_.by_key(kVaultField.info(), 2, store::bind_all(id.district, id.subject), keep);
  }
  for (std::uint8_t number = 1; number <= kLastField; ++number) {
    const auto field = static_cast<Field>(number);
    if (!fields.contains(field)) continue;
    WD_TRY(
        [[maybe_unused]] auto read,
        main_.by_key(kVaultField.info(), 3, store::bind_all(id.district, id.subject, field), keep));
  }
  return ok();
}

Status Reader::open_rows(const SubjectId& id, std::span<const VaultFieldRow> rows, Values& values) {
  if (rows.empty()) return ok();
  WD_TRY(const auto key, person_keys_.find(id));
  if (!key) return ok();  // erased: the rows that are left mean nothing
  cipher_.use(id, *key);
  for (const auto& row : rows) {
    WD_TRY(auto plain, cipher_.open(row.field, row.version, row.ciphertext));
    values.set(row.field, std::move(plain));
  }
  return ok();
}

Status Reader::read_into(const SubjectId& id, Fields fields, Values& values) {
  WD_TRY([[maybe_unused]] auto read, read_rows(id, fields));
  return open_rows(id, rows_, values);
}

Result<Reader::RowsOfMany> Reader::ask_for_many(store::RemoteConnection& from, District district,
                                                std::span<const Uuid> subjects, Fields fields) {
  RowsOfMany found;
  found.reserve(subjects.size());
  const auto keep = [&](const store::RowReader& reader) {
    auto row = store::read_row<VaultFieldRow>(reader);
    if (fields.contains(row.field)) found[row.subject].push_back(std::move(row));
    return true;
  };
  const WantedRows wanted(district, subjects, fields);
  const store::Question question{kVaultField.info(), wanted.key_columns(), &wanted, keep};
  WD_TRY([[maybe_unused]] auto read, from.by_keys({&question, 1}));
  return found;
}

Result<Values> Reader::values_of(const SubjectId& id, Fields fields) {
  Values values;
  WD_TRY([[maybe_unused]] auto read, read_into(id, fields, values));
  return values;
}

Result<Values> Reader::get(District district, const Uuid& subject, Fields fields) {
  WD_TRY([[maybe_unused]] auto renewed, renew());
  return values_of({district, subject}, fields);
}

Result<std::optional<std::string>> Reader::get(District district, const Uuid& subject,
                                               Field field) {
  WD_TRY(const auto values, get(district, subject, Fields{field}));
  if (values.empty()) return std::optional<std::string>();
  return std::optional(std::string(values.get(field)));
}

Result<std::vector<Values>> Reader::get_many(District district, std::span<const Uuid> subjects,
                                             Fields fields) {
  WD_TRY([[maybe_unused]] auto renewed, renew());
  std::vector<Values> all(subjects.size());
  RowsOfMany stored;  // a database server is asked once, since each question is a round trip
  auto* const remote = dynamic_cast<store::RemoteConnection*>(&main_);
  const bool asks_once = remote != nullptr && subjects.size() > 1;
  if (asks_once) {
    WD_TRY(stored, ask_for_many(*remote, district, subjects, fields));
  }
  // One transaction for all keys: one for each would cost its locks.
  WD_TRY([[maybe_unused]] auto begun, keys_->begin());
  auto done = ok();
  for (std::size_t i = 0; i < subjects.size() && done; ++i) {
    const SubjectId id{district, subjects[i]};
    done = asks_once ? open_rows(id, stored[id.subject], all[i]) : read_into(id, fields, all[i]);
  }
  keys_->rollback();
  if (!done) return std::move(done).error();
  return all;
}

Result<std::vector<Uuid>> Reader::find_exact(District district, Field field,
                                             std::string_view value) {
  const auto wanted = normalised(value);
  std::vector<Uuid> candidates;
  if (wanted.empty() || !is_searchable(field)) return candidates;
  WD_TRY([[maybe_unused]] auto renewed, renew());
  const auto row = index_cipher_.row_of(
      {.district = district, .kind = field, .mac = blind_mac(blind_, field, wanted)});
  WD_TRY([[maybe_unused]] auto read,
         keys_->by_key(kBlindIndex.info(), 3, store::bind_all(district, field, row.enciphered),
                       [&](const store::RowReader& reader) {
                         candidates.push_back(store::read_row<BlindIndexRow>(reader).subject);
                         return candidates.size() < kExactHitsMax;
                       }));
  // The index may be behind or ahead of the rows: the value decides.
  std::vector<Uuid> found;
  for (const auto& subject : candidates) {
    WD_TRY(const auto present, get(district, subject, field));
    if (present && normalised(*present) == wanted) found.push_back(subject);
  }
  return found;
}

}  // namespace wangdi::vault
