// SPDX-License-Identifier: Apache-2.0
// Composition as in app/runtime.cpp, lives and deaths, sessions, backup and restore.
#include "tests/sim/server.hpp"

#include <stdexcept>

#include "access/tables.hpp"
#include "journal/journal.hpp"
#include "modules/accounts/tables.hpp"
#include "store/sqlite.hpp"

namespace wangdi::sim {
namespace {

constexpr std::size_t kQueueMax = 30;  // holds any phone's batch, and not many more
constexpr std::size_t kCachedKeys = 64;
constexpr std::string_view kSuffixes[] = {"", "-wal"};

Reply refusal(const Request& request, const Error& error) {
  const auto& entry = error_entry(error.code());
  Reply reply;
  reply.number = request.number;
  reply.failure = {entry.http_status, std::string(entry.name), 0};
  for (const auto& detail : error.details()) {
    if (detail.name == "seconds") reply.failure.retry_after_ms = std::stoll(detail.value) * 1'000;
  }
  return reply;
}

Reply success(const Request& request, UnixMs now) {
  Reply reply;
  reply.number = request.number;
  reply.failure.status = 200;
  reply.server_time = now;
  return reply;
}

}  // namespace

void Server::open_writer(Life& life) {
  vault::Hooks hooks;
  hooks.after_keys = [this] {
    if (death_ == Death::after_keys) throw Died();
  };
  hooks.after_rows = [this] {
    if (death_ == Death::after_rows) throw Died();
  };
  life.vault_writer = must(life.vault->open_writer(*life.connection, clock_.now(), hooks));
  life.restores = must(bus::Restores::load(*life.connection));
  life.writer = std::make_unique<bus::Writer>(
      bus::WriterParts{*life.connection, installation_.modules->registry, *life.vault_writer,
                       installation_.modules->rights, *installation_.parameters, clock_},
      bus::WriterOptions{.queue_max = kQueueMax, .zone = {}});
  life.writer->on_commit([this](const bus::Committed&, store::Connection&) {
    end_sessions();
    if (death_ == Death::after_commit) throw Died();
  });
  life.intake = std::make_unique<app::Intake>(
      app::IntakeParts{installation_.modules->registry, *life.writer, *life.vault, life.restores,
                       clock_, claim_watch(life)});
}

// No storage here loses what it had synced, so every receipt fits its record for ever.
app::ClaimWatch Server::claim_watch(Life& life) {
  app::ClaimWatch watch;
  watch.compare = [&life, known = watch.known](std::vector<app::ProvenClaim> claims) {
    // A full queue looks at the next one.
    static_cast<void>(life.writer->submit_job(
        [&life, known, claims = std::move(claims)](store::Rows&, vault::Writer&) -> Status {
          app::RecordReceipts receipts(*life.vault);
          WD_TRY(const auto found, app::compare_claims(claims, *life.connection, receipts, *known));
          if (found) {
            throw std::runtime_error("a receipt is for another record than stands at " +
                                     std::to_string(found->place.district.number) + "/" +
                                     std::to_string(found->place.sequence));
          }
          return ok();
        },
        [](const Status&) {}));
  };
  return watch;
}

void Server::start() {
  auto life = std::make_unique<Life>();
  life->engine = must(store::open_sqlite({.path = installation_.database()}));
  life->connection = must(life->engine->open_writer());
  life->vault = must(vault::Vault::open(installation_.paths, {.cached_keys = kCachedKeys}));
  auto& modules = installation_.modules;
  if (!modules) modules = must(app::Modules::make(installation_.folder, life->vault.get()));
  must(journal::Journal::create(*life->connection));
  must(vault::Vault::create_tables(*life->connection));
  for (const auto& table : installation_.modules->registry.tables())
    must(life->connection->create(table));
  open_writer(*life);
  life->auditor = must(life->engine->open_reader());
  life->reader = must(life->engine->open_reader());
  life->vault_reader = must(life->vault->open_reader(*life->reader));
  life_ = std::move(life);
  // What ended while the process died is found in the rows, as it is by the program.
  installation_.modules->ended.committed(*life_->connection);
  std::erase_if(sessions_, [this](const auto& entry) {
    const auto now = stored(entry.second.account);
    return !now || now->role != entry.second.role || now->region != entry.second.region;
  });
}

void Server::close() {
  if (!life_) return;
  auto life = std::move(life_);
  life->vault_reader.reset();
  life->reader.reset();
  life->auditor.reset();
  life->intake.reset();
  life->writer.reset();
  life->vault_writer.reset();
  life->vault.reset();
  life->connection.reset();
}

void Server::stop() {
  while (turn(Death::none)) {
  }
  close();
}

void Server::die(bool power_is_cut) {
  disk_.stop_after(0);
  close();
  if (power_is_cut) {
    disk_.restart_after_power_cut(chance_);
  } else {
    disk_.restart_after_kill();
  }
}

std::optional<access::Actor> Server::stored(AccountId account) {
  const auto home =
      must(store::get(*life_->connection, accounts::kHome, {access::kNation, account}));
  if (!home) return std::nullopt;
  const auto row = must(store::get(*life_->connection, accounts::kAccount, {home->home, account}));
  if (!row || row->state == accounts::AccountState::closed) return std::nullopt;
  return access::Actor{account, row->role, row->region, {}};
}

void Server::end_sessions() {
  for (const auto ended : installation_.modules->ended.committed(*life_->connection)) {
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.account == ended; });
  }
}

