// SPDX-License-Identifier: Apache-2.0
// A community whose nights destroy what is over, on the real write path.
#pragma once

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "common/crypto/sign.hpp"
#include "journal/destruction.hpp"
#include "modules/holds/module.hpp"
#include "modules/holds/tables.hpp"
#include "modules/ledger/module.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/reporting/module.hpp"
#include "modules/residents/household_erasing.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/tables.hpp"
#include "modules/retention/module.hpp"
#include "modules/retention/night.hpp"
#include "modules/retention/tables.hpp"
#include "modules/screening/tables.hpp"
#include "modules/screening/tests/place.hpp"
#include "modules/status/module.hpp"
#include "modules/status/tables.hpp"
#include "store/captured.hpp"

namespace wangdi::retention {

inline void register_ledger(bus::Registry& registry) {
  static ledger::SlipCodes codes{crypto::Hmac(std::vector<std::uint8_t>(32, 7))};
  ledger::register_module(registry, {&codes});
}

inline void register_retention(bus::Registry& registry) { register_module(registry, {"PEM"}); }

// Nobody has an account here; the night looks all the same.
inline void register_accounts(bus::Registry& registry) {
  registry.table(accounts::kAccount);
  registry.table(accounts::kTerm);
}
inline void register_erasing(bus::Registry& registry) {
  residents::register_household_erasing(registry, {holds::erase_with_household});
}

class Nights {
 public:
  using Place = screening::Place;

  Nights()
      : place({screening::register_places, residents::register_module, screening::register_module,
               status::register_module, holds::register_module, register_erasing, register_accounts,
               register_ledger, reporting::register_module, register_retention}) {}

  Result<Done> try_night() {
    auto reader = testing::Harness::must(place.h.engine->open_reader());
    const NightParts parts{place.h.registry, *place.h.writer, *reader, *place.h.parameters,
                           place.h.clock,    ZoneOffset{},    sign};
    return carry_out_rules(parts);
  }
  Done night() { return testing::Harness::must(try_night()); }

  void pass(int days) { place.h.clock.advance(days * Place::kDayMs); }

