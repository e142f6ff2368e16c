// SPDX-License-Identifier: Apache-2.0
// Codes of slips: made, kept as a MAC, and used up once. Both belong to whoever writes the nation's
// district: nobody else does meanwhile.
#pragma once

#include <optional>
#include <string>

#include "common/crypto/crypto.hpp"
#include "modules/ledger/tables.hpp"
#include "store/rows.hpp"

namespace wangdi::ledger {

class SlipCodes {
 public:
  // A MAC under the vault's key `first_secret`.
  explicit SlipCodes(crypto::Hmac hmac) : hmac_(std::move(hmac)) {}
  // Twelve random digits in groups of four, so that a number pad is enough.
  std::string make();
  // Bound to the slip; blanks and dashes do not count.
  crypto::Digest mac(SlipId slip, std::string_view code);

 private:
  crypto::Hmac hmac_;
  crypto::Random random_;
};

struct OpenedSlip {
  SlipId slip;
  District home;
  PersonId person;
  Holder holder = Holder::self;
};
// Opens a slip once. Nothing when it is not there, was used, is out of date, had too many wrong
// codes, or the code is wrong, which is counted: all look alike to whoever tries.
std::optional<OpenedSlip> use_slip(store::Rows& rows, SlipCodes& codes, SlipId slip,
                                   std::string_view code, std::int64_t tries_max, UnixMs now);

}  // namespace wangdi::ledger
