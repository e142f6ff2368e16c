// SPDX-License-Identifier: Apache-2.0
// `wangdi verify`: looks at the pages, walks journal and access log, compares with the anchor,
// opens what the vault holds, and names the position of what does not fit. With --accept-loss what
// is missing is given up.
#include <ostream>

#include "app/accept_loss.hpp"
#include "app/commands.hpp"
#include "app/storage.hpp"
#include "app/system_clock.hpp"
#include "app/vault_check.hpp"
#include "common/crypto/sign.hpp"
#include "journal/journal.hpp"
#include "modules/retention/tables.hpp"
#include "store/sqlite.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {
namespace {

struct Examined {
  std::vector<std::string> damage;  // of the database's pages
  journal::Verification journal;
  GuardFindings guard;
  std::vector<journal::Position> access_log;  // the first wrong row of a district
  VaultFindings vault;
  std::vector<journal::Position> unsigned_;  // certificates that this installation never signed
  std::size_t findings() const {
    return damage.size() + journal.findings.size() + guard.alarms.size() + access_log.size() +
           vault.unreadable + vault.keyless + unsigned_.size();
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

Status verify_certificates(const vault::Vault& vault, store::Connection& connection,
                           Examined& examined) {
  WD_TRY(const bool has_table, connection.has_table(retention::kCertificate.name));
  if (!has_table) return ok();
  const auto key = vault.certificate_key().public_pem();
  return connection.by_key(
      retention::kCertificate.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
        const auto one = store::read_row<retention::CertificateRow>(row);
        const auto signature = crypto::from_base64(one.signature);
        if (!signature || !crypto::is_signed(key, crypto::bytes_of(one.statement), *signature)) {
          examined.unsigned_.push_back({one.district, one.sequence});
        }
        return true;
      });
}

Status verify_contents(const Config& config, const Folder& folder, store::Connection& connection,
                       Examined& examined) {
  WD_TRY(examined.journal, journal::verify(connection));
  WD_TRY(examined.guard, examine_anchor(config, folder, connection));
  WD_TRY([[maybe_unused]] auto log, verify_access_log(connection, examined));
  WD_TRY(const auto vault, vault::Vault::open({config.keys, config.root}));
  WD_TRY(examined.vault, examine_vault(*vault, connection));
  WD_TRY([[maybe_unused]] auto certificates, verify_certificates(*vault, connection, examined));
  return ok();
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
  for (const auto& position : examined.unsigned_) {
    console.out << position.district.number << '/' << position.sequence << ": "
                << console.choose("销毁证明的签名不对",
                                  "the certificate of destruction is not signed")
                << '\n';
  }
  if (examined.vault.unreadable > 0) {
    console.out << console.choose("解不开的人员 ", "people whose values do not open ")
                << examined.vault.unreadable << '\n';
  }
  if (examined.vault.keyless > 0) {
    console.out << console.choose("有内容而没有密钥的人员 ", "people whose values have no key ")
                << examined.vault.keyless
                << console.choose("：在这份备份之后被删除，请再删除一次；不然就是数据被改动",
                                  ": erased after this backup was made, then erase them again;"
                                  " else a change of the data")
                << '\n';
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
  console.out << console.choose("记录 ", "records ") << verified.records;
  if (verified.destroyed > 0) {
    console.out << console.choose("，其中依规定销毁的 ", ", of them lawfully destroyed ")
                << verified.destroyed;
  }
  console.out << console.choose("，封印 ", ", seals ") << verified.seals
              << console.choose("，区县 ", ", districts ") << verified.districts
              << console.choose("，对不上的 ", ", findings ") << examined->findings() << '\n';
  return examined->findings() == 0 ? kExitOk : kExitFindings;
}

}  // namespace wangdi::app
