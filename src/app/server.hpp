// SPDX-License-Identifier: Apache-2.0
// An installation being served: readers, log-in, live streams and the HTTP server around a Runtime.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "app/api.hpp"
#include "app/case_judge.hpp"
#include "app/certificate.hpp"
#include "app/key_keeper.hpp"
#include "app/list_keeper.hpp"
#include "app/log_copy.hpp"
#include "app/resident_desk.hpp"
#include "app/retention_keeper.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"

namespace wangdi::app {

// Claims without a receipt that holds are told in the log at most this often, and counted always.
inline constexpr std::int64_t kUnprovenTellMs = 60'000;

class Service {
 public:
  // Errors: demo_loopback_only, and those of the readers. The log must outlive the service. Without
  // an identity it serves plain HTTP.
  static Result<std::unique_ptr<Service>> make(Runtime& runtime, Log& log,
                                               std::optional<crypto::TlsIdentity> identity);
  ~Service();

  // Binds the address. Error: configuration_invalid.
  Status listen() { return server_->listen(); }
  std::uint16_t port() const { return server_->port(); }
  // Serves on the calling thread until stop().
  void run();
  void stop() { server_->stop(); }
  // Reads certificate and key again; from any thread.
  void renew_certificate();

 private:
  Service(Runtime& runtime, Log& log) : runtime_(runtime), log_(log) {}
  Status compose();
  Status open_gatekeeper();
  ClaimWatch claim_watch();
  void check_claim(const journal::Alarm& alarm);
  void compare(const std::shared_ptr<KnownReceipts>& known, std::vector<ProvenClaim> claims);
  void raise_alarm(const journal::Alarm& alarm, std::optional<CommandId> standing = std::nullopt);
  void tell_alarm(const journal::Alarm& alarm);
  void keep_anchor();
  Status open_log_copy();
  Status open_resident_desk();
  void copy_log();
  std::string metrics() const;
  std::vector<std::string> warnings() const;

  Runtime& runtime_;
  Log& log_;
  std::unique_ptr<Certificate> certificate_;  // none: plain HTTP
  std::unique_ptr<bus::QueryRunner> queries_;
  std::unique_ptr<access::Gatekeeper> gatekeeper_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<KeyKeeper> keeper_;
  std::unique_ptr<RetentionKeeper> retention_;
  std::unique_ptr<ListKeeper> list_keeper_;
  std::unique_ptr<CaseJudge> case_judge_;
  std::unique_ptr<Ticker> ticker_;
  std::unique_ptr<Ticker> anchor_ticker_;    // its storage may be slow, and sessions end on time
  std::unique_ptr<LogCopy> log_copy_;        // none: not configured
  std::unique_ptr<Ticker> log_copy_ticker_;  // its storage may be slow or away
  ErrorCode log_copy_told_ = {};             // of the last pass; told when it changes
  bool anchor_failed_ = false;               // the last time; told when it changes
  std::atomic<std::int64_t> unproven_told_ms_{-kUnprovenTellMs};
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<ResidentDesk> resident_desk_;
};

}  // namespace wangdi::app
