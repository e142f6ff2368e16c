// SPDX-License-Identifier: Apache-2.0
// One-time codes: the published vectors, and which step a code belongs to.
#include "common/crypto/one_time_code.hpp"

#include <gtest/gtest.h>

namespace wangdi::crypto {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";

TEST(OneTimeCode, gives_the_last_six_digits_of_rfc_6238) {
  // RFC 6238 appendix B, SHA-1; its eight digits end in these six.
  struct Case {
    std::int64_t seconds;
    std::string_view code;
  };
  for (const auto& [seconds, code] :
       {Case{59, "287082"}, Case{1'111'111'109, "081804"}, Case{1'111'111'111, "050471"},
        Case{1'234'567'890, "005924"}, Case{2'000'000'000, "279037"},
        Case{20'000'000'000, "353130"}}) {
    EXPECT_EQ(code_of_step(bytes_of(kSecret), seconds / 30), code);
    EXPECT_EQ(step_of_code(bytes_of(kSecret), code, seconds, 0), seconds / 30);
  }
}

TEST(OneTimeCode, is_found_in_its_window_and_nowhere_else) {
  const auto code = code_of_step(bytes_of(kSecret), 1'000'000);
  for (const std::int64_t away : {-2, -1, 0, 1, 2}) {
    const auto step = step_of_code(bytes_of(kSecret), code, (1'000'000 + away) * 30 + 29, 1);
    EXPECT_EQ(step.has_value(), away >= -1 && away <= 1) << away;
    EXPECT_EQ(step.value_or(1'000'000), 1'000'000);
  }
  EXPECT_FALSE(step_of_code(bytes_of("another secret here!"), code, 30'000'000, 1));
  for (const std::string_view wrong : {"", "12345", "1234567", "abcdef", "28708 "}) {
    EXPECT_FALSE(step_of_code(bytes_of(kSecret), wrong, 30'000'000, 1)) << wrong;
  }
}

TEST(OneTimeCode, secrets_are_written_as_apps_take_them) {
  // RFC 4648 10, without padding.
  EXPECT_EQ(base32(bytes_of("f")), "MY");
  EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(base32(bytes_of(kSecret)), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

}  // namespace
}  // namespace wangdi::crypto
