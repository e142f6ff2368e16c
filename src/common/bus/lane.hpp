// SPDX-License-Identifier: Apache-2.0
// One writing connection and what belongs to it: runs a batch in one transaction, each command on
// its way from rights to projections. Belongs to one thread.
#pragma once

#include <atomic>
#include <span>

#include "base/clock.hpp"
#include "common/bus/registry.hpp"
#include "common/bus/submission.hpp"
#include "common/crypto/crypto.hpp"
#include "journal/journal.hpp"

namespace wangdi::bus {

// Answers about the actor's rights from the rows of the batch, so that they are judged in the write
// transaction itself. Implemented by the accounts module.
class Rights {
 public:
  virtual ~Rights() = default;
  // The actor as stored now; nothing when the account is closed.
  virtual std::optional<access::Actor> current(store::Rows& rows, const access::Actor& actor) = 0;
  // Whether the account had one of the roles over the region at that instant.
  virtual bool had(store::Rows& rows, const access::Actor& actor, access::Roles roles,
                   const RegionCode& region, UnixMs at) = 0;
  // Says before a batch on a database server what current() will read.
  virtual void foresee(store::Rows& /*rows*/, const access::Actor& /*actor*/) {}
};

struct Committed {
  std::int64_t commit_number = 0;  // counted in the order in which commits are told
  std::vector<journal::Sealed> sealed;
  std::vector<RegionCode> communities;  // touched, for the live boards
  bool holds_nation = false;            // whether the batch had the nation's district alone
};

struct WriterParts {
  store::Connection& connection;
  const Registry& registry;
  vault::Writer& vault;
  Rights& rights;
  const Parameters& parameters;
  const Clock& clock;
};

// What the lanes of one writer share.
struct LaneShare {
  ZoneOffset zone;
  bool by_district = false;  // each batch is of districts that nobody else has
  std::shared_ptr<journal::CommitNumbers> numbers;
  const std::atomic<bool>& refuses_commands;
};

class Lane {
 public:
  Lane(WriterParts parts, LaneShare share);
  store::Connection& connection() { return parts_.connection; }

  struct Run {
    std::vector<SubmissionResult> results;  // in order
    Committed committed;                    // nothing is sealed when nothing was recorded
  };
  // One transaction, or the error that undid it. `held`: the districts of the batch.
  Result<Run> run(std::span<Submission> batch, std::span<const District> held);

 private:
  // Tells the journal which ids the batch will use, where it gathers.
  Status expect(std::span<const Submission> batch);
  // Brings what the commands will read, in few round trips where each read would be one.
  Status look_ahead(std::span<const Submission> batch, store::Rows& rows);
  Result<SubmissionResult> carry_out(const Submission& submission, store::Rows& rows);
  Status carry_out_act(const Submission& submission, store::Rows& rows);
  CommandContext context_of(const PreparedCommand& command, const access::Actor& actor,
                            store::Rows& rows);
  Result<Run> commit(store::Rows& rows, std::vector<SubmissionResult> results);
  Error undo(Error error);
  // What was destroyed leaves the write-ahead log too. A reader may keep it there: then the next
  // batch tries again.
  void empty_log();
  Outcome apply(const access::Actor& actor, const PreparedCommand& command, store::Rows& rows);
  Result<Outcome> decide(const CommandType& type, const access::Actor& actor,
                         const PreparedCommand& command, store::Rows& rows);
  Result<Outcome> record(const access::Actor& actor, const PreparedCommand& command,
                         Decision decision, CommandContext& context);
  Result<Outcome> hold(const access::Actor& actor, const PreparedCommand& command,
                       CommandContext& context);
  Outcome repeat_or(const PreparedCommand& command, Outcome otherwise);
  Outcome repeated(const PreparedCommand& command, const journal::Repeat& repeat);

  WriterParts parts_;
  LaneShare share_;
  store::RemoteConnection* remote_;  // the same connection, or nothing on SQLite
  crypto::Random random_;
  journal::Journal journal_;
  std::vector<RegionCode> touched_;
  std::optional<Error> batch_error_;
  bool has_destroyed_ = false;        // this batch
  bool log_holds_destroyed_ = false;  // and the log still has the pages of before
};

// What a command that was not carried out is answered.
Outcome refused(const PreparedCommand& command, Error error);
Error read_only();

// Runs the projections of one event.
void project(const EventType& type, const void* value, const Recorded& frame, store::Rows& rows);

}  // namespace wangdi::bus
