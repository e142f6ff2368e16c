// SPDX-License-Identifier: Apache-2.0
// Runs queries on worker threads, each with its own read-only connection. A logged query is written
// to the access log, and that write is on disk, before the query runs. Under more than can be read
// the answer is reading_busy: at once when too many wait, and to who has waited for too long, since
// a page that nobody looks at any more only makes the next one late.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "common/bus/registry.hpp"
#include "common/bus/writer.hpp"

namespace wangdi::bus {

struct QueryRequest {
  const QueryType* type = nullptr;
  access::Actor actor;
  std::string query;
  std::string body;
  std::string content_type;
  std::string language;
};

// What a worker thread owns.
struct ReaderParts {
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<vault::Reader> vault;
};

struct QueryRunnerOptions {
  std::size_t threads = 2;
  std::size_t queue_max = 512;
  std::int64_t wait_ms_max = 5'000;  // in the queue
  ZoneOffset zone;
};

class QueryRunner {
 public:
  QueryRunner(std::vector<ReaderParts> readers, Writer& writer, const Parameters& parameters,
              const Clock& clock, QueryRunnerOptions options);
  ~QueryRunner();

  using Done = std::function<void(Result<Answer>)>;
  // reading_busy when too many wait; then `done` is never called. `done` runs on a worker thread,
  // with the query's own errors, or reading_busy when it waited or ran for too long.
  Status submit(QueryRequest request, Done done);
  void stop();

 private:
  struct Waiting {
    QueryRequest request;
    Done done;
    std::int64_t since_ms = 0;
  };

  void loop(ReaderParts& reader);
  Result<Answer> answer(const Waiting& waiting, ReaderParts& reader);
  Result<Answer> run(const QueryRequest& request, ReaderParts& reader);

  std::vector<ReaderParts> readers_;
  Writer& writer_;
  const Parameters& parameters_;
  const Clock& clock_;
  QueryRunnerOptions options_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wangdi::bus
