// SPDX-License-Identifier: Apache-2.0
// What a typed text can mean when a door or a person is searched: a part of a name, first letters
// of its reading, a door written in any usual way, the last four characters of a number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/pinyin/table.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/rules.hpp"
#include "vault/fields.hpp"

namespace wangdi::residents {

class SearchMatch {
 public:
  // `pinyin` outlives this.
  SearchMatch(std::string_view text, const pinyin::Table& pinyin);

  bool name(std::string_view name) const;
  // What has to be read of each person, and of each door, to compare them with the text.
  vault::Fields of_person() const;
  vault::Fields of_door() const;
  // A document number or a phone by its last four characters.
  bool number(std::string_view number) const;
  // "402", "3-402", "3幢2单元402室": pieces name building, unit and room in this order, the room by
  // its beginning; a single piece is a building or a room.
  bool door(const DoorName& door) const;

 private:
  const pinyin::Table& pinyin_;
  std::u32string name_part_;
  std::string initials_;
  std::string last_four_;
  std::vector<std::u32string> pieces_;
};

}  // namespace wangdi::residents
