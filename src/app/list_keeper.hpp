// SPDX-License-Identifier: Apache-2.0
// Ends uploaded lists and what was found by them when their days are over, also where nobody asks
// for another match.
#pragma once

#include <memory>

#include "app/log.hpp"
#include "app/runtime.hpp"
#include "app/ticker.hpp"

namespace wangdi::app {

class ListKeeper {
 public:
  // Looks every ten minutes. Both outlive this.
  ListKeeper(Runtime& runtime, Log& log);
  void stop() { ticker_.stop(); }

 private:
  void look();
  Status forget();

  Runtime& runtime_;
  Log& log_;
  bool failed_ = false;
  Ticker ticker_;
};

}  // namespace wangdi::app
