// SPDX-License-Identifier: Apache-2.0
// Inside this room: what both writers check and how a watermark reads.
#pragma once

#include <string>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "common/sheet/source.hpp"
#include "common/sheet/writer.hpp"

namespace wangdi::sheet {

inline constexpr std::size_t kCellCharacters = 32'767;                 // of the xlsx format
inline constexpr std::uint32_t kSheetRows = 1'048'576;                 // of the xlsx format
inline constexpr std::int64_t kWholeNumberMost = 999'999'999'999'999;  // fifteen digits

inline Status check_text(std::string_view text) {
  if (!text::is_valid_utf8(text)) return Error(ErrorCode::field_text_invalid);
  if (text::length(text) > kCellCharacters) {
    return Error(ErrorCode::field_too_long).with("limit", std::to_string(kCellCharacters));
  }
  return ok();
}

inline std::string watermark_line(const Watermark& watermark) {
  return watermark.account + " · " + watermark.time + " · " + watermark.purpose;
}

inline bool is_whole(std::int64_t number) {
  return number >= -kWholeNumberMost && number <= kWholeNumberMost;
}

}  // namespace wangdi::sheet
