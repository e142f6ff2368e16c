// SPDX-License-Identifier: Apache-2.0
// What concerns the process as a whole: signals become calls on a thread of their own, nothing is
// dumped, and new files are the owner's only.
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"

namespace wangdi::app {

// Ignores SIGPIPE, sets umask 077, forbids core dumps and attaching debuggers (security.md CR4).
// The first act of main, before any secret is read.
Status harden_this_process();

struct SignalHandlers {
  std::function<void()> stop;    // SIGINT or SIGTERM; must be quick. The second ends the process
  std::function<void()> reload;  // SIGHUP
};

// Takes the signals for as long as it lives. Made before any other thread starts, because threads
// inherit the blocked signals from the one that made them.
class Signals {
 public:
  static Result<std::unique_ptr<Signals>> take(SignalHandlers handlers);
  virtual ~Signals() = default;

 protected:
  Signals() = default;
};

}  // namespace wangdi::app
