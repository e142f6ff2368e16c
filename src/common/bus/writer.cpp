// SPDX-License-Identifier: Apache-2.0
// The writer's threads: group commit, telling and answering.
#include "common/bus/writer.hpp"

#include <algorithm>
#include <future>
#include <map>

#include "access/system_actor.hpp"

namespace wangdi::bus {
namespace {

WriteQueueOptions queue_options(std::span<const WriterParts> lanes, const WriterOptions& options) {
  const auto* remote = dynamic_cast<store::RemoteConnection*>(&lanes.front().connection);
  // Two districts are two machines of a cluster, and a commit in two phases.
  const bool is_one_district = remote != nullptr && remote->is_cluster();
  return {options.queue_max, options.batch_max, lanes.size(), remote != nullptr,
          is_one_district ? 1 : options.batch_least};
}

// The outcomes of one sender whose commands went different ways.
struct Gathered {
  std::mutex mutex;
  std::vector<Outcome> outcomes;
  std::size_t missing = 0;  // parts
  Writer::Done done;
};

SubmissionResult failed(const Submission& submission, const Error& error) {
  SubmissionResult result;
  for (const auto& command : submission.commands) {
    result.outcomes.push_back(refused(command, error));
  }
  result.job_status = error;
  return result;
}

}  // namespace

Writer::Writer(WriterParts parts, WriterOptions options)
    : Writer(std::vector<WriterParts>{parts}, options) {}

Writer::Writer(std::vector<WriterParts> lanes, WriterOptions options)
    : registry_(lanes.front().registry), queue_(queue_options(lanes, options)) {
  WD_ASSERT(lanes.size() == 1 || queue_.is_by_district());
  for (const auto& parts : lanes) {
    lanes_.push_back(std::make_unique<Lane>(
        parts, LaneShare{options.zone, queue_.is_by_district(), numbers_, refuses_commands_}));
  }
}

Writer::~Writer() { stop(); }

void Writer::on_commit(Follower follower) { followers_.push_back(std::move(follower)); }

void Writer::around_answers(std::function<void()> before, std::function<void()> after) {
  before_answers_ = std::move(before);
  after_answers_ = std::move(after);
}

void Writer::start() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    threads_.emplace_back([this, i] { loop(i); });
  }
}

void Writer::stop() {
  queue_.stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

// Whoever changes accounts writes names for log-in and sessions, which are the nation's.
std::vector<District> Writer::districts_of(const PreparedCommand& command) const {
  const auto* type = registry_.find_command(command.type);
  const auto district = command.region.district();
  if (type == nullptr || !type->writes_nation || district == District{}) return {district};
  return {std::min(district, District{}), std::max(district, District{})};
}

std::vector<Submission> Writer::by_district(const access::Actor& actor,
                                            std::vector<PreparedCommand> commands,
                                            Done done) const {
  std::map<District, Submission> parts;
  std::map<District, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto district = commands[i].region.district();
    auto& part = parts[district];
    const auto needed = districts_of(commands[i]);
    if (needed.size() > part.districts.size()) part.districts = needed;
    part.commands.push_back(std::move(commands[i]));
    places[district].push_back(i);
  }
  if (parts.empty()) parts[District{}].districts = {District{}};
  auto gathered = std::make_shared<Gathered>();
  gathered->outcomes.resize(commands.size());
  gathered->missing = parts.size();
  gathered->done = std::move(done);
  std::vector<Submission> submissions;
  for (auto& [district, part] : parts) {
    part.actor = actor;
    part.done = parts.size() == 1
                    ? std::move(gathered->done)
                    : [gathered, at = std::move(places[district])](std::vector<Outcome> outcomes) {
                        const std::lock_guard lock(gathered->mutex);
                        for (std::size_t i = 0; i < at.size(); ++i) {
                          gathered->outcomes[at[i]] = std::move(outcomes[i]);
                        }
                        if (--gathered->missing == 0) gathered->done(std::move(gathered->outcomes));
                      };
    submissions.push_back(std::move(part));
  }
  return submissions;
}

Status Writer::submit(const access::Actor& actor, std::vector<PreparedCommand> commands,
                      Done done) {
  if (refuses_commands_) return read_only();
  if (queue_.is_by_district())
    return queue_.put(by_district(actor, std::move(commands), std::move(done)));
  std::vector<Submission> one;
  one.push_back({actor, std::move(commands), std::move(done), nullptr, nullptr, {}, nullptr});
  return queue_.put(std::move(one));
}