void Server::receive(const Request& request, Deliver deliver) {
  if (request.kind == Request::Kind::log_in) return log_in(request, deliver);
  const auto session = sessions_.find(request.token);
  if (session == sessions_.end()) {
    return deliver(refusal(request, Error(ErrorCode::login_required)));
  }
  if (request.kind == Request::Kind::look) return deliver(success(request, clock_.now()));
  life_->intake->take(session->second, request.body, Language::kChinese,
                      [this, request, deliver](Result<bus::CommandBatchResult> results) {
                        if (disk_.has_stopped()) return;  // died before it could say anything
                        disk_.fail_read(0);               // the writer's, not those of the checks
                        if (!results) return deliver(refusal(request, results.error()));
                        auto reply = success(request, results->server_time);
                        codec::encode(*results, reply.body);
                        deliver(std::move(reply));
                      });
}

void Server::log_in(const Request& request, const Deliver& deliver) {
  AccountId account;
  account.value = Uuid::parse(request.body).value();
  const auto actor = stored(account);
  if (!actor) return deliver(refusal(request, Error(ErrorCode::login_failed)));
  auto reply = success(request, clock_.now());
  reply.token = ++tokens_;
  sessions_.emplace(reply.token, *actor);
  deliver(std::move(reply));
}

bool Server::turn(Death death) {
  if (death == Death::before) throw Died();
  death_ = death;
  if (death == Death::at_a_write) disk_.stop_after(chance_.below(40));
  const bool worked = life_->writer->process_waiting();
  death_ = Death::none;
  if (disk_.has_stopped()) throw Died();
  if (death == Death::at_a_write) disk_.stop_after(-1);
  return worked;
}

std::string Server::apply(const access::Actor& actor, bus::PreparedCommand command) {
  std::string answer;
  std::vector<bus::PreparedCommand> one;
  const auto type = command.type;
  one.push_back(std::move(command));
  must(life_->writer->submit(actor, std::move(one), [&](std::vector<bus::Outcome> outcomes) {
    const auto& outcome = outcomes.front();
    if (outcome.status == bus::CommandStatus::applied) return;
    throw std::runtime_error(type + ": " + std::string(error_entry(outcome.error->code()).name));
  }));
  life_->writer->process_waiting();
  return answer;
}

void Server::back_up() {
  backup_at_ = clock_.now();
  backup_heads_.clear();
  for (const auto& head : must(bus::journal_heads(*life_->auditor))) {
    backup_heads_[head.district.number] = head.sequence;
  }
  // Between two turns nothing is half written: file and WAL together are the last commit.
  for (const auto suffix : kSuffixes) {
    const auto path = installation_.database() + std::string(suffix);
    disk_.copy(path, path + ".backup");
  }
}

// As app/restore.cpp does it: unpack, adopt, end the sessions, record.
void Server::restore() {
  close();
  for (const auto suffix : kSuffixes) {
    const auto path = installation_.database() + std::string(suffix);
    disk_.copy(path + ".backup", path);
  }
  {
    const auto engine = must(store::open_sqlite({.path = installation_.database()}));
    const auto connection = must(engine->open_writer());
    const auto vault = must(vault::Vault::open(installation_.paths, {.cached_keys = kCachedKeys}));
    must(vault->adopt_restored(*connection));
    must(bus::record_restore(*connection, {chance_.id(backup_at_), backup_at_}, clock_.now()));
  }
  sessions_.clear();
  ++restores_;
  start();
}

}  // namespace wangdi::sim
