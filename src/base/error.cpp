// SPDX-License-Identifier: Apache-2.0
// The registry table built from errors.def, and the filling of its texts.
#include "base/error.hpp"

#include <algorithm>
#include <array>

#include "base/result.hpp"

namespace wangdi {
namespace {

constexpr std::array kRegistry = {
#define WD_ERROR(number, name, status, title_zh, advice_zh, title_en, advice_en) \
  ErrorEntry{ErrorCode::name, #name, status, {title_zh, title_en}, {advice_zh, advice_en}},
#include "base/errors.def"
#undef WD_ERROR
};

static_assert(std::ranges::is_sorted(kRegistry, std::ranges::less_equal{}, &ErrorEntry::code) &&
                  std::ranges::adjacent_find(kRegistry, {}, &ErrorEntry::code) == kRegistry.end(),
              "errors.def is ordered by number and no number stands twice");

}  // namespace

std::span<const ErrorEntry> error_registry() { return kRegistry; }

const ErrorEntry& error_entry(ErrorCode code) {
  const auto found = std::ranges::lower_bound(kRegistry, code, {}, &ErrorEntry::code);
  WD_ASSERT(found != kRegistry.end() && found->code == code);
  return *found;
}

std::string fill_text(std::string_view text, std::span<const ErrorDetail> details) {
  std::string filled;
  filled.reserve(text.size() + 32);
  while (!text.empty()) {
    const auto open = text.find('{');
    filled.append(text.substr(0, open));
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto close = text.find('}');
    if (close == std::string_view::npos) return filled.append(text);
    const auto name = text.substr(1, close - 1);
    const auto detail = std::ranges::find(details, name, &ErrorDetail::name);
    filled.append(detail != details.end() ? std::string_view(detail->value)
                                          : text.substr(0, close + 1));
    text.remove_prefix(close + 1);
  }
  return filled;
}

}  // namespace wangdi
