// SPDX-License-Identifier: Apache-2.0
// The one writer: a thread that takes all waiting commands and jobs, runs them in one transaction
// (group commit), and answers after the commit. Submitting never blocks; a full queue is told. The
// simulation runs the same turns without the thread (process_waiting).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "common/bus/context.hpp"
#include "common/bus/registry.hpp"
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
  std::int64_t commit_number = 0;
  std::vector<journal::Sealed> sealed;
  std::vector<RegionCode> communities;  // touched, for the live boards
};

struct WriterOptions {
  std::size_t queue_max = limits::kCommandQueue;  // commands and jobs waiting
  std::size_t batch_max = limits::kWriterBatch;   // commands in one transaction
  ZoneOffset zone;
};

struct WriterParts {
  store::Connection& connection;
  const Registry& registry;
  vault::Writer& vault;
  Rights& rights;
  const Parameters& parameters;
  const Clock& clock;
};

// Numbers for /metrics.
struct WriterCounters {
  std::atomic<std::uint64_t> batches{0}, commands{0}, applied{0}, duplicates{0}, conflicts{0},
      held{0}, refused{0}, failed_batches{0};
};

class Writer final : public CommandSender {
 public:
  Writer(WriterParts parts, WriterOptions options);
  ~Writer() override;

  // Called on the writer thread after each commit; set before start().
  void on_commit(std::function<void(const Committed&)> follower);
  // Called on the writer thread before the first and after the last answer of a batch, so that who
  // delivers them wakes a thread once for all; set before start().
  void around_answers(std::function<void()> before, std::function<void()> after);
  void start();
  // Finishes what is queued, then ends the thread. Later submissions are refused.
  void stop();
  // One turn on the caller's thread instead of start(): takes what waits, as much as a batch holds,
  // and answers it. False when nothing waited.
  bool process_waiting();

  // From now on commands are answered read_only; jobs (sessions, access log) go on. Any thread.
  void refuse_commands() { refuses_commands_ = true; }

  using Done = std::function<void(std::vector<Outcome>)>;
  // queue_full, shutting_down or read_only when it cannot take them all; then `done` is never
  // called.
  Status submit(const access::Actor& actor, std::vector<PreparedCommand> commands, Done done);
  Result<std::vector<Outcome>> send(const access::Actor& actor,
                                    std::vector<PreparedCommand> commands) override;

  // A write that is no command (access log, sessions), in the batch's transaction. The status is
  // given after the commit.
  using Job = std::function<Status(store::Rows&, vault::Writer&)>;
  Status submit_job(Job job, std::function<void(Status)> done);
  Status run_job(Job job);  // waits; never on the network thread

  std::size_t waiting() const;
  const WriterCounters& counters() const { return counters_; }

 private:
  struct Submission {
    access::Actor actor;
    std::vector<PreparedCommand> commands;
    Done done;
    Job job;
    std::function<void(Status)> job_done;
    std::size_t weight() const { return job ? 1 : commands.size(); }
  };
  struct SubmissionResult {
    std::vector<Outcome> outcomes;
    Status job_status = ok();
  };

  Status enqueue(Submission submission);
  void loop();
  std::vector<Submission> wait_and_take();
  std::vector<Submission> take();  // with the mutex held
  void process(std::vector<Submission>& batch);
  // Tells the journal which ids the batch will use, where it gathers.
  Status expect(std::span<const Submission> batch);
  // Brings what the commands will read, in few round trips where each read would be one.
  Status look_ahead(std::span<const Submission> batch, store::Rows& rows);
  // One transaction over [first, last); its results in order, or the error that undid it.
  Result<std::vector<SubmissionResult>> transact(std::span<Submission> batch);
  Outcome apply(const access::Actor& actor, const PreparedCommand& command, store::Rows& rows);
  Result<Outcome> decide(const CommandType& type, const access::Actor& actor,
                         const PreparedCommand& command, store::Rows& rows);
  Result<Outcome> record(const access::Actor& actor, const PreparedCommand& command,
                         Decision decision, CommandContext& context);
  Result<Outcome> hold(const access::Actor& actor, const PreparedCommand& command,
                       CommandContext& context);
  Outcome repeat_or(const PreparedCommand& command, Outcome otherwise);
  Outcome repeated(const PreparedCommand& command, const journal::Repeat& repeat);
  void count(const Outcome& outcome);

  WriterParts parts_;
  store::RemoteConnection* remote_;  // the same connection, or nothing on SQLite
  WriterOptions options_;
  crypto::Random random_;
  journal::Journal journal_;
  std::vector<std::function<void(const Committed&)>> followers_;
  std::function<void()> before_answers_ = [] {};
  std::function<void()> after_answers_ = [] {};
  std::vector<RegionCode> touched_;
  std::optional<Error> batch_error_;
  WriterCounters counters_;
  std::atomic<bool> refuses_commands_{false};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Submission> queue_;
  std::size_t queued_weight_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// Runs the projections of one event.
void project(const EventType& type, const void* value, const Recorded& frame, store::Rows& rows);

}  // namespace wangdi::bus
