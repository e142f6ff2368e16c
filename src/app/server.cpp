// SPDX-License-Identifier: Apache-2.0
// Composition of the service, and `wangdi serve`.
#include "app/server.hpp"

#include <ostream>

#include "app/commands.hpp"
#include "app/demo_accounts.hpp"
#include "app/process.hpp"
#include "app/system_clock.hpp"
#include "app/version.hpp"
#include "journal/journal.hpp"

namespace wangdi::app {
namespace {

constexpr std::int64_t kSweepMs = 1'000;    // ended sessions are found within a second
constexpr std::int64_t kLogCopyMs = 5'000;  // well within the minute of security.md LG3
constexpr std::int64_t kAnchorMs = 1'000;   // how far the anchor may be behind

http::Options http_options(const Config& config, Log& log, const Clock& clock) {
  http::Options options;
  options.address = config.address;
  options.port = static_cast<std::uint16_t>(config.port);
  options.static_folder = config.web;
  options.service_worker = config.service_worker != 0;
  options.trusted_proxies = config.trusted_proxies;
  options.connections_max = static_cast<std::size_t>(config.connections_max);
  options.connections_per_client_max = static_cast<std::size_t>(config.connections_per_client_max);
  options.requests_per_second_per_client = config.requests_per_second_per_client;
  options.burst_per_client = config.burst_per_client;
  if (log.writes(LogLevel::debug)) {
    options.access_log = [&log, &clock](const http::Access& access) {
      static_cast<void>(clock);
      log.write(LogLevel::debug, "request",
                {{"request_id", access.request_id},
                 {"method", http::method_name(access.method)},
                 {"route", access.route},
                 {"status", access.status},
                 {"bytes_in", access.bytes_in},
                 {"bytes_out", access.bytes_out},
                 {"duration_ms", access.duration_ms}});
    };
  }
  return options;
}

}  // namespace

Result<std::unique_ptr<Service>> Service::make(Runtime& runtime, Log& log,
                                               std::optional<crypto::TlsIdentity> identity) {
  // A demo's accounts are printed on the screen of whoever started it: nobody else may use them.
  if (runtime.folder().is_demo() && !is_loopback(runtime.config().address)) {
    return Error(ErrorCode::demo_loopback_only);
  }
  std::unique_ptr<Service> service(new Service(runtime, log));
  if (identity) service->certificate_ = std::make_unique<Certificate>(std::move(*identity), log);
  WD_TRY([[maybe_unused]] auto composed, service->compose());
  return service;
}

Status Service::open_gatekeeper() {
  const auto& clock = runtime_.clock();
  const auto today = CivilDate::of(clock.now(), runtime_.config().zone());
  const auto profile = runtime_.config().access_profile == "mlps3" ? accounts::Profile::mlps3
                                                                   : accounts::Profile::standard;
  WD_TRY(const auto rules, accounts::gatekeeper_rules(runtime_.parameters(), today,
                                                      runtime_.folder().is_demo(), profile));
  std::vector<access::HashingThread> threads;
  for (std::size_t i = 0; i < access::kHashingThreads; ++i) {
    WD_TRY(auto parts, runtime_.reader());
    std::shared_ptr<vault::Reader> vault = std::move(parts.vault);
    threads.push_back({std::move(parts.connection), [vault](District home, AccountId account) {
                         return accounts::own_names(*vault, home, account);
                       }});
  }
  auto& vault = runtime_.vault();
  auto& writer = runtime_.writer();
  access::GatekeeperParts parts{
      clock,
      rules,
      [&vault] { return vault.hmac(vault::KeyName::first_secret); },
      [&vault] { return vault.hmac(vault::KeyName::device_mark); },
      [&writer](access::Job job, std::function<void(Status)> done) {
        return writer.submit_job(
            [job = std::move(job)](store::Rows& rows, vault::Writer&) { return job(rows); },
            std::move(done));
      },
      accounts::actor_of,
      std::move(threads)};
  WD_TRY(gatekeeper_, access::Gatekeeper::open(std::move(parts), runtime_.connection()));
  gatekeeper_->on_end([this](AccountId, const access::SessionKey& session) { hub_->end(session); });
  return ok();
}

Status Service::compose() {
  const auto& config = runtime_.config();
  auto& writer = runtime_.writer();
  std::vector<bus::ReaderParts> readers;
  for (int i = 0; i < config.reader_threads; ++i) {
    WD_TRY(auto reader, runtime_.reader());
    readers.push_back(std::move(reader));
  }
  queries_ = std::make_unique<bus::QueryRunner>(
      std::move(readers), writer, runtime_.parameters(), runtime_.clock(),
      bus::QueryRunnerOptions{.threads = static_cast<std::size_t>(config.reader_threads),
                              .zone = config.zone()});
  hub_ = std::make_unique<Hub>(runtime_.clock(), runtime_.last_commit());
  WD_TRY([[maybe_unused]] auto opened, open_gatekeeper());
  writer.on_commit([this](const bus::Committed& committed, store::Connection& db) {
    hub_->committed(committed);
    if (!committed.holds_nation) return;
    const auto ended = runtime_.modules().ended.committed(db);
    // Before any session ends: a phone that is told so asks at once what it may keep.
    for (const auto account : runtime_.modules().ended.touched()) {
      if (auto read = gatekeeper_->reload(db, account); !read) {
        log_.error("access_unreadable", read.error());
      }
    }
    for (const auto account : ended) gatekeeper_->end_sessions_of(account);
  });
  WD_TRY(auto import_reader, runtime_.reader());
  runtime_.modules().imports.start(
      {std::move(import_reader), writer, runtime_.clock(), config.zone()});
  ticker_ = std::make_unique<Ticker>(kSweepMs, [this] {
    gatekeeper_->sweep();
    if (certificate_) certificate_->watch(runtime_.clock().now());
  });
  if (const auto alarm = runtime_.guard().alarm()) tell_alarm(*alarm);
  anchor_ticker_ = std::make_unique<Ticker>(kAnchorMs, [this] { keep_anchor(); });
  WD_TRY(const auto phone,
         accounts::phone_rules(runtime_.parameters(),
                               CivilDate::of(runtime_.clock().now(), config.zone())));
  keeper_ = std::make_unique<KeyKeeper>(runtime_, log_);
  retention_ = std::make_unique<RetentionKeeper>(runtime_, log_);
  WD_TRY(auto judging, runtime_.reader());
  case_judge_ = std::make_unique<CaseJudge>(runtime_, std::move(judging.connection), log_);
  WD_TRY([[maybe_unused]] auto copied, open_log_copy());
  auto options = http_options(config, log_, runtime_.clock());
  if (certificate_) options.tls = certificate_->context();
  server_ = http::make_server(std::move(options), runtime_.clock());
  writer.around_answers([this] { server_->hold_answers(); },
                        [this] { server_->release_answers(); });
  api_ = std::make_unique<Api>(ApiParts{runtime_.registry(), writer, *queries_, *gatekeeper_, *hub_,
                                        runtime_.vault(), runtime_.restores(), runtime_.clock(),
                                        log_, runtime_.folder().is_demo(),
                                        [this] { return metrics(); }, runtime_.guard(),
                                        claim_watch(), phone, [this] { return warnings(); }});
  api_->add_routes(*server_);
  WD_TRY([[maybe_unused]] auto desk, open_resident_desk());
  return ok();
}

void Service::run() {
  runtime_.start();
  keeper_->start();
  retention_->start();
  list_keeper_ = std::make_unique<ListKeeper>(runtime_, log_);
  case_judge_->start();
  server_->run();
  // What has begun is finished; then nobody asks the writer any more.
  hub_->stop();
  ticker_->stop();
  runtime_.modules().imports.stop();
  queries_->stop();
  gatekeeper_->stop();
  retention_->stop();
  keeper_->stop();
  list_keeper_->stop();
  case_judge_->stop();
  runtime_.writer().stop();
  anchor_ticker_->stop();
  keep_anchor();
  if (log_copy_ticker_) log_copy_ticker_->stop();
  copy_log();
}

std::vector<std::string> Service::warnings() const {
  std::vector<std::string> names;
  if (keeper_->is_copy_lost()) names.emplace_back("keys_copy_lost");
  if (keeper_->is_epoch_late()) names.emplace_back("epoch_late");
  if (retention_->is_late()) names.emplace_back("retention_late");
  return names;
}

void Service::tell_alarm(const journal::Alarm& alarm) {
  log_.write(LogLevel::error, "journal_alarm",
             {{"reason", journal::name_of(alarm.reason)},
              {"district", alarm.last.district.number},
              {"first", alarm.first.sequence},
              {"last", alarm.last.sequence},
              {"what", meaning_of(alarm.reason, Language::kEnglish)}});
}

void Service::raise_alarm(const journal::Alarm& alarm, std::optional<CommandId> standing) {
  if (runtime_.raise_alarm(alarm, standing)) tell_alarm(alarm);
}

// Heads in memory lack a commit whose answer was lost, so the writer looks into the journal, in the
// batch of the commands that came with the claim and before them.
void Service::check_claim(const journal::Alarm& alarm) {
  if (runtime_.guard().is_alarmed()) return;
  const auto queued = runtime_.writer().submit_job(
      [this, alarm](store::Rows& rows, vault::Writer&) -> Status {
        const auto district = alarm.last.district;
        WD_TRY(const auto seal, journal::last_seal(rows.connection(), district));
        if (seal) runtime_.guard().learn(*seal);
        const auto last = seal ? seal->last_sequence : 0;
        if (last < alarm.last.sequence) {
          raise_alarm({alarm.reason, {district, last + 1}, alarm.last});
        }
        return ok();
      },
      [](const Status&) {}, {alarm.last.district});
  if (!queued) raise_alarm(alarm);
}

// After a full queue the next claim is looked at.
void Service::compare(const std::shared_ptr<KnownReceipts>& known,
                      std::vector<ProvenClaim> claims) {
  if (runtime_.guard().is_alarmed()) return;
  const auto queued = runtime_.writer().submit_job(
      [this, known, claims = std::move(claims)](store::Rows& rows, vault::Writer&) -> Status {
        RecordReceipts receipts(runtime_.vault());
        WD_TRY(const auto found, compare_claims(claims, rows.connection(), receipts, *known));
        if (found) {
          raise_alarm({journal::AlarmReason::claim_differs, found->place, found->place},
                      found->standing);
        }
        return ok();
      },
      [](const Status&) {});
  static_cast<void>(queued);
}

void Service::keep_anchor() {
  const auto kept = runtime_.guard().keep();
  if (!kept && !anchor_failed_) log_.error("anchor_failed", kept.error());
  if (kept && anchor_failed_) log_.write(LogLevel::info, "anchor_kept");
  anchor_failed_ = !kept;
}

Status Service::open_resident_desk() {
  const auto today = CivilDate::of(runtime_.clock().now(), runtime_.config().zone());
  ResidentDeskParts parts{runtime_.writer(), *queries_, *runtime_.modules().slip_codes,
                          runtime_.clock(), log_};
  WD_TRY([[maybe_unused]] auto read, ResidentDesk::read_rules(runtime_.parameters(), today, parts));
  resident_desk_ = std::make_unique<ResidentDesk>(parts);
  resident_desk_->add_routes(*server_);
  return ok();
}

Status Service::open_log_copy() {
  const auto& place = runtime_.config().log_copy;
  if (place.empty()) return ok();
  WD_TRY(auto reader, runtime_.reader());
  log_copy_ = std::make_unique<LogCopy>(place, runtime_.folder(), std::move(reader.connection),
                                        runtime_.clock(), runtime_.config().zone());
  log_copy_ticker_ = std::make_unique<Ticker>(kLogCopyMs, [this] { copy_log(); });
  return ok();
}

void Service::copy_log() {
  if (!log_copy_) return;
  const auto copied = log_copy_->copy();
  const auto code = copied ? ErrorCode{} : copied.error().code();
  if (!copied && code != log_copy_told_) log_.error("log_copy_failed", copied.error());
  if (copied && log_copy_told_ != ErrorCode{}) log_.write(LogLevel::info, "log_copied_again");
  log_copy_told_ = code;
}

ClaimWatch Service::claim_watch() {
  auto& guard = runtime_.guard();
  ClaimWatch watch;
  watch.head = [&guard](District district) { return guard.head(district); };
  watch.lost = [this](const journal::Alarm& alarm) { check_claim(alarm); };
  watch.unproven = [this, &guard] {
    ++guard.counters().claims_unproven;
    const auto now = runtime_.clock().monotonic_ms();
    if (now - unproven_told_ms_ < kUnprovenTellMs) return;
    unproven_told_ms_ = now;
    log_.write(LogLevel::warning, "claim_unproven");
  };
  watch.compare = [this, known = watch.known](std::vector<ProvenClaim> claims) {
    compare(known, std::move(claims));
  };
  return watch;
}

void Service::renew_certificate() {
  if (!certificate_) return;
  if (auto context = certificate_->renew(runtime_.config())) {
    server_->renew_tls(std::move(*context));
  }
}

Service::~Service() = default;

namespace {

Status show_demo(Runtime& runtime, Console& console) {
  if (!runtime.folder().is_demo()) return ok();
  WD_TRY(const auto community, RegionCode::parse(kDemoCommunity));
  WD_TRY(const auto password, demo_password(runtime.folder().files()));
  print_demo_accounts(console, demo_accounts(community), password);
  return ok();
}

// The exit status; what goes wrong before it serves is an error.
Result<int> serve(const Config& config, Console& console, const Clock& clock) {
  WD_TRY(auto log, Log::open({config.log_file, config.log_level}, clock));
  std::atomic<Service*> running{nullptr};
  WD_TRY(const auto signals, Signals::take({[&] {
                                              if (auto* service = running.load()) service->stop();
                                            },
                                            [&] {
                                              if (auto reopened = log->reopen(); !reopened) {
                                                log->error("log_reopen", reopened.error());
                                              }
                                              if (auto* service = running.load()) {
                                                service->renew_certificate();
                                              }
                                            }}));
  WD_TRY(auto identity, Certificate::open(config, console.language));
  WD_TRY(auto runtime, Runtime::open(config, clock));
  WD_TRY(auto service, Service::make(*runtime, *log, std::move(identity)));
  if (auto bound = service->listen(); !bound) {
    print_error(console, bound.error());
    return kExitFailure;  // who holds the address may let go of it: worth another try
  }
  running = service.get();
  log->write(LogLevel::info, "serving",
             {{"version", kVersion}, {"address", config.address}, {"port", service->port()}});
  WD_TRY([[maybe_unused]] auto shown, show_demo(*runtime, console));
  console.out << (config.tls_certificate.empty() ? "http://" : "https://") << config.address << ':'
              << service->port() << '\n'
              << std::flush;
  service->run();
  running = nullptr;
  log->write(LogLevel::info, "stopped");
  return kExitOk;
}

}  // namespace

int run_serve(const Config& config, Console& console) {
  const SystemClock clock;
  const auto served = serve(config, console, clock);
  return served ? *served : fail(console, served.error());
}

}  // namespace wangdi::app
