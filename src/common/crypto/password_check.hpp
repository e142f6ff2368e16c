// SPDX-License-Identifier: Apache-2.0
// Comparing a password with its hash where memory may be short: a hash needs 19 MiB, by far the
// largest piece that is asked for at once.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi::crypto {

// Whether the password is that of the hash. Error: hashing_busy when memory is missing; a wrong
// password and no memory must not look alike.
Result<bool> check_password(const std::string& hash, std::string_view password);

}  // namespace wangdi::crypto
