// SPDX-License-Identifier: Apache-2.0
// Imports that run beside the server's other work: one thread, one import after the other, at most
// one waiting or running in a community. A file is held in memory until its import ends, and only
// counts are kept of a finished one.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "common/bus/query_runner.hpp"
#include "modules/residents/roster.hpp"

namespace wangdi::residents {

// Files of 20 MB at most wait in memory.
inline constexpr std::size_t kImportsWaiting = 4;
inline constexpr std::size_t kImportsRemembered = 100;

class ImportJobs {
 public:
  // What a file is imported with, all of it outliving the jobs; the reader is the thread's own.
  struct Parts {
    bus::ReaderParts reader;
    bus::CommandSender& commands;
    const Clock& clock;
    ZoneOffset zone;
  };
  struct Submission {
    access::Actor actor;
    RegionCode community;
    std::string bytes;
    std::string file_name;
    crypto::Digest digest{};
    Language language = Language::kChinese;
  };
  struct Known {
    RegionCode community;
    ImportState state;
  };

  ImportJobs() = default;
  ~ImportJobs() { stop(); }
  ImportJobs(const ImportJobs&) = delete;
  ImportJobs& operator=(const ImportJobs&) = delete;

  void start(Parts parts);
  // The running import ends after its chunk of commands; waiting ones do not begin. All may be
  // applied again later. Before the writer stops.
  void stop();

  // The number of the job. Errors: import_changed, import_running, queue_full, shutting_down.
  Result<Uuid> submit(Submission submission, UnixMs now);
  std::optional<Known> find(const Uuid& job) const;

 private:
  struct Job {
    Uuid id;
    Submission submission;  // its bytes are dropped at the end
    ImportState state;
  };

  void loop(Parts& parts);
  ImportState run(Parts& parts, const Job& job);
  void set_state(const Uuid& id, const ImportState& state);
  bool wait_for_room();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;  // finished, running, waiting, in this order
  crypto::Random random_;
  bool running_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace wangdi::residents
