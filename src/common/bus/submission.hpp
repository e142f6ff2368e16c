// SPDX-License-Identifier: Apache-2.0
// What waits for a writer: the commands of one sender or a job, and which districts they need
// alone.
#pragma once

#include <functional>
#include <vector>

#include "common/bus/context.hpp"

namespace wangdi::bus {

// A write that is no command (access log, sessions), in the batch's transaction.
using Job = std::function<Status(store::Rows&, vault::Writer&)>;

struct Submission {
  access::Actor actor;
  std::vector<PreparedCommand> commands;
  std::function<void(std::vector<Outcome>)> done;
  Job job;
  std::function<void(Status)> job_done;
  // In order. Nobody else writes in them meanwhile; one, and the nation's where accounts change.
  std::vector<District> districts;

  std::size_t weight() const { return job ? 1 : commands.size(); }
};

struct SubmissionResult {
  std::vector<Outcome> outcomes;
  Status job_status = ok();
};

// One transaction's worth.
struct Batch {
  std::vector<Submission> submissions;
  std::vector<District> held;
};

}  // namespace wangdi::bus
