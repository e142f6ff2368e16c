// SPDX-License-Identifier: Apache-2.0
// What a phone holds as proof of the highest position it was answered: 32 hexadecimal characters,
// of which the first half proves the position (vault::Receipts) and the second whose record stands
// there.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// What a phone was answered, and after how many restores.
struct Answered {
  District district;
  std::int64_t sequence = 0;
  std::int64_t restores = 0;
};

// Belongs to one thread.
class RecordReceipts {
 public:
  explicit RecordReceipts(const vault::Vault& vault)
      : positions_(vault), hmac_(vault.hmac(vault::KeyName::receipt)) {}
  std::string make(const Answered& answered, CommandId command);
  // Whether the position was answered.
  bool holds(const Answered& answered, std::string_view receipt);
  // Whether it was answered to this command. Receipts of before commands were in them name none,
  // and count as this one's.
  bool is_of(const Answered& answered, CommandId command, std::string_view receipt);

 private:
  std::string position_text(const Answered& answered);
  std::string command_text(const Answered& answered, CommandId command);

  vault::Receipts positions_;
  crypto::Hmac hmac_;
};

}  // namespace wangdi::app
