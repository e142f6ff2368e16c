// SPDX-License-Identifier: Apache-2.0
// The HTTP interface: sessions, the batch of commands, every registered query, the live stream and
// what operators ask. Handlers run on the network thread and only hand over; the answer comes from
// the writer's, a reader's or a hashing thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "access/gatekeeper.hpp"
#include "app/guard.hpp"
#include "app/hub.hpp"
#include "app/intake.hpp"
#include "app/log.hpp"
#include "common/bus/query_runner.hpp"
#include "common/bus/restored.hpp"
#include "common/bus/writer.hpp"
#include "http/http.hpp"
#include "modules/accounts/messages.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

struct ApiParts {
  const bus::Registry& registry;
  bus::Writer& writer;
  bus::QueryRunner& queries;
  access::Gatekeeper& gatekeeper;
  Hub& hub;
  const vault::Vault& vault;
  const bus::Restores& restores;
  const Clock& clock;
  Log& log;
  bool demo = false;
  std::function<std::string()> metrics;  // the text of /metrics
  const Guard& guard;
  ClaimWatch watch;
  accounts::PhoneView phone;  // the server's key is Intake's
  // Names of what wants an operator although work goes on, for /ready.
  std::function<std::vector<std::string>()> warnings = [] { return std::vector<std::string>(); };
};

class Api {
 public:
  explicit Api(ApiParts parts);
  // Registers every route; the server must not outlive this.
  void add_routes(http::Server& server);

 private:
  struct Visitor {
    access::Session session;
    std::string token;
  };
  enum class Needs : std::uint8_t {
    session,            // may still have only a first secret, or miss the second factor
    own_secret,         // has set a password, and has the second factor where one is required
    person_or_program,  // the same, or an API token
  };

  // Who asks. Errors: login_required, password_change_required, factor_required; csrf_missing for a
  // write whose token is not the session's; those of program(); token_in_url.
  Result<Visitor> visitor(const http::Request& request, Needs needs) const;
  // Who asks with an API token. Errors: token_with_cookie, https_required, token_invalid,
  // too_many_requests; not_found for what no program may ask.
  Result<Visitor> program(const http::Request& request, std::string secret, Needs needs) const;
  void fail(const Error& error, const http::Request& request, http::Responder& to) const;

  void add_session_routes(http::Server& server);
  void add_device_routes(http::Server& server);
  void add_operator_routes(http::Server& server);
  void add_query_route(http::Server& server, const bus::QueryType& type);

  void log_in(http::Request request, const http::ResponderPtr& to);
  void who_am_i(const http::Request& request, const http::ResponderPtr& to);
  void log_out(const http::Request& request, const http::ResponderPtr& to);
  void change_password(http::Request request, const http::ResponderPtr& to);
  template <class Form>
  Result<std::pair<access::Gatekeeper::Proof, Form>> read_proof(http::Request& request) const;
  void offer_factor(http::Request request, const http::ResponderPtr& to);
  void confirm_factor(http::Request request, const http::ResponderPtr& to);
  void prove(http::Request request, const http::ResponderPtr& to);
  void enrol_device(http::Request request, const http::ResponderPtr& to);
  void make_device_code(http::Request request, const http::ResponderPtr& to);
  void list_devices(const http::Request& request, const http::ResponderPtr& to);
  void end_device(const http::Request& request, const http::ResponderPtr& to);
  void tell_device_state(http::Request request, const http::ResponderPtr& to);
  // Asks for the account's own view and answers with the session; sets the cookies of `opened`.
  void answer_session(const http::Request& request, const access::Session& session,
                      std::optional<access::Opened> opened, const http::ResponderPtr& to);

  void take_commands(const http::Request& request, const http::ResponderPtr& to);
  void run_query(const bus::QueryType& type, http::Request request, const http::ResponderPtr& to);
  void open_stream(const http::Request& request, const http::ResponderPtr& to);

  ApiParts parts_;
  const bus::QueryType* me_ = nullptr;  // the query behind a session's account
  std::shared_ptr<Intake> intake_;
};

}  // namespace wangdi::app
