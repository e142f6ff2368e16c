// SPDX-License-Identifier: Apache-2.0
// One row of a roster sheet as the commands it stands for, or every reason why it cannot be. Fields
// are read with the types of the commands and judged by the rules the commands obey: nothing is
// decided here a second time.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "modules/regions/facts.hpp"
#include "modules/residents/roster_columns.hpp"

namespace wangdi::residents {

// The buildings of a community by the names people write: 3幢, 3栋, 3号楼 and 3 are one building
// unless the community has several of these.
class Buildings {
 public:
  explicit Buildings(std::vector<regions::BuildingFacts> buildings);
  const regions::BuildingFacts* find(std::string_view written) const;
  const regions::BuildingFacts* find(BuildingId building) const;

 private:
  static constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);
  std::vector<regions::BuildingFacts> buildings_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_map<std::string, std::size_t> by_short_name_;  // kSeveral where not unique
};

struct RowError {
  Column column;
  ErrorCode code;
  std::vector<ErrorDetail> details = {};
};

// Ids are still missing: they follow from the file and what is there already.
struct RosterRow {
  const regions::BuildingFacts* building = nullptr;
  std::string building_name;  // as registered, or as it was written when no such building is known
  AddHousehold household;
  bool has_person = false;
  AddPerson person;
  std::string number;                   // the document number in its normal form
  std::optional<CivilDate> birth_date;  // told by the document or the form
  std::vector<AddKeyGroup> key_groups;
  std::vector<RowError> errors;
};

class RowReader {
 public:
  RowReader(const Buildings& buildings, sheet::DateSystem dates, CivilDate today)
      : buildings_(buildings), dates_(dates), today_(today) {}

  // True when no column that is read has content: such a row does not count.
  static bool is_blank(const Header& header, std::span<const sheet::Cell> cells);
  RosterRow read(const Header& header, std::span<const sheet::Cell> cells) const;

 private:
  const Buildings& buildings_;
  sheet::DateSystem dates_;
  CivilDate today_;
};

// What was written in a cell, fit for a screen: personal values masked, long ones cut.
std::string written_in(const sheet::Cell& cell, Column column);
// 2单元 is unit 2, 301室 is room 301, 3层 is floor 3.
std::string_view without_suffix(std::string_view text, std::span<const std::string_view> suffixes);

}  // namespace wangdi::residents
