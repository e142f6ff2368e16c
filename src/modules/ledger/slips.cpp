// SPDX-License-Identifier: Apache-2.0
// Codes of slips.
#include "modules/ledger/slips.hpp"

#include "access/tables.hpp"
#include "modules/ledger/rules.hpp"

namespace wangdi::ledger {
namespace {

constexpr std::size_t kDigits = 12, kGroup = 4;
// As long as the labels of access/secrets.cpp, whose key this is too: none is read as another.
constexpr std::string_view kLabel = "ledger_slip.";
constexpr std::uint8_t kEvenly = 250;  // bytes from here on would make some digits likelier

}  // namespace

std::string SlipCodes::make() {
  std::string code;
  std::size_t digits = 0;
  while (digits < kDigits) {
    for (const auto byte : random_.take<kDigits>()) {
      if (byte >= kEvenly || digits == kDigits) continue;
      if (digits > 0 && digits % kGroup == 0) code.push_back('-');
      code.push_back(static_cast<char>('0' + byte % 10));
      ++digits;
    }
  }
  return code;
}

crypto::Digest SlipCodes::mac(SlipId slip, std::string_view code) {
  const auto digits = digits_of(code);
  return hmac_.mac({crypto::bytes_of(kLabel), slip.value.bytes, crypto::bytes_of(digits)});
}

std::optional<OpenedSlip> use_slip(store::Rows& rows, SlipCodes& codes, SlipId slip,
                                   std::string_view code, std::int64_t tries_max, UnixMs now) {
  const auto mac = codes.mac(slip, code);
  const auto* stored = rows.find(kSlip, {access::kNation, slip});
  if (stored == nullptr || stored->used_at || stored->tries >= tries_max ||
      now >= stored->expires_at) {
    return std::nullopt;
  }
  auto row = *stored;
  const bool fits = crypto::equal(mac, row.code);
  if (fits) {
    row.used_at = now;
  } else {
    ++row.tries;
  }
  const OpenedSlip opened{slip, row.home, row.person, row.holder};
  rows.put(kSlip, std::move(row));
  return fits ? std::optional(opened) : std::nullopt;
}

}  // namespace wangdi::ledger
