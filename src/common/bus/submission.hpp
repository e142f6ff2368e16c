// SPDX-License-Identifier: Apache-2.0
// What waits for a writer: the commands of one sender or a job, and which districts they need
// alone.
#pragma once

#include <functional>
#include <vector>

#include "common/bus/context.hpp"
#include "common/bus/events.hpp"
#include "journal/journal.hpp"

namespace wangdi::bus {

// A write that is no command (access log, sessions), in the batch's transaction.
using Job = std::function<Status(store::Rows&, vault::Writer&)>;

// An act of the server itself that ends in events of one district, or in none when there was
// nothing to do. It may change stored records (retention), so its error undoes the batch.
using Act = std::function<Result<Decision>(CommandContext&, journal::Journal&)>;

struct Submission {
  access::Actor actor;
  std::vector<PreparedCommand> commands;
  std::function<void(std::vector<Outcome>)> done;
  Job job;
  std::function<void(Status)> job_done;
  // In order. Nobody else writes in them meanwhile; one, and the nation's where accounts change.
  std::vector<District> districts = {};
  Act act = nullptr;  // in the first of the districts

  std::size_t weight() const { return job || act ? 1 : commands.size(); }
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
