// SPDX-License-Identifier: Apache-2.0
// Live boards: tells each open stream which of its communities changed, at most twice a second. The
// id of an event is the commit number, so that a stream that was cut resumes where it was.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "access/gatekeeper.hpp"
#include "base/clock.hpp"
#include "common/bus/writer.hpp"
#include "http/http.hpp"

namespace wangdi::app {

class Hub {
 public:
  // `commit_number` is the last one before the start.
  Hub(const Clock& clock, std::int64_t commit_number);
  ~Hub();

  // From the writer thread, after a commit.
  void committed(const bus::Committed& committed);
  // `known_commit` is the Last-Event-ID, or nothing for a new stream. A stream that knows less
  // than the hub remembers is told to read everything again ("resync").
  void add(std::shared_ptr<http::Stream> stream, const access::Session& session,
           std::optional<std::int64_t> known_commit);
  // Ends the streams of a session that ended.
  void end(const access::SessionKey& session);
  void stop();

 private:
  struct Listener {
    std::shared_ptr<http::Stream> stream;
    access::Actor actor;
    access::SessionKey session;
    std::int64_t told = 0;  // last commit number told
  };

  void loop();
  // Lets go of streams that ended, also where nothing is committed; called with the lock held.
  void drop_closed();
  // Sends what the listener does not know yet; called with the lock held.
  void tell(Listener& listener);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<bus::Committed> recent_;  // oldest first
  std::int64_t last_commit_;
  std::vector<Listener> listeners_;
  bool changed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wangdi::app
