// SPDX-License-Identifier: Apache-2.0
// The rule of a login name.
#include "modules/accounts/messages.hpp"

#include <algorithm>

namespace wangdi::accounts {
namespace {

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Result<LoginName> LoginName::parse(std::string_view text) {
  if (!std::ranges::all_of(text, is_allowed)) {
    return Error(ErrorCode::field_type)
        .with("expected", "小写字母、数字和 . _ -")
        .with("expected_en", "lower-case letters, digits and . _ -");
  }
  if (text.empty()) return Error(ErrorCode::field_missing);
  if (text.size() < kLeast) {
    return Error(ErrorCode::field_too_short).with("limit", std::to_string(kLeast));
  }
  if (text.size() > kMost) {
    return Error(ErrorCode::field_too_long).with("limit", std::to_string(kMost));
  }
  LoginName name;
  name.text_ = text;
  return name;
}

}  // namespace wangdi::accounts
