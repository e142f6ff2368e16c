// SPDX-License-Identifier: Apache-2.0
// Making and judging receipts.
#include "app/receipts.hpp"

#include "access/gatekeeper.hpp"
#include "base/hex.hpp"

namespace wangdi::app {
namespace {

constexpr std::size_t kReceiptChars = 32, kHalfChars = kReceiptChars / 2;

}  // namespace

std::string RecordReceipts::position_text(const Answered& answered) {
  return positions_.make(answered.district, answered.sequence, answered.restores);
}

// A longer text than that of the position, so neither is ever the other.
std::string RecordReceipts::command_text(const Answered& answered, CommandId command) {
  const auto mac = hmac_.mac({crypto::big_endian(answered.district.number),
                              crypto::big_endian(answered.sequence),
                              crypto::big_endian(answered.restores), command.value.bytes});
  return to_hex(std::span(mac).first(kHalfChars / 2));
}

std::string RecordReceipts::make(const Answered& answered, CommandId command) {
  return position_text(answered).substr(0, kHalfChars) + command_text(answered, command);
}

bool RecordReceipts::holds(const Answered& answered, std::string_view receipt) {
  if (receipt.size() != kReceiptChars) return false;
  return access::same_secret(position_text(answered).substr(0, kHalfChars),
                             receipt.substr(0, kHalfChars));
}

bool RecordReceipts::is_of(const Answered& answered, CommandId command, std::string_view receipt) {
  if (!holds(answered, receipt)) return false;
  return access::same_secret(command_text(answered, command), receipt.substr(kHalfChars)) ||
         access::same_secret(position_text(answered), receipt);
}

}  // namespace wangdi::app
