// SPDX-License-Identifier: Apache-2.0
// The stored form of the reasons, and their text.
#include "modules/residents/key_reasons.hpp"

#include <algorithm>

namespace wangdi::residents {

Result<KeyReasons> read_reasons(std::string_view stored) {
  if (stored.empty()) return KeyReasons{};
  auto reasons = codec::decode<KeyReasons>(stored);
  if (!reasons) return Error(ErrorCode::vault_unreadable).because("reasons of key groups");
  return reasons;
}

std::string write_reasons(const KeyReasons& reasons) { return codec::encode(reasons); }

const KeyReason* reason_of(const KeyReasons& reasons, KeyGroup group, CivilDate starts_on) {
  const auto found = std::ranges::find_if(reasons.entries, [&](const KeyReason& entry) {
    const bool waits = entry.ground && entry.ground->waits;
    return !waits && entry.group == group && entry.starts_on == starts_on;
  });
  return found == reasons.entries.end() ? nullptr : &*found;
}

std::string reasons_as_text(const KeyReasons& reasons, std::string_view language) {
  std::string text;
  for (const auto& entry : reasons.entries) {
    const auto* choice = codec::choice_of(entry.group);
    if (choice == nullptr || (entry.ground && entry.ground->waits)) continue;
    if (!text.empty()) text += '\n';
    text.append(language == "en" ? choice->title_en : choice->title_zh);
    text.append(" ").append(entry.starts_on.text()).append(" ").append(entry.reason);
    if (entry.ended_because) text.append(" / ").append(*entry.ended_because);
  }
  return text;
}

}  // namespace wangdi::residents
