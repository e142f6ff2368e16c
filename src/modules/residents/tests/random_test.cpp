// SPDX-License-Identifier: Apache-2.0
// Random commands: the tables are what the journal says, the counters are what can be counted, and
// nothing personal stands outside the vault.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "modules/residents/tests/fixture.hpp"

namespace wangdi::residents {
namespace {

using indicators::Indicator;

constexpr std::size_t kCommandsPerRun = 60;
constexpr int kRuns = 12;
constexpr std::int32_t kDays = 40;

// A person's values that no other text of the data folder can hold by chance.
constexpr const char* kNames[] = {"欧国测", "曾巷测", "阿依·古测", "Smithtest"};
constexpr const char* kNumbers[] = {"999901199003070017", "99990119900307005X",
                                    "999901196203140020", "999901197202290013"};
constexpr const char* kPhones[] = {"13900001234", "13900005678"};
constexpr const char* kRooms[] = {"室甲七零一", "室乙七零二", "室丙七零三"};
constexpr const char* kTexts[] = {"从武汉某处回来", "需要上门送药"};

// Evenly from the whole range, also in the first runs, which rapidcheck begins small.
template <class T>
T between(T least, T most_excluded) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, most_excluded));
}
template <class T, std::size_t N>
T one_of(const T (&choices)[N]) {
  return choices[between<std::size_t>(0, N)];
}
bool perhaps() { return *rc::gen::arbitrary<bool>(); }
CivilDate any_day() { return CivilDate::parse("2020-02-01")->plus_days(between(0, kDays)); }
KeyGroup any_group() { return static_cast<KeyGroup>(between(4, 7)); }

// Sends commands about a few doors and persons, right and wrong ones.
class RandomCommands {
 public:
  explicit RandomCommands(Roster& roster) : roster_(roster) {
    for (std::size_t i = 0; i < 4; ++i) households_.push_back(HouseholdId{roster.h.id()});
    for (std::size_t i = 0; i < 5; ++i) persons_.push_back(PersonId{roster.h.id()});
  }

  // In batches, so that commands see those before them in the same batch. Two doors and two persons
  // come first: with nobody there, whole runs would be refused.
  void send(std::size_t count) {
    std::vector<bus::PreparedCommand> batch = somebody_to_begin_with();
    for (std::size_t i = 0; i < count; ++i) {
      batch.push_back(any_command());
      if (between(0, 8) != 0) continue;
      send(std::exchange(batch, {}));
    }
    if (!batch.empty()) send(std::move(batch));
  }
  std::size_t applied() const { return applied_; }

 private:
  void send(std::vector<bus::PreparedCommand> batch) {
    for (const auto& outcome : roster_.h.send(sender(), std::move(batch))) {
      applied_ += outcome.status == bus::CommandStatus::applied;
    }
  }
  static access::Actor sender() {
    return testing::actor(access::Role::community_officer, kCommunity);
  }
  template <class Command>
  bus::PreparedCommand prepared(const Command& command) {
    return roster_.h.prepare(command, testing::region(kCommunity));
  }
  std::vector<bus::PreparedCommand> somebody_to_begin_with() {
    std::vector<bus::PreparedCommand> batch;
    for (std::size_t i = 0; i < 2; ++i) {
      auto door = roster_.door(kRooms[i], 0);
      door.id = households_[i];
      batch.push_back(prepared(door));
      auto person = roster_.person(households_[i], kNames[i], "");
      person.id = persons_[i];
      batch.push_back(prepared(person));
    }
    return batch;
  }
  HouseholdId household() { return households_[between<std::size_t>(0, 4)]; }
  PersonId person() { return persons_[between<std::size_t>(0, 5)]; }

  bus::PreparedCommand any_command() {
    switch (between(0, 10)) {
      case 0:
      case 1:
        return prepared(any_household());
      case 2:
        return prepared(any_household_correction());
      case 3:
      case 4:
        return prepared(any_person());
      case 5:
        return prepared(any_person_correction());
      case 6:
      case 7:
      case 8:
        return prepared(AddKeyGroup{person(), any_group(), {one_of(kTexts)}, any_day(), any_day()});
      default:
        return prepared(EndKeyGroup{person(), any_group(), any_day(), {one_of(kTexts)}});
    }
  }
  AddHousehold any_household() {
    auto command = roster_.door(one_of(kRooms), perhaps() ? 1 : 0);
    command.id = household();
    command.state = static_cast<HouseholdState>(between(1, 5));
    if (perhaps()) command.phone = *Mobile::parse(one_of(kPhones));
    if (perhaps()) command.note = Text<200>{one_of(kTexts)};
    return command;
  }
  CorrectHousehold any_household_correction() {
    CorrectHousehold command;
    command.household = household();
    if (perhaps()) command.room = Text<12, 1>{one_of(kRooms)};
    if (perhaps()) command.state = static_cast<HouseholdState>(between(1, 5));
    if (perhaps()) command.phone = *Mobile::parse(one_of(kPhones));
    command.reason.text = one_of(kTexts);
    return command;
  }
  AddPerson any_person() {
    auto command = roster_.person(household(), one_of(kNames), perhaps() ? one_of(kNumbers) : "");
    command.id = person();
    if (perhaps()) command.phone = *Mobile::parse(one_of(kPhones));
    return command;
  }
  CorrectPerson any_person_correction() {
    CorrectPerson command;
    command.person = person();
    if (perhaps()) command.name = Text<50, 1>{one_of(kNames)};
    if (perhaps()) command.document_kind = DocumentKind::identity_card;
    if (perhaps()) command.document_number = Text<32>{one_of(kNumbers)};
    if (perhaps()) command.relation = Relation::tenant;
    command.reason.text = one_of(kTexts);
    return command;
  }

