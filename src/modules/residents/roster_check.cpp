// SPDX-License-Identifier: Apache-2.0
// What becomes of each row.
#include "modules/residents/roster_check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "modules/residents/commands.hpp"
#include "modules/residents/facts.hpp"
#include "modules/residents/rules.hpp"

namespace wangdi::residents {

RosterIds::RosterIds(const crypto::Digest& file, const RegionCode& community)
    : file_(file), community_(community.text()) {}

Uuid RosterIds::make(Kind kind, std::uint32_t row, std::uint8_t group) {
  constexpr std::size_t kFileBytes = 6;
  constexpr std::string_view kUse = "wangdi roster row";
  hash_.add(crypto::bytes_of(kUse));
  hash_.add(file_);
  hash_.add(crypto::bytes_of(community_));
  const auto whole = hash_.finish();
  hash_.add(whole);
  hash_.add(crypto::big_endian(row));
  const std::array what = {static_cast<std::uint8_t>(static_cast<std::uint8_t>(kind) + group)};
  hash_.add(what);
  const auto digest = hash_.finish();
  Uuid id;
  std::copy_n(whole.begin(), kFileBytes, id.bytes.begin());
  // Rows in their order, so that an import writes neighbouring pages.
  const auto order = static_cast<std::uint16_t>(row >> 8 & 0x0FFF);
  id.bytes[6] = static_cast<std::uint8_t>(0x80 | order >> 8);
  id.bytes[7] = static_cast<std::uint8_t>(order & 0xFF);
  std::copy_n(digest.begin(), 8, id.bytes.begin() + 8);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

Result<std::unique_ptr<RosterCheck>> RosterCheck::open(const RosterRequest& request,
                                                       const crypto::Digest& file,
                                                       const RosterSources& sources,
                                                       const RosterSink& sink, Options options) {
  WD_TRY(auto buildings, regions::buildings_of(sources.db, request.community));
  WD_TRY(auto known, Known::load(sources.db, sources.vault, request.community));
  return std::unique_ptr<RosterCheck>(new RosterCheck(
      request, file, sources, sink, options, Buildings(std::move(buildings)), std::move(known)));
}

RosterCheck::RosterCheck(const RosterRequest& request, const crypto::Digest& file,
                         const RosterSources& sources, const RosterSink& sink, Options options,
                         Buildings buildings, Known known)
    : request_(request),
      sources_(sources),
      sink_(sink),
      options_(options),
      buildings_(std::move(buildings)),
      known_(std::move(known)),
      reader_(buildings_, options.dates, sources.today),
      ids_(file, request.community) {}

std::string RosterCheck::say(std::string_view zh, std::string_view en) const {
  return std::string(request_.language == Language::kChinese ? zh : en);
}

std::string RosterCheck::door_of(const RosterRow& row) const {
  const auto& household = row.household;
  if (row.building_name.empty() || household.unit.empty() || household.room.empty()) {
    return say("没写全", "incomplete");
  }
  return door_label(
      {row.building_name, household.unit.text, household.room.text},
      request_.language == Language::kChinese ? DoorLanguage::chinese : DoorLanguage::english);
}

std::string RosterCheck::describe(const KnownDoor& door) const {
  const auto* building = buildings_.find(door.building);
  const std::string_view name = building == nullptr ? "" : std::string_view(building->name);
  auto text = door_label({name, door.unit, door.room}, request_.language == Language::kChinese
                                                           ? DoorLanguage::chinese
                                                           : DoorLanguage::english);
  if (door.row != 0) {
    text += say("（本表第 ", " (row ") + std::to_string(door.row) + say(" 行）", " of this sheet)");
  }
  return text;
}

std::string RosterCheck::describe(const KnownPerson& person) const {
  auto door = known_.door_at(person.door);
  door.row = person.row;
  auto text = text::mask_name(person.name) + say("，", ", ") + describe(door);
  if (!person.number.empty()) text += say("，", ", ") + text::mask_number(person.number);
  return text;
}

std::string RosterCheck::describe(const RosterRow& row) const {
  auto text = door_of(row);
  if (row.has_person) {
    text = text::mask_name(row.person.name.text) + say("，", ", ") + text;
    if (!row.number.empty()) text += say("，", ", ") + text::mask_number(row.number);
  }
  return text;
}

Status RosterCheck::report(const RosterRow& row, std::uint32_t number, const Header& header,
                           std::span<const sheet::Cell> cells) {
  if (!sink_.error) return ok();
  const auto language = static_cast<std::size_t>(request_.language);
  const auto written = [&](Column column) {
    return written_in(header.cell(cells, column), column);
  };
  for (const auto& error : row.errors) {
    const auto& entry = error_entry(error.code);
    ImportError found;
    found.row = number;
    found.door = door_of(row);
    found.name = written(Column::name);
    found.number = written(Column::document_number);
    const auto& column = column_text(error.column);
    found.field = request_.language == Language::kChinese ? column.zh : column.en;
    found.written = written(error.column);
    if (found.written.empty()) found.written = say("空", "empty");
    found.why = fill_text(entry.title[language], error.details);
    found.advice = fill_text(entry.advice[language], error.details);
    WD_TRY([[maybe_unused]] auto taken, sink_.error(std::move(found)));
  }
  return ok();
}

Result<RowPlan> RosterCheck::left_out(RowPlan plan, const RosterRow& row, std::string kind,
                                      std::string existing) {
  plan.fate = RowFate::leave_out;
  plan.commands.clear();
  if (!sink_.duplicate) return plan;
  WD_TRY([[maybe_unused]] auto taken,
         sink_.duplicate({plan.row, std::move(kind), std::move(existing), describe(row)}));
  return plan;
}

template <class Command>
void RosterCheck::command(RowPlan& plan, Uuid id, Command body) {
  if (!options_.with_commands) return;
  bus::PreparedCommand prepared;
  prepared.id = CommandId{id};
  prepared.type = Command::kType;
  prepared.region = request_.community;
  prepared.occurred_at = options_.now;
  codec::encode(body, prepared.body);
  prepared.value = std::make_shared<const Command>(std::move(body));
  plan.commands.push_back(std::move(prepared));
}

Result<RowPlan> RosterCheck::check(std::uint32_t number, const Header& header,
                                   std::span<const sheet::Cell> cells) {
  RowPlan plan{number, RowFate::refuse, {}};
  auto row = reader_.read(header, cells);
  const auto key =
      door_key(row.household.building, row.household.unit.text, row.household.room.text);
  const auto* door = row.errors.empty() ? known_.door(key) : nullptr;
  if (door != nullptr && row.has_person && door->persons >= limits::kPersonsPerHousehold) {
    row.errors.push_back({Column::room,
                          ErrorCode::household_full,
                          {{"limit", std::to_string(limits::kPersonsPerHousehold)}}});
  }
  if (!row.errors.empty()) {
    WD_TRY([[maybe_unused]] auto reported, report(row, number, header, cells));
    return plan;
  }
  if (row.has_person) return plan_person(row, std::move(plan), door);
  return plan_household(row, std::move(plan), door);
}

Result<RowPlan> RosterCheck::plan_household(RosterRow& row, RowPlan plan, const KnownDoor* door) {
  if (door != nullptr) {
    return left_out(std::move(plan), row, say("门牌一样", "Same door"), describe(*door));
  }
  plan.fate = RowFate::add;
  add_door(row, plan);
  return plan;
}

std::size_t RosterCheck::add_door(RosterRow& row, RowPlan& plan) {
  auto& household = row.household;
  household.id.value = ids_.make(RosterIds::Kind::household, plan.row);
  const auto key = door_key(household.building, household.unit.text, household.room.text);
  const auto place = known_.add_door(key, {household.id,
                                           household.building,
                                           household.unit.text,
                                           household.room.text,
                                           plan.row,
                                           0,
                                           {}});
  command(plan, ids_.make(RosterIds::Kind::add_household, plan.row), household);
  return place;
}

Result<RowPlan> RosterCheck::plan_person(RosterRow& row, RowPlan plan, const KnownDoor* door) {
  auto& person = row.person;
  person.id.value = ids_.make(RosterIds::Kind::person, plan.row);
  KnownPerson incoming{person.id,      0,
                       plan.row,       person.name.text,
                       row.number,     person.phone ? person.phone->text() : std::string(),
                       row.birth_date, {}};
  if (const auto* there = known_.by_id(person.id)) {
    return plan_known_person(row, std::move(plan), *there, Match::same_row);
  }
  if (!row.number.empty()) {
    if (const auto* there = known_.by_number(row.number)) {
      if (door != nullptr && &known_.door_at(there->door) == door) {
        return plan_known_person(row, std::move(plan), *there, Match::same_document);
      }
      return left_out(std::move(plan), row,
                      say("证件号一样，门牌不同", "Same document, another door"), describe(*there));
    }
    WD_TRY(auto other, elsewhere(row.number));
    if (other) {
      return left_out(std::move(plan), row,
                      say("证件号一样，在别的社区", "Same document, another community"),
                      std::move(*other));
    }
  }
  if (door != nullptr) {
    if (const auto* there = known_.same_name(*door, incoming)) {
      return plan_known_person(row, std::move(plan), *there, Match::same_name);
    }
    if (const auto* there = known_.same_phone(*door, incoming)) {
      return left_out(std::move(plan), row, say("同一户，电话一样", "Same household and phone"),
                      describe(*there));
    }
  }
  if (const auto* there = known_.same_name_and_birth(incoming)) {
    return left_out(std::move(plan), row,
                    say("姓名和出生日期一样，门牌不同", "Same name and birth date, another door"),
                    describe(*there));
  }
  plan.fate = RowFate::add;
  incoming.door = door != nullptr ? known_.place_of(*door) : add_door(row, plan);
  add_person(row, std::move(incoming), plan);
  return plan;
}

void RosterCheck::add_person(RosterRow& row, KnownPerson incoming, RowPlan& plan) {
  auto& person = row.person;
  person.household = known_.door_at(incoming.door).household;
  command(plan, ids_.make(RosterIds::Kind::add_person, plan.row), person);
  for (auto& entry : row.key_groups) {
    incoming.key_entries.push_back({entry.group, {entry.starts_on, entry.ends_on}});
    add_key_group(entry, person.id, plan);
  }
  known_.add_person(std::move(incoming));
}

void RosterCheck::add_key_group(AddKeyGroup entry, PersonId person, RowPlan& plan) {
  entry.person = person;
  const auto group = static_cast<std::uint8_t>(entry.group);
  command(plan, ids_.make(RosterIds::Kind::add_key_group, plan.row, group), std::move(entry));
}

// Somebody who is there already gets what the row adds: another phone, a key group. A name that
// differs is never written over: it may be another person with a wrong number.
Result<RowPlan> RosterCheck::plan_known_person(const RosterRow& row, RowPlan plan,
                                               const KnownPerson& there, Match match) {
  const bool same_name =
      text::fold(there.name) == text::fold(std::string_view(row.person.name.text));
  if (there.row != 0) {
    return left_out(std::move(plan), row, say("表里写了两次", "Twice in this sheet"),
                    describe(there));
  }
  if (!same_name && match == Match::same_document) {
    return left_out(std::move(plan), row,
                    say("证件号一样，姓名不同", "Same document, another name"), describe(there));
  }
  auto existing = sink_.duplicate ? describe(there) : std::string();
  known_.meet(there.person, plan.row);
  plan.fate = RowFate::change;
  bool adds = false;
  // What this very file brought in stays as it was corrected since.
  if (match == Match::same_document && row.person.phone &&
      row.person.phone->text() != there.phone) {
    CorrectPerson correction;
    correction.person = there.person;
    correction.phone = row.person.phone;
    correction.reason.text = kPhoneReason;
    command(plan, ids_.make(RosterIds::Kind::correct_person, plan.row), std::move(correction));
    adds = true;
  }
  for (const auto& entry : row.key_groups) {
    const KeyEntry added{entry.group, {entry.starts_on, entry.ends_on}};
    if (!add_entry(there.key_entries, added)) continue;
    add_key_group(entry, there.person, plan);
    adds = true;
  }
  if (adds) return plan;
  switch (match) {
    case Match::same_row:
      return left_out(std::move(plan), row, say("这一行导过了", "This row was imported before"),
                      std::move(existing));
    case Match::same_document:
      return left_out(std::move(plan), row, say("证件号一样", "Same document"),
                      std::move(existing));
    case Match::same_name:
      break;
  }
  return left_out(std::move(plan), row, say("同一户，姓名一样", "Same household and name"),
                  std::move(existing));
}

// Somebody of the district outside this community: whoever imports may not see who.
Result<std::optional<std::string>> RosterCheck::elsewhere(const std::string& number) const {
  const auto district = request_.community.district();
  WD_TRY(const auto found,
         sources_.vault.find_exact(district, vault::Field::document_number, number));
  for (const auto& subject : found) {
    WD_TRY(const auto place, place_of(sources_.db, district, PersonId{subject}));
    if (place) return std::optional(say("本区县的另一个社区", "another community of the district"));
  }
  return std::optional<std::string>();
}

}  // namespace wangdi::residents
