// SPDX-License-Identifier: Apache-2.0
// What is said of a hold in words: in the vault, under the hold's own key.
#pragma once

#include <optional>
#include <string>

#include "codec/json.hpp"
#include "modules/holds/tables.hpp"
#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::holds {

struct HoldWords {
  std::string case_number;
  std::string issuer;
  std::string reason;
  std::optional<std::string> lifted_because;
};
WD_DESCRIBE(HoldWords, case_number, issuer, reason, lifted_because)

// Of vault::Reader and vault::Writer alike. Empty words where there are none.
template <class Vault>
Result<HoldWords> words_of(Vault& vault, const HoldRow& row) {
  WD_TRY(const auto stored, vault.get(row.district, row.hold.value, vault::Field::note));
  if (!stored) return HoldWords{};
  auto words = codec::decode<HoldWords>(*stored);
  if (!words) return Error(ErrorCode::vault_unreadable).because("words of a hold");
  return words;
}

}  // namespace wangdi::holds
