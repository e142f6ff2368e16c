// SPDX-License-Identifier: Apache-2.0
// What is over is destroyed, what was counted stays, a rebuild gives the live tables, verification
// accepts what a certificate covers and nothing else, and a foreign program trusts the certificate.
#include <gtest/gtest.h>

#include <random>

#include "modules/retention/tests/nights.hpp"

namespace wangdi::retention {
namespace {

using bus::CommandStatus;
using screening::Place;
using screening::VisitOutcome;
using testing::Harness;

constexpr int kVisitDays = 90;

std::vector<journal::RecordRow> destroyed(Nights& n) {
  std::vector<journal::RecordRow> rows;
  for (auto& row : n.all(journal::kRecord)) {
    if (!row.body) rows.push_back(std::move(row));
  }
  return rows;
}

TEST(RetentionRules, given_the_shipped_rules_then_none_is_shorter_than_phones_may_be_offline) {
  EXPECT_TRUE(check_rules(Harness::must(Parameters::shipped())));
  constexpr std::string_view kHeader =
      "name,value,unit,scope,in_force_from,in_force_to,document,clause\n";
  for (const auto& [days, is_right] : {std::pair{"30", true}, std::pair{"29", false}}) {
    Parameters some;
    Harness::must(some.add_csv(std::string(kHeader) +
                                   "retention.visit_days,90,days,,2020-01-01,,a,b\n" +
                                   "retention.visit_days," + days + ",days,3205,2020-01-01,,a,b\n",
                               "test"));
    const auto checked = check_rules(some);
    EXPECT_EQ(checked.has_value(), is_right) << days;
    if (checked) continue;
    EXPECT_EQ(checked.error().code(), ErrorCode::configuration_invalid);
  }
}

TEST(RetentionRules, given_days_then_the_last_kept_day_is_exact) {
  const auto last = CivilDate::parse("2020-02-18").value();
  EXPECT_FALSE(is_over(last, 90, last.plus_days(90)));
  EXPECT_TRUE(is_over(last, 90, last.plus_days(91)));
}

// security: VA6
TEST(RetentionNight, given_visits_whose_time_is_over_then_contents_go_and_figures_stay) {
  Nights n;
  const auto household = n.place.household(0, 1, 1);
  const auto person = n.place.person(household);
  n.place.round(n.place.community, 0, 2, 6);
  Place::expect_applied(n.place.send_at(n.exception_form(household, person), 0));
  const auto second = n.place.visit(household, VisitOutcome::not_home);
  Place::expect_applied(n.place.correct(second, household, VisitOutcome::all_well));
  const auto figures = n.figures();
  n.pass(6 + kVisitDays);
  EXPECT_EQ(n.night().records, 0) << "the last day";
  n.pass(1);
  const auto done = n.night();
  EXPECT_EQ(done.records, 3);
  EXPECT_EQ(done.certificates, 1);
  EXPECT_EQ(n.figures(), figures);
  EXPECT_TRUE(n.all(screening::kVisit).empty());
  EXPECT_TRUE(n.all(screening::kDoor).empty());
  EXPECT_TRUE(n.all(screening::kPersonDay).empty());
  n.expect_whole();
  EXPECT_EQ(n.verify().destroyed, 3);
  EXPECT_EQ(n.night().records, 0) << "nothing twice";
  for (const auto& row : destroyed(n)) {
    EXPECT_EQ(row.type, journal::kDestroyedType);
    EXPECT_TRUE(row.subject.is_nil());
    EXPECT_EQ(row.command.value, row.event.value);
    EXPECT_FALSE(row.salt || row.body_mac || row.answer);
  }
  EXPECT_FALSE(n.all(residents::kPerson).empty()) << "the roster stays";
}

// security: VA6
TEST(RetentionNight, given_a_certificate_then_it_is_of_this_installation_and_of_its_text) {
  Nights n;
  n.place.visit(n.place.household(0, 1, 1), VisitOutcome::all_well);
  n.pass(kVisitDays + 1);
  ASSERT_EQ(n.night().certificates, 1);
  const auto certificates = n.all(kCertificate);
  ASSERT_EQ(certificates.size(), 1u);
  const auto& one = certificates.front();
  EXPECT_NE(one.statement.find("district: 320508\n"), std::string::npos);
  EXPECT_NE(one.statement.find("rule: retention.visit_days\ndays: 90\n"), std::string::npos);
  EXPECT_NE(one.statement.find("records: 1\n"), std::string::npos);
  const auto signature = crypto::from_base64(one.signature).value();
  const auto pem = n.key.public_pem();
  EXPECT_TRUE(crypto::is_signed(pem, crypto::bytes_of(one.statement), signature));
  EXPECT_FALSE(crypto::is_signed(pem, crypto::bytes_of(one.statement + ' '), signature));
  const auto other = crypto::SigningKey::of(std::vector<std::uint8_t>(32, 7)).public_pem();
  EXPECT_FALSE(crypto::is_signed(other, crypto::bytes_of(one.statement), signature));
}

TEST(RetentionNight, given_an_open_round_when_its_visits_are_old_then_they_stay) {
  Nights n;
  const auto household = n.place.household(0, 1, 1);
  n.place.round(n.place.community, 0, 2, 40);
  n.place.visit(household, VisitOutcome::all_well);
  n.pass(40 + kVisitDays);
  EXPECT_EQ(n.night().records, 0);
  EXPECT_EQ(n.all(screening::kVisit).size(), 1u);
}

TEST(RetentionNight, given_notes_and_journeys_when_their_visits_go_then_the_vault_forgets_them) {
  Nights n;
  const auto household = n.place.household(0, 1, 1);
  const auto person = n.place.person(household);
  auto form = n.exception_form(household, person);
  form.note = Text<200>{"咳嗽三天"};
  form.exceptions.items.front().returned =
      screening::Returned{testing::region("420106"), Text<100>{"坐火车"}, n.place.today()};
  Place::expect_applied(n.place.send_at(form, 0));
  const auto values = [&](const Uuid& subject, vault::Field field) {
    int count = 0;
    for (const auto& row : n.all(vault::kVaultField)) {
      count += row.subject == subject && row.field == field;
    }
    return count;
  };
  ASSERT_EQ(values(form.visit.value, vault::Field::note), 1);
  ASSERT_EQ(values(person.value, vault::Field::journey), 1);
  n.pass(kVisitDays + 1);
  ASSERT_EQ(n.night().records, 1);
  EXPECT_EQ(values(form.visit.value, vault::Field::note), 0);
  EXPECT_EQ(values(person.value, vault::Field::journey), 0);
  EXPECT_EQ(values(person.value, vault::Field::name), 1);
  n.expect_whole();
}

TEST(RetentionNight, given_slips_when_they_are_over_then_the_night_forgets_them) {
  Nights n;
  n.use_ledger(n.place.person(n.place.household(0, 1, 1)));
  const auto over = n.all(ledger::kSlip).front().expires_at;
  n.place.h.clock.set(over);
  EXPECT_EQ(n.night().slips, 0) << "its last millisecond";
  n.place.h.clock.set(over + 1);
  EXPECT_EQ(n.night().slips, 1);
  EXPECT_TRUE(n.all(ledger::kSlip).empty());
  EXPECT_EQ(n.all(ledger::kRequest).size(), 1u);
}

// What nobody thought of when a module was added stops the night instead of being passed over.
TEST(RetentionNight, given_a_record_of_a_type_that_is_not_listed_then_the_night_stops) {
  Nights n;
  n.place.visit(n.place.household(0, 1, 1), VisitOutcome::all_well);
  n.pass(kVisitDays + 1);
  auto row = n.all(journal::kRecord).front();
  row.type = "gate.passed";
  Harness::must(n.place.h.writer->run_job(
      [&](store::Rows& rows, vault::Writer&) -> Status {
        rows.put(journal::kRecord, row);
        return ok();
      },
      {row.district}));
  const auto done = n.try_night();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::internal);
  EXPECT_TRUE(destroyed(n).empty());
}

TEST(RetentionNight, given_a_held_command_when_its_time_is_over_then_row_body_and_value_go) {
  Nights n;
  const auto household = n.place.household(0, 1, 1);
  n.place.h.rights.taken_away = true;
  n.place.h.rights.had_before = true;
  const auto form = n.place.visit_form(household, VisitOutcome::all_well);
  ASSERT_EQ(n.place.send_at(form, 0).status, CommandStatus::held);
  n.place.h.rights.taken_away = false;
  n.pass(90);
  EXPECT_EQ(n.night().records, 0);
  n.pass(1);
  EXPECT_EQ(n.night().records, 1);
  EXPECT_TRUE(n.all(bus::kHeldCommand).empty());
  for (const auto& row : n.all(vault::kVaultField)) {
    EXPECT_NE(row.field, vault::Field::held_body);
  }
  n.expect_whole();
}

// A change of what is left, or an empty body without certificate, is found.
TEST(RetentionNight, given_destroyed_records_when_somebody_changes_the_journal_then_verify_tells) {
  Nights n;
  const auto household = n.place.household(0, 1, 1);
  n.place.visit(household, VisitOutcome::all_well);
  n.pass(kVisitDays + 1);
  ASSERT_EQ(n.night().records, 1);
  ASSERT_TRUE(n.verify().findings.empty());
  const auto gone = destroyed(n).front();
  const auto kept = n.all(journal::kRecord).front();
  ASSERT_TRUE(kept.body);
  const auto store = [&](const journal::RecordRow& row) {
    const auto put = [&](store::Rows& rows, vault::Writer&) -> Status {
      rows.put(journal::kRecord, row);
      return ok();
    };
    Harness::must(n.place.h.writer->run_job(put, {row.district}));
  };
  const auto finding = [&](const journal::RecordRow& changed, const journal::RecordRow& as_it_was) {
    store(changed);
    const auto findings = n.verify().findings;
    const auto what = findings.empty() ? "" : findings.front().what;
    store(as_it_was);
    return what;
  };
  auto changed = kept;
  changed.body.reset();
  changed.salt.reset();
  EXPECT_EQ(finding(changed, kept), "body") << "emptied without a certificate";
  changed = gone;
  changed.recorded_at += 1;
  EXPECT_EQ(finding(changed, gone), "chain") << "of a destroyed one, what is left";
  changed = gone;
  changed.body_hash[0] ^= 1;
  EXPECT_EQ(finding(changed, gone), "chain");
  changed = gone;
  changed.body = "{}";
  changed.salt = journal::Salt{};
  EXPECT_EQ(finding(changed, gone), "body") << "something in the place of what was destroyed";
  EXPECT_TRUE(n.verify().findings.empty());
}

// Nothing is destroyed of a journal that was changed: it would take the evidence away.
TEST(RetentionNight, given_a_changed_record_when_its_time_is_over_then_nothing_is_destroyed) {
  Nights n;
  n.place.visit(n.place.household(0, 1, 1), VisitOutcome::all_well);
  auto row = n.all(journal::kRecord).back();
  row.actor.value.bytes[0] ^= 1;
  Harness::must(n.place.h.writer->run_job(
      [&](store::Rows& rows, vault::Writer&) -> Status {
        rows.put(journal::kRecord, row);
        return ok();
      },
      {row.district}));
  n.pass(kVisitDays + 1);
  const auto done = n.try_night();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::journal_damaged);
  EXPECT_TRUE(destroyed(n).empty());
}

