// SPDX-License-Identifier: Apache-2.0
// `wangdi verify`: looks at the pages, walks journal and access log, compares with the anchor,
// opens what the vault holds, and names the position of what does not fit. With --accept-loss what
// is missing is given up.
#include <ostream>

#include "app/accept_loss.hpp"
#include "app/commands.hpp"
#include "app/storage.hpp"
#include "app/system_clock.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {
namespace {

struct Examined {
  std::vector<std::string> damage;  // of the database's pages
  journal::Verification journal;
  GuardFindings guard;
  std::vector<journal::Position> access_log;  // the first wrong row of a district
  std::size_t unreadable = 0;                 // people of whom a value does not open
  std::size_t findings() const {
    return damage.size() + journal.findings.size() + guard.alarms.size() + access_log.size() +
           unreadable;
  }
};

Status verify_access_log(store::Connection& connection, Examined& examined) {
  WD_TRY(const auto districts, vault::access_log_districts(connection));
  for (const auto district : districts) {
    WD_TRY(const auto broken, vault::first_broken_access_row(connection, district));
    if (broken) examined.access_log.push_back({district, *broken});
  }
  return ok();
}

struct Subject {
  District district;
  Uuid id;
  bool operator==(const Subject&) const = default;
};

// Everybody of whom the vault holds something, in the order of the rows.
Result<std::vector<Subject>> subjects_of(store::Connection& connection) {
  std::vector<Subject> subjects;
  WD_TRY([[maybe_unused]] auto read,
         connection.by_key(vault::kVaultField.info(), 0, store::bind_all(),
                           [&](const store::RowReader& raw) {
                             const Subject subject{store::ColumnTraits<District>::read(raw, 0),
                                                   store::ColumnTraits<Uuid>::read(raw, 1)};
                             if (subjects.empty() || subjects.back() != subject) {
                               subjects.push_back(subject);
                             }
                             return true;
                           }));
  return subjects;
}

// Opens what the vault holds; what an erased key sealed is as it should be. A portion that does not
// open is tried one by one.
Status verify_vault(const Config& config, store::Connection& connection, Examined& examined) {
  constexpr std::size_t kPortion = 200;
  constexpr auto kAllFields = vault::Fields::from_bits(~std::int64_t{0});
  WD_TRY(const auto vault, vault::Vault::open({config.keys, config.root}));
  WD_TRY(const auto reader, vault->open_reader(connection));
  WD_TRY(const auto subjects, subjects_of(connection));
  for (std::size_t from = 0; from < subjects.size();) {
    std::vector<Uuid> portion;
    const auto district = subjects[from].district;
    for (; from < subjects.size() && portion.size() < kPortion; ++from) {
      if (subjects[from].district != district) break;
      portion.push_back(subjects[from].id);
    }
    if (reader->get_many(district, portion, kAllFields)) continue;
    for (const auto& id : portion) {
      if (!reader->get(district, id, kAllFields)) ++examined.unreadable;
    }
  }
  return ok();
}

Status verify_contents(const Config& config, const Folder& folder, store::Connection& connection,
                       Examined& examined) {
  WD_TRY(examined.journal, journal::verify(connection));
  WD_TRY(examined.guard, examine_anchor(config, folder, connection));
  WD_TRY([[maybe_unused]] auto log, verify_access_log(connection, examined));
  return verify_vault(config, connection, examined);
}

Result<Examined> verify_folder(const Config& config) {
  WD_TRY(const auto folder, Folder::open(config.data));
  WD_TRY(const auto engine, open_engine(config, folder));
  WD_TRY(const auto connection, engine->open_reader());
  Examined examined;
  // PostgreSQL looks after its own pages (data checksums).
  if (config.storage_url.empty()) {
    WD_TRY(examined.damage, store::damage(*connection));
  }
  auto read = verify_contents(config, folder, *connection, examined);
  // A page that cannot be read is what was looked for.
  if (!read && read.error().code() != ErrorCode::storage_failed) return std::move(read).error();
  if (!read) examined.damage.push_back(read.error().cause());
  return examined;
}

std::string_view meaning(std::string_view what, const Console& console) {
  if (what == "gap") return console.choose("缺了记录", "records are missing");
  if (what == "body") return console.choose("内容和指纹对不上", "the body does not fit its hash");
  if (what == "chain") return console.choose("链断了", "the chain is broken");
  return console.choose("没有封印", "no seal covers it");
}

void print_alarms(const GuardFindings& found, Console& console) {
  for (const auto& alarm : found.alarms) {
    const auto place = place_text(alarm);
    console.out << (place.empty() ? std::string(console.choose("锚点", "anchor")) : place) << ": "
                << meaning_of(alarm.reason, console.language) << '\n';
  }
}

void print_findings(const Examined& examined, Console& console) {
  for (const auto& line : examined.damage) console.out << "wangdi.db: " << line << '\n';
  for (const auto& finding : examined.journal.findings) {
    console.out << finding.position.district.number << '/' << finding.position.sequence << ": "
                << meaning(finding.what, console) << '\n';
  }
  print_alarms(examined.guard, console);
  for (const auto& position : examined.access_log) {
    console.out << console.choose("查看记录 ", "access log ") << position.district.number << '/'
                << position.sequence << ": " << console.choose("链断了", "the chain is broken")
                << '\n';
  }
  if (examined.unreadable > 0) {
    console.out << console.choose("解不开的人员 ", "people whose values do not open ")
                << examined.unreadable << '\n';
  }
}

int accept(const Config& config, Console& console) {
  const SystemClock clock;
  const auto accepted = accept_loss(config, clock);
  if (!accepted) return fail(console, accepted.error());
  if (accepted->findings.alarms.empty()) {
    console.out << console.choose("没有警报，什么也没有改", "no alarm, nothing was changed")
                << '\n';
    return kExitOk;
  }
  print_alarms(accepted->findings, console);
  console.out << console.choose(
                     "已记入日志，锚点已重设；所有人要重新登录，手机会自动再传它们还有的记录",
                     "noted in the journal, the anchor is set anew; everybody logs in again, and "
                     "phones send again what they still have")
              << '\n';
  return kExitOk;
}

}  // namespace

int run_verify(const Config& config, Console& console, const VerifyRequest& request) {
  if (request.accept_loss) return accept(config, console);
  const auto examined = verify_folder(config);
  if (!examined) return fail(console, examined.error());
  const auto& verified = examined->journal;
  print_findings(*examined, console);
  console.out << console.choose("记录 ", "records ") << verified.records
              << console.choose("，封印 ", ", seals ") << verified.seals
              << console.choose("，区县 ", ", districts ") << verified.districts
              << console.choose("，对不上的 ", ", findings ") << examined->findings() << '\n';
  return examined->findings() == 0 ? kExitOk : kExitFindings;
}

}  // namespace wangdi::app
