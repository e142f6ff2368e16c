// SPDX-License-Identifier: Apache-2.0
// liboath's generator; comparing is done here, in constant time over all steps.
#include "common/crypto/one_time_code.hpp"

#include <liboath/oath.h>

#include <cstdlib>
#include <memory>

#include "base/result.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::crypto {
namespace {

const char* characters(ByteView bytes) { return reinterpret_cast<const char*>(bytes.data()); }

void begin() {
  static const int begun = oath_init();
  WD_ASSERT(begun == OATH_OK);
}

}  // namespace

std::string base32(ByteView bytes) {
  begin();
  char* text = nullptr;
  std::size_t length = 0;
  const int done = oath_base32_encode(characters(bytes), bytes.size(), &text, &length);
  const std::unique_ptr<char, decltype(&std::free)> freed(text, &std::free);
  WD_ASSERT(done == OATH_OK);
  std::string encoded(text, length);
  wipe({reinterpret_cast<std::uint8_t*>(text), length});
  while (encoded.ends_with('=')) encoded.pop_back();
  return encoded;
}

std::string code_of_step(ByteView secret, std::int64_t step) {
  begin();
  char code[kCodeDigits + 1] = {};
  const int made = oath_totp_generate(characters(secret), secret.size(),
                                      static_cast<time_t>(step * kCodeStepSeconds),
                                      kCodeStepSeconds, 0, kCodeDigits, code);
  WD_ASSERT(made == OATH_OK);
  return {code, kCodeDigits};
}

std::optional<std::int64_t> step_of_code(ByteView secret, std::string_view code,
                                         std::int64_t unix_seconds, int window) {
  if (code.size() != kCodeDigits) return std::nullopt;
  std::optional<std::int64_t> found;
  const auto present = unix_seconds / kCodeStepSeconds;
  for (auto step = present - window; step <= present + window; ++step) {
    const auto expected = code_of_step(secret, step);
    // Of two equal codes the later one: neither is taken again.
    if (equal(bytes_of(expected), bytes_of(code))) found = step;
  }
  return found;
}

}  // namespace wangdi::crypto