// Random commands, erasures and nights.
class RandomNights {
 public:
  explicit RandomNights(std::uint32_t seed) : random_(seed) {
    for (int i = 0; i < 5; ++i) {
      homes_.push_back(n.place.household(i % 2, i + 1, 1));
      for (int k = 0; k < 3; ++k) people_[homes_.back()].push_back(n.place.person(homes_.back()));
    }
  }

  void step() {
    home_ = homes_[static_cast<std::size_t>(below(5))];
    switch (below(13)) {
      case 0: {
        const auto form = n.place.round_form(n.place.community, 0, 1, 1 + below(5));
        n.place.h.send(Place::planner(n.place.community), form, n.place.community);
        return;
      }
      case 1:
        return erase();
      case 2:
        return join_group();
      case 3:
        return correct();
      case 4:
        return n.pass(1 + below(40));
      case 5:
        return night();
      case 6:
        return restrict();
      case 8:
        return erase_home();
      case 9:
        return n.pass(200 + below(400));
      case 7:
        n.use_ledger(people_[home_].back());
        return;
      default:
        return visit();
    }
  }
  void night() {
    const auto figures = n.figures();
    records += n.night().records;
    EXPECT_EQ(n.figures(), figures);
  }

  Nights n;
  std::int64_t records = 0;

