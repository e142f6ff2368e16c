// SPDX-License-Identifier: Apache-2.0
// Opening all values by portions.
#include "app/vault_check.hpp"

#include <vector>

#include "vault/reader.hpp"
#include "vault/tables.hpp"

namespace wangdi::app {
namespace {

struct Subject {
  District district;
  Uuid id;
  bool operator==(const Subject&) const = default;
};

// Everybody of whom the vault holds something, in the order of the rows.
Result<std::vector<Subject>> subjects_of(store::Connection& connection) {
  std::vector<Subject> subjects;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(vault::kVaultField.info(), 0, store::bind_all(),
                           [&](const store::RowReader& raw) {
                             const Subject subject{store::ColumnTraits<District>::read(raw, 0),
                                                   store::ColumnTraits<Uuid>::read(raw, 1)};
                             if (subjects.empty() || subjects.back() != subject) {
                               subjects.push_back(subject);
                             }
                             return true;
                           }));
  return subjects;
}

}  // namespace

// A portion that does not open is tried one by one.
Result<std::size_t> unreadable_people(vault::Vault& vault, store::Connection& connection) {
  constexpr std::size_t kPortion = 200;
  constexpr auto kAllFields = vault::Fields::from_bits(~std::int64_t{0});
  WD_TRY(const auto reader, vault.open_reader(connection));
  WD_TRY(const auto subjects, subjects_of(connection));
  std::size_t unreadable = 0;
  for (std::size_t from = 0; from < subjects.size();) {
    std::vector<Uuid> portion;
    const auto district = subjects[from].district;
    for (; from < subjects.size() && portion.size() < kPortion; ++from) {
      if (subjects[from].district != district) break;
      portion.push_back(subjects[from].id);
    }
    if (reader->get_many(district, portion, kAllFields)) continue;
    for (const auto& id : portion) {
      if (!reader->get(district, id, kAllFields)) ++unreadable;
    }
  }
  return unreadable;
}

}  // namespace wangdi::app
