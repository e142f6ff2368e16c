// SPDX-License-Identifier: Apache-2.0
// The one door to the database for whoever writes. A thread takes all waiting commands and jobs,
// runs them in one transaction (group commit), and answers after the commit; on a database server
// several do so beside each other, each with the batch of one district. Submitting never blocks; a
// full queue is told. The simulation runs the same turns without threads (process_waiting).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/bus/lane.hpp"
#include "common/bus/write_queue.hpp"

namespace wangdi::bus {

struct WriterOptions {
  std::size_t queue_max = limits::kCommandQueue;  // commands and jobs waiting
  std::size_t batch_max = limits::kWriterBatch;   // commands in one transaction
  std::size_t batch_least = 1;  // of several writers: a smaller one takes further districts
  ZoneOffset zone;
};

// Numbers for /metrics.
struct WriterCounters {
  std::atomic<std::uint64_t> batches{0}, commands{0}, applied{0}, duplicates{0}, conflicts{0},
      held{0}, refused{0}, failed_batches{0};
};

class Writer final : public CommandSender {
 public:
  Writer(WriterParts parts, WriterOptions options);
  // One thread for each connection; several only of a database server.
  Writer(std::vector<WriterParts> lanes, WriterOptions options);
  ~Writer() override;

  // Called on a writer thread after each commit, one at a time, before its answers and before
  // anything else is written in its districts; set before start().
  // `db` is the writing connection.
  using Follower = std::function<void(const Committed&, store::Connection& db)>;
  void on_commit(Follower follower);
  // Called on a writer thread before the first and after the last answer of a batch, so that who
  // delivers them wakes a thread once for all; answers too come one batch at a time, and before
  // anything else is written in its districts. Set before start().
  void around_answers(std::function<void()> before, std::function<void()> after);
  void start();
  // Finishes what is queued, then ends the threads. Later submissions are refused.
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

  using Job = bus::Job;
  using Districts = std::vector<District>;
  // The status is given after the commit. `districts`: those it writes in; the nation's if not
  // told.
  Status submit_job(Job job, std::function<void(Status)> done, Districts districts = {District{}});
  // Waits; never on the network thread.
  Status run_job(Job job, Districts districts = {District{}});
  // An act of the server itself in a district, with its events; waits until it is on disk. The same
  // errors, read_only under an alarm, and those of the act.
  Status run_act(Act act, District district);

  std::size_t waiting() const { return queue_.waiting(); }
  const WriterCounters& counters() const { return counters_; }

 private:
  std::vector<Submission> by_district(const access::Actor& actor,
                                      std::vector<PreparedCommand> commands, Done done) const;
  std::vector<District> districts_of(const PreparedCommand& command) const;
  void loop(std::size_t lane);
  void process(Lane& lane, Batch& batch);
  Result<std::vector<SubmissionResult>> run(Lane& lane, std::span<Submission> submissions,
                                            std::span<const District> held);
  void tell(Committed committed, store::Connection& db);
  void answer(Batch& batch, std::vector<SubmissionResult> results);
  void count(const Outcome& outcome);

  const Registry& registry_;
  std::atomic<bool> refuses_commands_{false};
  std::shared_ptr<journal::CommitNumbers> numbers_ = std::make_shared<journal::CommitNumbers>();
  std::vector<std::unique_ptr<Lane>> lanes_;
  WriteQueue queue_;
  std::vector<Follower> followers_;
  std::function<void()> before_answers_ = [] {};
  std::function<void()> after_answers_ = [] {};
  std::mutex telling_;  // one at a time: followers and who is answered
  std::optional<std::int64_t> told_;
  WriterCounters counters_;
  std::vector<std::thread> threads_;
};

}  // namespace wangdi::bus
