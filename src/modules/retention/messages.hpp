// SPDX-License-Identifier: Apache-2.0
// What the module tells of destructions that leave the journal as it is; those of records are told
// by journal::RecordsDestroyed.
#pragma once

#include <string>
#include <string_view>

#include "codec/describe.hpp"

namespace wangdi::retention {

// Names of closed accounts left the vault. The text says which accounts.
struct NamesDestroyed {
  static constexpr std::string_view kType = "retention.names_destroyed";
  static constexpr int kVersion = 1;
  std::string rule;
  std::int64_t accounts = 0;
  std::string statement;
  std::string signature;  // base64 of an ECDSA signature over it (DER)
};
WD_DESCRIBE(NamesDestroyed, rule, accounts, statement, signature)

}  // namespace wangdi::retention