 private:
  int below(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most)); }
  void erase() {
    auto& persons = people_[home_];
    if (persons.size() < 2 || below(2) == 0) return;
    EXPECT_EQ(n.erase(persons.back()).status, CommandStatus::applied);
    persons.pop_back();
  }
  // The last one goes, then the door; another one is registered in its place.
  void erase_home() {
    if (below(2) == 0) return;
    for (const auto person : people_[home_]) n.erase(person);
    EXPECT_EQ(n.erase(home_).status, CommandStatus::applied);
    people_.erase(home_);
    std::erase_if(visits_, [&](const auto& visit) { return visit.first == home_; });
    const auto fresh = n.place.household(0, 1, ++doors_);
    std::ranges::replace(homes_, home_, fresh);
    people_[fresh].push_back(n.place.person(fresh));
  }
  void join_group() {
    const auto today = n.place.today();
    n.place.send(n.place.officer, residents::AddKeyGroup{people_[home_].front(),
                                                         residents::KeyGroup::pregnant,
                                                         {"登记"},
                                                         today,
                                                         today.plus_days(below(5))});
  }
  void restrict() {
    const auto person = people_[home_].back();
    if (!restricted_.insert(person).second) return;
    const auto entry = n.status_of(person);
    if (below(2) == 0) n.ask_review(person, entry);
  }
  void correct() {
    if (visits_.empty()) return;
    const auto at = static_cast<std::size_t>(below(static_cast<int>(visits_.size())));
    n.place.correct(visits_[at].second, visits_[at].first, VisitOutcome::not_home);
  }
  void visit() {
    const auto form = below(2) == 0 ? n.exception_form(home_, people_[home_].front())
                                    : n.place.visit_form(home_, VisitOutcome::not_home);
    const auto sent = n.place.send_at(form, below(3) * Place::kDayMs);
    if (sent.status == CommandStatus::applied) visits_.emplace_back(home_, form.visit);
  }

  std::mt19937 random_;
  std::vector<HouseholdId> homes_;
  std::map<HouseholdId, std::vector<PersonId>> people_;
  std::vector<std::pair<HouseholdId, VisitId>> visits_;
  std::set<PersonId> restricted_;
  HouseholdId home_;
  int doors_ = 20;
};

TEST(RetentionNight, given_random_commands_and_nights_then_a_rebuild_gives_the_live_tables) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomNights run(seed);
    for (int step = 0; step < 60; ++step) run.step();
    run.n.pass(kVisitDays + 10);
    run.night();
    EXPECT_GT(run.records, 0);
    run.n.expect_whole();
  }
}

}  // namespace
}  // namespace wangdi::retention
