// SPDX-License-Identifier: Apache-2.0
// Text<Most, Least>: a line of text a person wrote, bounded in characters. It is valid UTF-8,
// trimmed, and holds no control character; line breaks and tabs become single spaces.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi {

namespace detail {
// Errors: field_text_invalid, field_missing (nothing), field_too_short, field_too_long.
Result<std::string> parse_text(std::string_view text, std::size_t least, std::size_t most);
}  // namespace detail

// `Least` is 0 unless said: Text<40, 1> is for what must not be empty, a name for example.
template <std::size_t Most, std::size_t Least = 0>
struct Text {
  static_assert(Most > 0 && Least <= Most);
  static constexpr std::size_t kMost = Most;
  static constexpr std::size_t kLeast = Least;

  std::string text;

  static Result<Text> parse(std::string_view from) {
    WD_TRY(auto clean, detail::parse_text(from, Least, Most));
    return Text{std::move(clean)};
  }
  bool empty() const { return text.empty(); }
  auto operator<=>(const Text&) const = default;
};

}  // namespace wangdi
