// SPDX-License-Identifier: Apache-2.0
// Time-based one-time codes (RFC 6238: HMAC-SHA-1, 30 seconds, six digits), as every authenticator
// app shows them. Over liboath.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/bytes.hpp"

namespace wangdi::crypto {

inline constexpr std::size_t kCodeSecretBytes = 20;  // RFC 4226 4 R6
inline constexpr std::int64_t kCodeStepSeconds = 30;
inline constexpr std::size_t kCodeDigits = 6;

// The secret as apps take it by hand: RFC 4648 base32 without padding.
std::string base32(ByteView bytes);

// The six digits of a step (Unix seconds / 30).
std::string code_of_step(ByteView secret, std::int64_t step);

// The step (Unix seconds / 30) whose code this is, of the present one and up to `window` steps
// before and after; nothing when it is none of them. A code may be taken once only: the caller
// remembers the step and refuses it and earlier ones afterwards.
std::optional<std::int64_t> step_of_code(ByteView secret, std::string_view code,
                                         std::int64_t unix_seconds, int window);

}  // namespace wangdi::crypto
