// SPDX-License-Identifier: Apache-2.0
// The thread of imports.
#include "modules/residents/import_jobs.hpp"

#include <algorithm>
#include <chrono>

namespace wangdi::residents {
namespace {

// How long a full queue of commands is waited for before it is tried again.
constexpr std::chrono::milliseconds kRoomWait{50};

ImportState failed(const Error& error, Language language, ImportState state) {
  const auto& entry = error_entry(error.code());
  state.state = ImportPhase::failed;
  state.why = fill_text(entry.title[static_cast<std::size_t>(language)], error.details());
  state.advice = fill_text(entry.advice[static_cast<std::size_t>(language)], error.details());
  return state;
}

}  // namespace

void ImportJobs::start(Parts parts) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  thread_ = std::thread([this, parts = std::move(parts)]() mutable { loop(parts); });
}

void ImportJobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<Uuid> ImportJobs::submit(Submission submission, UnixMs now) {
  if (roster_digest(submission.bytes) != submission.digest) {
    return Error(ErrorCode::import_changed);
  }
  const std::lock_guard lock(mutex_);
  if (!running_ || stopping_) return Error(ErrorCode::shutting_down);
  const auto open = [](const Job& job) { return job.state.state == ImportPhase::running; };
  if (std::ranges::any_of(jobs_, [&](const Job& job) {
        return open(job) && job.submission.community == submission.community;
      })) {
    return Error(ErrorCode::import_running);
  }
  if (static_cast<std::size_t>(std::ranges::count_if(jobs_, open)) > kImportsWaiting) {
    return Error(ErrorCode::queue_full).with("seconds", "30");
  }
  const auto id = make_uuid_v7(now, random_.take<10>());
  jobs_.push_back({id, std::move(submission), {}});
  if (jobs_.size() > kImportsRemembered && !open(jobs_.front())) jobs_.pop_front();
  wake_.notify_one();
  return id;
}

std::optional<ImportJobs::Known> ImportJobs::find(const Uuid& id) const {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, id, &Job::id);
  if (job == jobs_.end()) return std::nullopt;
  return Known{job->submission.community, job->state};
}

void ImportJobs::set_state(const Uuid& id, const ImportState& state) {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, id, &Job::id);
  if (job == jobs_.end()) return;
  job->state = state;
  if (state.state != ImportPhase::running) std::string().swap(job->submission.bytes);
}

bool ImportJobs::wait_for_room() {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, kRoomWait, [this] { return stopping_; });
}

void ImportJobs::loop(Parts& parts) {
  for (;;) {
    std::unique_lock lock(mutex_);
    const auto waiting = [this] {
      return std::ranges::find(jobs_, ImportPhase::running,
                               [](const Job& job) { return job.state.state; });
    };
    wake_.wait(lock, [&] { return stopping_ || waiting() != jobs_.end(); });
    if (stopping_) return;
    // Elements of a deque stay where they are while others come and go at its ends.
    const Job& next = *waiting();
    lock.unlock();
    set_state(next.id, run(parts, next));
  }
}

ImportState ImportJobs::run(Parts& parts, const Job& job) {
  const auto& submission = job.submission;
  const RosterRequest request{submission.actor, submission.community, submission.bytes,
                              submission.file_name, submission.language};
  const RosterSources sources{*parts.reader.connection, *parts.reader.vault,
                              CivilDate::of(parts.clock.now(), parts.zone)};
  ImportState last;
  const RosterApplying applying{parts.commands, parts.clock, submission.digest,
                                [&](const ImportState& state) {
                                  last = state;
                                  set_state(job.id, state);
                                  const std::lock_guard lock(mutex_);
                                  return !stopping_;
                                },
                                [this] { return wait_for_room(); }};
  auto applied = apply_roster(request, sources, applying);
  if (!applied) return failed(applied.error(), submission.language, last);
  return *applied;
}

}  // namespace wangdi::residents