Status Writer::submit_job(Job job, std::function<void(Status)> done, Districts districts) {
  std::ranges::sort(districts);
  std::vector<Submission> one;
  one.push_back({{}, {}, nullptr, std::move(job), std::move(done), std::move(districts), nullptr});
  return queue_.put(std::move(one));
}

Result<std::vector<Outcome>> Writer::send(const access::Actor& actor,
                                          std::vector<PreparedCommand> commands) {
  std::promise<std::vector<Outcome>> promise;
  auto future = promise.get_future();
  WD_TRY([[maybe_unused]] auto queued,
         submit(actor, std::move(commands), [&promise](std::vector<Outcome> outcomes) {
           promise.set_value(std::move(outcomes));
         }));
  return future.get();
}

Status Writer::run_job(Job job, Districts districts) {
  std::promise<Status> promise;
  auto future = promise.get_future();
  const auto done = [&promise](Status status) { promise.set_value(std::move(status)); };
  WD_TRY([[maybe_unused]] auto queued, submit_job(std::move(job), done, std::move(districts)));
  return future.get();
}

Status Writer::run_act(Act act, District district) {
  if (refuses_commands_) return read_only();
  std::promise<Status> promise;
  auto future = promise.get_future();
  std::vector<Submission> one;
  one.push_back({access::system_actor(),
                 {},
                 nullptr,
                 nullptr,
                 [&promise](Status status) { promise.set_value(std::move(status)); },
                 {district},
                 std::move(act)});
  WD_TRY([[maybe_unused]] auto queued, queue_.put(std::move(one)));
  return future.get();
}

void Writer::loop(std::size_t lane) {
  for (;;) {
    auto batch = queue_.wait_and_take(lane);
    if (batch.submissions.empty()) return;
    process(*lanes_[lane], batch);
  }
}

bool Writer::process_waiting() {
  WD_ASSERT(threads_.empty());
  auto batch = queue_.take();
  if (batch.submissions.empty()) return false;
  process(*lanes_.front(), batch);
  return true;
}

void Writer::process(Lane& lane, Batch& batch) {
  auto& submissions = batch.submissions;
  auto results = run(lane, submissions, batch.held);
  std::vector<SubmissionResult> all;
  if (results) {
    all = std::move(*results);
  } else if (submissions.size() == 1) {
    all.push_back(failed(submissions.front(), results.error()));
  } else {
    // One submission may be what breaks the batch: alone, the others go through.
    for (auto& submission : submissions) {
      auto alone = run(lane, {&submission, 1}, batch.held);
      all.push_back(alone ? std::move(alone->front()) : failed(submission, alone.error()));
    }
  }
  // Who is answered may keep what was written, as a log-in its session: before anybody changes it.
  answer(batch, std::move(all));
  queue_.give_back(batch);
}

Result<std::vector<SubmissionResult>> Writer::run(Lane& lane, std::span<Submission> submissions,
                                                  std::span<const District> held) {
  ++counters_.batches;
  auto run = lane.run(submissions, held);
  if (!run) {
    ++counters_.failed_batches;
    return std::move(run).error();
  }
  if (!run->committed.sealed.empty()) tell(std::move(run->committed), lane.connection());
  return std::move(run->results);
}

void Writer::tell(Committed committed, store::Connection& db) {
  const std::lock_guard lock(telling_);
  if (!told_) told_ = numbers_->before_first();
  committed.commit_number = ++*told_;
  for (const auto& follower : followers_) follower(committed, db);
}

void Writer::answer(Batch& batch, std::vector<SubmissionResult> results) {
  const std::lock_guard lock(telling_);
  before_answers_();
  for (std::size_t i = 0; i < batch.submissions.size(); ++i) {
    auto& submission = batch.submissions[i];
    for (const auto& outcome : results[i].outcomes) count(outcome);
    if (submission.done) submission.done(std::move(results[i].outcomes));
    if (submission.job_done) submission.job_done(std::move(results[i].job_status));
  }
  after_answers_();
}

void Writer::count(const Outcome& outcome) {
  ++counters_.commands;
  switch (outcome.status) {
    case CommandStatus::applied:
      ++counters_.applied;
      break;
    case CommandStatus::duplicate:
      ++counters_.duplicates;
      break;
    case CommandStatus::conflict:
      ++counters_.conflicts;
      break;
    case CommandStatus::held:
      ++counters_.held;
      break;
    case CommandStatus::refused:
      ++counters_.refused;
      break;
  }
}

}  // namespace wangdi::bus
