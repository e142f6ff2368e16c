// SPDX-License-Identifier: Apache-2.0
// What the vault can hold, for which purposes it may be looked at, and what is logged. All values
// are stored: a new one is appended, none is ever renumbered or used again.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "codec/describe.hpp"

namespace wangdi::vault {

// A field of a subject. The subject is whoever or whatever owns a key: a person, a household, or a
// single visit or command whose free text must be destroyable on its own.
enum class Field : std::uint8_t {
  name = 1,
  document_kind = 2,
  document_number = 3,
  phone = 4,
  birth_date = 5,
  unit = 6,
  floor = 7,
  room = 8,
  note = 9,
  journey = 10,
  display = 11,    // the door as one text, for lists
  held_body = 12,  // the body of a command that waits for review
  list = 13,       // rows of an uploaded list, or who of it was found
};
WD_ENUM(Field, (name, "姓名", "Name"), (document_kind, "证件类型", "Kind of document"),
        (document_number, "证件号码", "Document number"), (phone, "电话", "Phone"),
        (birth_date, "出生日期", "Date of birth"), (unit, "单元", "Unit"), (floor, "楼层", "Floor"),
        (room, "房号", "Room"), (note, "备注", "Note"), (journey, "行程", "Journey"),
        (display, "门牌", "Door"), (held_body, "待复核内容", "Content held for review"),
        (list, "比对名单", "List to match"))
inline constexpr std::uint8_t kLastField = 13;

// A set of fields; the bits are stored in the access log.
class Fields {
 public:
  constexpr Fields() = default;
  constexpr Fields(std::initializer_list<Field> fields) {
    for (const auto field : fields) bits_ |= bit(field);
  }
  static constexpr Fields from_bits(std::int64_t bits) {
    Fields fields;
    fields.bits_ = bits;
    return fields;
  }
  constexpr bool contains(Field field) const { return (bits_ & bit(field)) != 0; }
  // In the order of their numbers; numbers that no field has are left out.
  std::vector<Field> list() const;
  constexpr bool empty() const { return bits_ == 0; }
  // True when exactly one field is in the set.
  constexpr bool single() const { return bits_ != 0 && (bits_ & (bits_ - 1)) == 0; }
  constexpr std::int64_t bits() const { return bits_; }
  constexpr bool operator==(const Fields&) const = default;

 private:
  // No bit for a number that no field can have: a damaged row may hold any.
  static constexpr std::int64_t bit(Field field) {
    const auto number = static_cast<unsigned>(field);
    return number < 63 ? std::int64_t{1} << number : 0;
  }
  std::int64_t bits_ = 0;
};

// The closed list of reasons for which an official may see an unmasked value.
enum class Purpose : std::uint8_t {
  home_visit = 1,
  medical_followup = 2,
  emergency = 3,
  correction = 4,
  care_delivery = 5,
  official_request = 6,
};
WD_ENUM(Purpose, (home_visit, "入户走访", "Home visit"),
        (medical_followup, "医学随访", "Medical follow-up"), (emergency, "紧急情况", "Emergency"),
        (correction, "更正信息", "Correction"), (care_delivery, "送药送菜等帮扶", "Care delivery"),
        (official_request, "依法公务查询", "Official request"))

// What is written into the access log before data leave.
enum class Operation : std::uint8_t {
  unmask = 1,
  exact_search = 2,
  export_file = 3,
  list_match = 4,
};
WD_ENUM(Operation, (unmask, "查看完整信息", "Unmask"), (exact_search, "精确查询", "Exact search"),
        (export_file, "导出", "Export"), (list_match, "名单比对", "List matching"))

// Fields that can be found by their exact value, through the keyed hash. A door is one of them, so
// that it is registered once.
constexpr bool is_searchable(Field field) {
  return field == Field::document_number || field == Field::phone || field == Field::display;
}
// The form in which two spellings of one value are the same: full-width forms, case, blanks and
// dashes do not count.
std::string normalised(std::string_view value);

// The value as a reader without purpose sees it. Where somebody lives stays readable, because the
// round from door to door needs it; free text is hidden whole.
std::string masked(Field field, std::string_view value);

}  // namespace wangdi::vault
