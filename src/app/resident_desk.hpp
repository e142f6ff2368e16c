// SPDX-License-Identifier: Apache-2.0
// Where residents come in with a slip (security.md LG4, PR3): a code opens a visit of some minutes,
// in which they see who looked at their record and what became of what they asked. A visit is in
// memory only and knows one person; no account, no name and no number opens it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "access/throttle.hpp"
#include "app/log.hpp"
#include "common/bus/query_runner.hpp"
#include "common/bus/writer.hpp"
#include "common/crypto/crypto.hpp"
#include "http/http.hpp"
#include "modules/ledger/slips.hpp"

namespace wangdi::app {

struct ResidentDeskParts {
  bus::Writer& writer;
  bus::QueryRunner& queries;
  ledger::SlipCodes& codes;  // of whoever writes the nation's district
  const Clock& clock;
  Log& log;
  std::int64_t visit_ms = 0;
  std::int64_t tries_max = 0;
  access::ThrottleRules by_address = {};
};

class ResidentDesk {
 public:
  // Reads the numbers of the desk. Errors: those of the parameters.
  static Status read_rules(const Parameters& parameters, CivilDate today, ResidentDeskParts& parts);
  explicit ResidentDesk(ResidentDeskParts parts);
  // Registers every route; the server must not outlive this.
  void add_routes(http::Server& server);

 private:
  struct Visit {
    ledger::OpenedSlip slip;
    std::string csrf;
    std::int64_t ends_ms = 0;  // monotonic
    UnixMs ends_at = 0;
  };
  using Key = crypto::Digest;  // SHA-256 of the cookie's token
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };

  enum class Opens : std::uint8_t { no, yes };  // whether the answer begins the visit
  enum class Opening : std::uint8_t { opened, wrong, failed };

  void open(http::Request request, const http::ResponderPtr& to);
  void look(const http::Request& request, const http::ResponderPtr& to);
  void ask(http::Request request, const http::ResponderPtr& to);
  void leave(const http::Request& request, const http::ResponderPtr& to);
  void answer_view(const http::Request& request, Visit visit, Opens opens, std::string token,
                   const http::ResponderPtr& to);
  void fail(const Error& error, const http::Request& request, http::Responder& to) const;

  // Strangers' codes must not fill the writer's queue, and wrong ones cost their sender time, with
  // one slip or with many. Error: too_many_requests.
  Status may_open(const access::ThrottleKey& from);
  void end_opening(const access::ThrottleKey& from, Opening how);
  std::string begin(const ledger::OpenedSlip& slip, Visit& visit);
  // The visit of a request; slip_ended without one, csrf_missing for a write without its token.
  Result<Visit> visit_of(const http::Request& request);
  void end(std::string_view token);
  // Whoever was erased has no visit any more, and a slip of theirs looks like one that is used up.
  Error error_of_view(const Error& error, std::string_view token, Opens opens);

  ResidentDeskParts parts_;
  bus::QueryType view_;  // asked by this desk only, for the person of the visit
  std::mutex mutex_;     // guards what follows
  crypto::Random random_;
  std::unordered_map<Key, Visit, KeyHash> visits_;
  access::Throttle by_address_;
  std::size_t opening_ = 0;  // codes that wait for the writer
};

}  // namespace wangdi::app
