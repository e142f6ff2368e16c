// SPDX-License-Identifier: Apache-2.0
// Mobile: a mobile number of the mainland, eleven digits, 1 and then 3 to 9. Personal data.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi {

class Mobile {
 public:
  Mobile() = default;  // empty, of nobody
  // Only the bare eleven digits: no blank, no dash, no +86. Error: mobile_invalid.
  static Result<Mobile> parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Mobile&) const = default;

 private:
  explicit Mobile(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace wangdi
