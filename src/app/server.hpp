// SPDX-License-Identifier: Apache-2.0
// An installation being served: readers, log-in, live streams and the HTTP server around a Runtime.
#pragma once

#include <functional>
#include <memory>

#include "app/api.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"

namespace wangdi::app {

class Service {
 public:
  // Errors: demo_loopback_only, and those of the readers. The log must outlive the service.
  static Result<std::unique_ptr<Service>> make(Runtime& runtime, Log& log);
  ~Service();

  // Binds the address. Error: configuration_invalid.
  Status listen() { return server_->listen(); }
  std::uint16_t port() const { return server_->port(); }
  // Serves on the calling thread until stop().
  void run();
  void stop() { server_->stop(); }

 private:
  Service(Runtime& runtime, Log& log) : runtime_(runtime), log_(log) {}
  Status compose();
  Status open_gatekeeper();
  std::string metrics() const;

  Runtime& runtime_;
  Log& log_;
  std::unique_ptr<bus::QueryRunner> queries_;
  std::unique_ptr<access::Gatekeeper> gatekeeper_;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<Ticker> ticker_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Api> api_;
};

}  // namespace wangdi::app
