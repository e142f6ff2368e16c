// SPDX-License-Identifier: Apache-2.0
// Collecting commits and telling streams.
#include "app/hub.hpp"

#include <chrono>
#include <set>

#include "codec/json.hpp"

namespace wangdi::app {
namespace {

constexpr auto kPause = std::chrono::milliseconds(500);
constexpr std::size_t kRecentCommits = 4096;
constexpr std::size_t kRegionsTold = 200;  // more than that: "resync"

struct ChangedView {
  List<RegionCode, kRegionsTold> communities;
  std::int64_t at = 0;
};
WD_DESCRIBE(ChangedView, communities, at)

}  // namespace

Hub::Hub(const Clock& clock, std::int64_t commit_number)
    : clock_(clock), last_commit_(commit_number), thread_([this] { loop(); }) {}

Hub::~Hub() { stop(); }

void Hub::committed(const bus::Committed& committed) {
  const std::lock_guard lock(mutex_);
  last_commit_ = committed.commit_number;
  recent_.push_back(committed);
  if (recent_.size() > kRecentCommits) recent_.pop_front();
  if (listeners_.empty()) return;
  changed_ = true;
  wake_.notify_one();
}

void Hub::add(std::shared_ptr<http::Stream> stream, const access::Session& session,
              std::optional<std::int64_t> known_commit) {
  const std::lock_guard lock(mutex_);
  drop_closed();
  Listener listener{std::move(stream), session.actor, session.key,
                    known_commit.value_or(last_commit_)};
  listener.stream->send("hello", std::to_string(listener.told), "{}");
  if (listener.told != last_commit_) tell(listener);
  listeners_.push_back(std::move(listener));
}

void Hub::end(const access::SessionKey& session) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](Listener& listener) {
    if (listener.session != session) return false;
    listener.stream->close();
    return true;
  });
}

void Hub::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Hub::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return stopping_ || changed_; });
    changed_ = false;
    drop_closed();
    for (auto& listener : listeners_) tell(listener);
    wake_.wait_for(lock, kPause, [this] { return stopping_; });
  }
}

void Hub::drop_closed() {
  std::erase_if(listeners_, [](const Listener& listener) { return listener.stream->closed(); });
}

void Hub::tell(Listener& listener) {
  const auto id = std::to_string(last_commit_);
  const bool remembered = listener.told <= last_commit_ &&
                          (recent_.empty() ? listener.told == last_commit_
                                           : listener.told + 1 >= recent_.front().commit_number);
  std::set<RegionCode> communities;
  for (auto it = recent_.rbegin(); it != recent_.rend(); ++it) {
    if (it->commit_number <= listener.told) break;
    for (const auto& community : it->communities) {
      // A grid worker's region lies inside the community that changed.
      if (listener.actor.region.contains(community) || community.contains(listener.actor.region)) {
        communities.insert(community);
      }
    }
  }
  listener.told = last_commit_;
  if (!remembered || communities.size() > kRegionsTold) {
    listener.stream->send("resync", id, "{}");
    return;
  }
  if (communities.empty()) return;
  ChangedView view{{{communities.begin(), communities.end()}}, clock_.now()};
  listener.stream->send("changed", id, codec::encode(view));
}

}  // namespace wangdi::app