  Roster& roster_;
  std::vector<HouseholdId> households_;
  std::vector<PersonId> persons_;
  std::size_t applied_ = 0;
};

// The running sum of an indicator up to a day.
std::int64_t counted(const std::vector<indicators::DistrictDayRow>& rows, Indicator indicator,
                     CivilDate day) {
  std::int64_t sum = 0;
  for (const auto& row : rows) {
    if (row.indicator == indicator && row.day <= day) sum += row.value;
  }
  return sum;
}

void expect_counters_equal_a_recount(Roster& roster) {
  const auto counters = roster.all(indicators::kDistrictDay);
  const auto households = roster.all(kHousehold);
  const auto persons = roster.all(kPerson);
  const auto members = roster.all(kKeyMember);
  const auto end = CivilDate::parse("2021-01-01").value();
  EXPECT_EQ(counted(counters, Indicator::households_registered, end),
            static_cast<std::int64_t>(households.size()));
  EXPECT_EQ(counted(counters, Indicator::persons_registered, end),
            static_cast<std::int64_t>(persons.size()));
  std::map<HouseholdId, std::int32_t> living;
  for (const auto& person : persons) ++living[person.household];
  for (const auto& household : households) {
    EXPECT_EQ(household.persons, living[household.household]);
  }
  const auto first = CivilDate::parse("2020-01-31").value();
  for (std::int32_t i = 0; i < kDays + 3; ++i) {
    const auto day = first.plus_days(i);
    std::set<PersonId> covered;
    for (const auto& member : members) {
      if (member.starts_on <= day && day <= member.ends_on) covered.insert(member.person);
    }
    EXPECT_EQ(counted(counters, Indicator::key_persons_due, day),
              static_cast<std::int64_t>(covered.size()))
        << day.text();
  }
}

// The communities' rows add up to the district's.
void expect_levels_agree(Roster& roster) {
  std::map<std::pair<Indicator, CivilDate>, std::int64_t> sums;
  for (const auto& row : roster.all(indicators::kCommunityDay)) {
    sums[{row.indicator, row.day}] += row.value;
  }
  for (const auto& row : roster.all(indicators::kDistrictDay)) {
    EXPECT_EQ(sums[std::make_pair(row.indicator, row.day)], row.value);
  }
}

std::string plain_texts_in(const std::filesystem::path& folder) {
  std::vector<std::string> wanted;
  for (const auto& group : {std::span<const char* const>(kNames), std::span(kNumbers).first(4)}) {
    wanted.insert(wanted.end(), group.begin(), group.end());
  }
  wanted.insert(wanted.end(), std::begin(kPhones), std::end(kPhones));
  wanted.insert(wanted.end(), std::begin(kRooms), std::end(kRooms));
  wanted.insert(wanted.end(), std::begin(kTexts), std::end(kTexts));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    for (const auto& text : wanted) {
      if (bytes.find(text) != std::string::npos) return entry.path().filename().string();
    }
  }
  return {};
}

// security: VA1
TEST(RandomCommands, given_any_commands_then_tables_counters_and_journal_agree_without_a_name) {
  int run = 0;
  std::size_t applied = 0;
  EXPECT_TRUE(rc::check("tables = rebuilt tables", [&] {
    if (run++ >= kRuns) return;  // each run has a server of its own
    Roster roster;
    RandomCommands commands(roster);
    commands.send(kCommandsPerRun);
    applied += commands.applied();
    for (const auto& difference : roster.h.rebuild_differences()) {
      ADD_FAILURE() << difference.table << " differs";
    }
    expect_counters_equal_a_recount(roster);
    expect_levels_agree(roster);
    EXPECT_EQ(plain_texts_in(roster.h.folder()), "");
    RC_ASSERT(!::testing::Test::HasFailure());
  }));
  EXPECT_GT(applied, kRuns * kCommandsPerRun / 5) << "hardly a command was right";
  RecordProperty("applied", static_cast<int>(applied));
}

// The search above is able to find something.
TEST(RandomCommands, given_a_name_in_a_file_then_the_privacy_search_finds_it) {
  Roster roster;
  std::ofstream(roster.h.folder() / "leak.txt") << "x" << kNames[0] << "x";
  EXPECT_EQ(plain_texts_in(roster.h.folder()), "leak.txt");
}

}  // namespace
}  // namespace wangdi::residents
