// SPDX-License-Identifier: Apache-2.0
// Worker threads of queries.
#include "common/bus/query_runner.hpp"

#include "vault/reader.hpp"
#include "vault/writer.hpp"

namespace wangdi::bus {
namespace {

Error busy() { return Error(ErrorCode::reading_busy).with("seconds", "2"); }

}  // namespace

QueryRunner::QueryRunner(std::vector<ReaderParts> readers, Writer& writer,
                         const Parameters& parameters, const Clock& clock,
                         QueryRunnerOptions options)
    : readers_(std::move(readers)),
      writer_(writer),
      parameters_(parameters),
      clock_(clock),
      options_(options) {
  for (auto& reader : readers_) threads_.emplace_back([this, &reader] { loop(reader); });
}

QueryRunner::~QueryRunner() { stop(); }

void QueryRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

Status QueryRunner::submit(QueryRequest request, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error(ErrorCode::shutting_down);
    if (queue_.size() >= options_.queue_max) return busy();
    queue_.push_back({std::move(request), std::move(done), clock_.monotonic_ms()});
  }
  wake_.notify_one();
  return ok();
}

void QueryRunner::loop(ReaderParts& reader) {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    next.done(answer(next, reader));
  }
}

Result<Answer> QueryRunner::answer(const Waiting& waiting, ReaderParts& reader) {
  const auto begun_ms = clock_.monotonic_ms();
  if (begun_ms - waiting.since_ms > options_.wait_ms_max) return busy().because("waited too long");
  auto answer = run(waiting.request, reader);
  // The engine ends a statement whose time is up with an error like any other: the disk is well.
  const bool failed = !answer && answer.error().code() == ErrorCode::storage_failed;
  if (failed && clock_.monotonic_ms() - begun_ms >= limits::kQueryMs) {
    return busy().because(std::string(answer.error().cause()));
  }
  return answer;
}

Result<Answer> QueryRunner::run(const QueryRequest& request, ReaderParts& reader) {
  const auto now = clock_.now();
  QueryContext context{*reader.connection,
                       *reader.vault,
                       parameters_,
                       request.actor,
                       writer_,
                       now,
                       CivilDate::of(now, options_.zone),
                       options_.zone,
                       request.language};
  const QueryInput input{request.query, request.body, request.content_type};
  // A snapshot of its own for each phase: the note is committed between them.
  const auto in_snapshot = [&](auto work) -> decltype(work()) {
    reader.connection->limit_time(limits::kQueryMs);
    WD_TRY([[maybe_unused]] auto begun, reader.connection->begin());
    auto result = work();
    reader.connection->rollback();
    reader.connection->limit_time(0);
    return result;
  };
  if (request.type->logged) {
    WD_TRY(auto note, in_snapshot([&] { return request.type->note(input, context); }));
    const auto log = [&](store::Rows&, vault::Writer& vault) { return vault.log(note, now); };
    WD_TRY([[maybe_unused]] auto written, writer_.run_job(log, {note.district}));
  }
  return in_snapshot([&] { return request.type->run(input, context); });
}

}  // namespace wangdi::bus