  bus::Outcome erase(PersonId person) {
    return place.send(place.officer,
                      residents::ErasePerson{person, residents::ErasureReason::asked});
  }
  bus::Outcome erase(HouseholdId household) {
    return place.send(place.officer, residents::EraseHousehold{
                                         household, residents::ErasureReason::entered_by_mistake});
  }
  // How many values the vault holds of a subject.
  int values_of(const Uuid& subject) {
    const auto rows = all(vault::kVaultField);
    return static_cast<int>(std::ranges::count(rows, subject, &vault::VaultFieldRow::subject));
  }
  // The words of a field of the vault; nothing where there are none.
  std::optional<std::string> words_of(const Uuid& subject, vault::Field field) {
    std::optional<std::string> words;
    testing::Harness::must(place.h.writer->run_job(
        [&](store::Rows&, vault::Writer& vault) -> Status {
          WD_TRY(words, vault.get(place.community.district(), subject, field));
          return ok();
        },
        {place.community.district()}));
    return words;
  }
  // Set as a close contact by a document.
  StatusEntryId status_of(PersonId person) {
    status::SetStatus form;
    form.entry = StatusEntryId{place.h.id()};
    form.person = person;
    form.group = status::RestrictingGroup::close_contact;
    form.source = residents::GroundSource::document;
    form.starts_on = place.today();
    form.ends_on = place.today().plus_days(14);
    form.document = residents::CaseDocument::contact_notice;
    form.document_number = Text<60, 1>{"防控〔2020〕7号"};
    form.issuer = Text<60, 1>{"区疾控中心"};
    form.issued_on = place.today();
    form.reason.text = "同乘一趟车";
    Place::expect_applied(place.send(place.officer, form));
    return form.entry;
  }
  void ask_review(PersonId person, StatusEntryId entry) {
    status::AskReview form{ReviewId{place.h.id()}, person, entry, {}, {"没有接触过"}};
    form.through = status::AskedThrough::at_the_door;
    Place::expect_applied(place.send(place.officer, form));
  }
  // Told how data are used, a slip, and a request with its answer.
  ledger::RequestId use_ledger(PersonId person) {
    using ledger::RequestId;
    const RequestId request{place.h.id()};
    ledger::GiveNotice notice;
    notice.person = person;
    notice.holder = ledger::Holder::guardian;
    notice.version = 1;
    Place::expect_applied(place.send(place.officer, notice));
    Place::expect_applied(place.send(
        place.officer,
        ledger::MakeSlip{ledger::SlipId{place.h.id()}, person, ledger::Holder::guardian}));
    Place::expect_applied(
        place.send(place.officer, ledger::AskRequest{request,
                                                     person,
                                                     ledger::RequestKind::correction,
                                                     ledger::Holder::guardian,
                                                     {"手机号不对"}}));
    Place::expect_applied(
        place.send(place.officer,
                   ledger::AnswerRequest{request, person, ledger::Verdict::granted, {"已改正"}}));
    return request;
  }
  // Names of the tables of modules in which an id stands.
  std::set<std::string> tables_with(const Uuid& id) {
    std::set<std::string> names;
    auto reader = testing::Harness::must(place.h.engine->open_reader());
    for (const auto& table : place.h.registry.tables()) {
      testing::Harness::must(
          reader->by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
            for (std::size_t at = 0; at < table.columns.size(); ++at) {
              const auto value = store::value_of(row, table.columns[at].type, at);
              const auto* bytes = std::get_if<store::Bytes>(&value);
              if (bytes != nullptr && std::ranges::equal(*bytes, id.bytes)) {
                names.emplace(table.name);
              }
            }
            return true;
          }));
    }
    return names;
  }
  screening::RecordVisit exception_form(HouseholdId household, PersonId person) {
    auto form = place.visit_form(household, screening::VisitOutcome::exception);
    form.exceptions.items.emplace_back();
    form.exceptions.items.back().person = person;
    form.exceptions.items.back().temperature = Celsius::from_tenths(385);
    return form;
  }

  template <class Row, std::size_t K>
  std::vector<Row> all(const store::Table<Row, K>& table) {
    auto reader = testing::Harness::must(place.h.engine->open_reader());
    std::vector<Row> rows;
    testing::Harness::must(
        reader->by_key(table.info(), 0, store::bind_all(), [&](const store::RowReader& from) {
          rows.push_back(store::read_row<Row>(from));
          return true;
        }));
    return rows;
  }
  // Counters as rows, to compare before and after.
  std::vector<std::string> figures() {
    std::vector<std::string> lines;
    for (const auto& row : all(indicators::kCommunityDay)) {
      if (row.value == 0) continue;
      lines.push_back(row.community.text() + ' ' + std::to_string(static_cast<int>(row.indicator)) +
                      ' ' + row.round.text() + ' ' + row.day.text() + ' ' +
                      std::to_string(row.value));
    }
    for (const auto& row : all(indicators::kDistrictDay)) {
      if (row.value == 0) continue;
      lines.push_back(std::to_string(static_cast<int>(row.indicator)) + ' ' + row.round.text() +
                      ' ' + row.day.text() + ' ' + std::to_string(row.value));
    }
    return lines;
  }
  journal::Verification verify() {
    auto reader = testing::Harness::must(place.h.engine->open_reader());
    return testing::Harness::must(journal::verify(*reader));
  }
  void expect_whole() {
    const auto differences = place.h.rebuild_differences();
    EXPECT_TRUE(differences.empty()) << differences.front().table;
    const auto verified = verify();
    EXPECT_TRUE(verified.findings.empty())
        << verified.findings.front().position.sequence << verified.findings.front().what;
  }
  // All bytes of the database's files, or nothing on a database server.
  std::string raw() {
    std::string bytes;
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream file(place.h.folder() / ("wangdi.db" + std::string(suffix)), std::ios::binary);
      std::stringstream content;
      content << file.rdbuf();
      bytes += content.str();
    }
    return bytes;
  }

  Place place;
  const crypto::SigningKey key = place.h.vault->certificate_key();
  const Sign sign = [this](std::string_view text) {
    return crypto::base64(key.sign(crypto::bytes_of(text)));
  };
};

}  // namespace wangdi::retention
