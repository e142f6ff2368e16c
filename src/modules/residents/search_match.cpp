// SPDX-License-Identifier: Apache-2.0
// Reading of a search text, and its comparison with what the vault holds.
#include "modules/residents/search_match.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "common/pinyin/search_text.hpp"
#include "vault/fields.hpp"

namespace wangdi::residents {
namespace {

constexpr std::size_t kLastFour = 4;
// Words and signs between the parts of a door; longer ones first.
constexpr std::array<std::string_view, 12> kSeparators = {"单元", "幢", "栋", "楼", "室", "号",
                                                          "-",    ",",  "，", "、", " ",  "/"};

bool is_number_end(std::string_view text) {
  if (text.size() != kLastFour) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool digits = std::ranges::all_of(text.substr(0, kLastFour - 1), is_digit);
  return digits && (is_digit(text.back()) || text.back() == 'x');
}

std::vector<std::u32string> pieces_of(std::string_view text) {
  auto rest = text::fold(text);
  for (const auto separator : kSeparators) {
    for (auto at = rest.find(separator); at != std::string::npos; at = rest.find(separator, at)) {
      rest.replace(at, separator.size(), 1, '\n');
    }
  }
  std::vector<std::u32string> pieces;
  for (const auto piece : text::split(rest, '\n')) {
    auto folded = pinyin::search_text(piece);
    if (!folded.empty()) pieces.push_back(std::move(folded));
  }
  return pieces;
}

// A building is known without the word behind its number.
std::u32string place_text(std::string_view text) {
  auto folded = pinyin::search_text(text);
  constexpr std::u32string_view kEnds = U"幢栋楼";
  if (!folded.empty() && kEnds.find(folded.back()) != std::u32string_view::npos) folded.pop_back();
  return folded;
}

}  // namespace

SearchMatch::SearchMatch(std::string_view text, const pinyin::Table& pinyin)
    : pinyin_(pinyin),
      name_part_(pinyin::search_text(text)),
      initials_(pinyin::typed_initials(text)),
      pieces_(pieces_of(text)) {
  auto end = vault::normalised(text);
  if (is_number_end(end)) last_four_ = std::move(end);
}

vault::Fields SearchMatch::of_person() const {
  using vault::Field;
  if (last_four_.empty()) return {Field::name};
  return {Field::name, Field::document_number, Field::phone};
}

vault::Fields SearchMatch::of_door() const {
  using vault::Field;
  if (last_four_.empty()) return {Field::unit, Field::room};
  return {Field::unit, Field::room, Field::phone};
}

bool SearchMatch::name(std::string_view name) const {
  if (name_part_.empty() || name.empty()) return false;
  const auto folded = pinyin::search_text(name);
  if (folded.find(name_part_) != std::u32string::npos) return true;
  if (initials_.empty() || initials_.size() > folded.size()) return false;
  return std::search(folded.begin(), folded.end(), initials_.begin(), initials_.end(),
                     [this](char32_t character, char typed) {
                       return pinyin_.reads(character, typed);
                     }) != folded.end();
}

bool SearchMatch::number(std::string_view number) const {
  return !last_four_.empty() && vault::normalised(number).ends_with(last_four_);
}

bool SearchMatch::door(const DoorName& door) const {
  if (pieces_.empty()) return false;
  const auto room = pinyin::search_text(door.room);
  if (!room.starts_with(pieces_.back())) {
    return pieces_.size() == 1 && place_text(door.building) == pieces_.front();
  }
  if (pieces_.size() == 1) return true;
  const std::array places = {place_text(door.building), pinyin::search_text(door.unit)};
  auto place = places.begin();
  for (std::size_t i = 0; i + 1 < pieces_.size(); ++i) {
    place = std::find(place, places.end(), pieces_[i]);
    if (place == places.end()) return false;
    ++place;
  }
  return true;
}

}  // namespace wangdi::residents
