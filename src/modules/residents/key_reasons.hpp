// SPDX-License-Identifier: Apache-2.0
// Why somebody is in a key group, entry by entry. The reasons stand together in the note of the
// person in the vault, under the person's own key: erasing the person erases them all, and no
// entry's reason writes over another's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/residents/facts.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/rules.hpp"

namespace wangdi::residents {

struct KeyReasons {
  List<KeyReason, kKeyEntriesMost> entries;
};
WD_DESCRIBE(KeyReasons, entries)

// From what the vault holds; nothing stored is no reasons. Error: vault_unreadable.
Result<KeyReasons> read_reasons(std::string_view stored);
std::string write_reasons(const KeyReasons& reasons);

// The reason of an entry that is in force; nullptr when it was erased.
const KeyReason* reason_of(const KeyReasons& reasons, KeyGroup group, CivilDate starts_on);
// All reasons as lines of text for somebody who may read them.
std::string reasons_as_text(const KeyReasons& reasons, std::string_view language);

}  // namespace wangdi::residents
