// SPDX-License-Identifier: Apache-2.0
// What happens to a request whose head is read, before a byte of its body is: who sent it, whether
// it may pass, and which handler or file it belongs to. Free of Beast.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/address.hpp"
#include "http/head.hpp"
#include "http/http.hpp"
#include "http/limiter.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"

namespace wangdi::http {

// Short ids that a person can read out on the phone: 12 characters of an alphabet without
// look-alikes in groups of four. They differ within a run of the server and very likely between
// runs.
class RequestIds {
 public:
  explicit RequestIds(std::uint64_t seed) : seed_(seed) {}
  std::string next();

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

// A limit as people read it: "1 MB".
std::string bytes_text(std::size_t bytes);

// What a connection remembers between its requests, so that the common case costs nothing.
struct ClientMemory {
  Address peer;
  bool peer_trusted = false;
  Address client;
  std::string client_text;
  std::string accept_language;
  Language language = Language::kChinese;
};

struct Decision {
  const Route* route = nullptr;      // call its handler ..
  const StaticFile* file = nullptr;  // .. or send this file ..
  StaticChoice choice;
  std::optional<Response> refusal;  // .. or this answer
  std::string_view log_route;
  bool rate_limited = false;
};

class Admission {
 public:
  Admission(const Options& options, TrustedProxies proxies, std::uint64_t seed)
      : proxies_(std::move(proxies)),
        limiter_(options.requests_per_second_per_client, options.burst_per_client),
        ids_(seed) {}

  void add(Route route) { router_.add(std::move(route)); }
  void serve(StaticFiles files) { files_ = std::move(files); }
  bool trusts(const Address& peer) const { return proxies_.trusts(peer); }
  ClientMemory remember(const Address& peer) const;
  // Fills id, client address and language of the request, then decides.
  Decision decide(RequestHead& head, ClientMemory& memory, std::int64_t now_ms);
  // For what is refused before there is a request.
  std::string next_id() { return ids_.next(); }

 private:
  void identify(Request& request, ClientMemory& memory);
  Decision find(const RequestHead& head, Request& request);
  TrustedProxies proxies_;
  RateLimiter limiter_;
  RequestIds ids_;
  Router router_;
  std::optional<StaticFiles> files_;
};

}  // namespace wangdi::http
