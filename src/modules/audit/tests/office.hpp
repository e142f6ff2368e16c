// SPDX-License-Identifier: Apache-2.0
// Screening's community with its ledger and its auditor: people work and look, days pass, the log
// is judged. Looks go the way of the API, or as lines where no person has to be behind them.
#pragma once

#include "modules/accounts/module.hpp"
#include "modules/audit/judge.hpp"
#include "modules/audit/module.hpp"
#include "modules/audit/tables.hpp"
#include "modules/audit/views.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/screening/tests/place.hpp"
#include "vault/writer.hpp"

namespace wangdi::audit {

class Office {
 public:
  using Role = access::Role;
  static constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

  explicit Office(testing::TestEngine engine = testing::engine_of_tests(),
                  int lanes = testing::Harness::kLanes)
      : place(engine, lanes) {
    register_module(h().registry);
    h().registry.table(store::Table<accounts::TermRow, 3>{accounts::kTerm.name, {}, false});
    h().registry.table(store::Table<ledger::StoredRequest, 3>{ledger::kRequest.name, {}, false});
    for (const auto& table :
         {kCase.info(), kJudged.info(), ledger::kRequest.info(), accounts::kTerm.info()}) {
      testing::Harness::must(h().connection->create(table));
    }
    plant([this](store::Rows& rows) {
      int sequence = 0;
      for (const auto& one : {officer(), workers[0], workers[1], township}) {
        rows.put(accounts::kHome, {RegionCode().district(), one.account, district()});
        rows.put(accounts::kTerm,
                 {district(), one.account, ++sequence, one.role, one.region, 0, std::nullopt});
      }
    });
  }

  testing::Harness& h() { return place.h; }
  const access::Actor& officer() { return place.officer; }
  District district() const { return place.community.district(); }
  void plant(const std::function<void(store::Rows&)>& put) {
    testing::Harness::must(h().writer->run_job(
        [&](store::Rows& rows, vault::Writer&) {
          put(rows);
          return ok();
        },
        {district(), District{}}));
  }

  // Clock time of the zone's day.
  void at(int day, int hour, int minute = 0) {
    h().clock.set(first_day.plus_days(day).start({}) + hour * kHour + minute * kMinute);
  }

  void unmask(const access::Actor& by, const Uuid& subject) {
    const auto body = R"({"subject":")" + subject.text() +
                      R"(","fields":["name","phone"],"purpose":"home_visit"})";
    testing::Harness::must(h().query(by, "residents/unmask", "", body));
    h().clock.advance(kMinute);
  }
  void find(const access::Actor& by, const std::string& phone) {
    const auto body = R"({"phone":")" + phone + R"(","purpose":"official_request"})";
    testing::Harness::must(h().query(by, "residents/find", "", body));
    h().clock.advance(kMinute);
  }
  void log(const access::Actor& by, vault::Operation operation, const Uuid& subject = {},
           std::int64_t count = 1) {
    log_all(by, operation, {subject}, count);
  }
  void log_all(const access::Actor& by, vault::Operation operation,
               const std::vector<Uuid>& subjects, std::int64_t count = 1) {
    testing::Harness::must(h().writer->run_job(
        [&](store::Rows&, vault::Writer& vault) -> Status {
          for (const auto& subject : subjects) {
            WD_TRY([[maybe_unused]] auto logged,
                   vault.log({.district = district(),
                              .actor = by.account,
                              .purpose = vault::Purpose::official_request,
                              .operation = operation,
                              .region = place.community,
                              .subject = subject,
                              .fields = {vault::Field::name},
                              .count = count},
                             h().clock.now()));
          }
          return ok();
        },
        {district()}));
  }
  std::vector<Uuid> ids(int count) {
    std::vector<Uuid> all;
    for (int i = 0; i < count; ++i) all.push_back(h().id());
    return all;
  }
  void visit(const access::Actor& by, HouseholdId household,
             screening::VisitOutcome outcome = screening::VisitOutcome::all_well) {
    screening::Place::expect_applied(
        h().send(by, place.visit_form(household, outcome), place.community));
    h().clock.advance(kMinute);
  }

  Result<std::optional<JudgedDay>> judge_next() {
    auto reader = testing::Harness::must(h().engine->open_reader());
    testing::Harness::must(reader->begin());
    auto judged = judge_next_day(*reader, *h().parameters, district(), h().clock.now(), {});
    reader->rollback();
    return judged;
  }
  void record(const JudgedDay& judged) {
    testing::Harness::must(
        h().writer->run_act([&](bus::CommandContext& context,
                                journal::Journal&) { return record_day(judged, context); },
                            district()));
  }
  // All days whose time has come; how many.
  int judge_all() {
    int days = 0;
    for (;; ++days) {
      const auto judged = testing::Harness::must(judge_next());
      if (!judged) return days;
      record(*judged);
    }
  }
  // Judges the day and gives its cases in words: whose, kind, without task and reads.
  std::vector<std::string> cases(bool open = true) {
    std::vector<std::string> words;
    for (const auto& one : list(open).rows) {
      words.push_back(std::string(codec::name_of(one.kind)) + " " +
                      std::to_string(one.without_task) + "/" + std::to_string(one.reads));
    }
    return words;
  }
  AuditCases list(bool open = true, const std::string& more = "") {
    return place.get<AuditCases>(auditor, "audit/cases",
                                 std::string("open=") + (open ? "true" : "false") + more);
  }
  bus::Outcome close(const access::Actor& by, AuditCaseId audit_case,
                     CaseOutcome outcome = CaseOutcome::explained) {
    const CloseCase command{audit_case, testing::region("320508"), outcome, {"问过本人，看过台账"}};
    return h().send(by, command, testing::region("320508"));
  }

  screening::Place place;
  const CivilDate first_day = *CivilDate::parse("2020-02-18");
  const access::Actor workers[2] = {testing::actor(Role::grid_worker, "320508005012001", 11),
                                    testing::actor(Role::grid_worker, "320508005012002", 12)};
  const access::Actor township = testing::actor(Role::township_officer, "320508005", 13);
  const access::Actor auditor = testing::actor(Role::audit_administrator, "", 14);
};

}  // namespace wangdi::audit
