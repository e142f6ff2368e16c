// SPDX-License-Identifier: Apache-2.0
// The HTTP room alone: a POST of 211 bytes, measured with wrk at 32 and 64 connections. The answer
// is given by the handler itself, or by another thread, as the writer does it. Prints requests a
// second, latency and CPU microseconds a request of this process; wrk shares the cores but is not
// counted. Usage: bench_http [seconds a round] [rounds]
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/http.hpp"

extern char** environ;

namespace {

using namespace wangdi;
using http::Method;
using http::Request;
using http::ResponderPtr;
using http::Response;

constexpr std::size_t kBodyBytes = 211;
constexpr std::size_t kSlowConnections = 400;
constexpr std::string_view kAnswer = R"({"results":[{"id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
                                     R"("status":"applied"}],"at":1582000000})";

class MachineClock final : public Clock {
 public:
  UnixMs now() const override { return since<std::chrono::system_clock>(); }
  std::int64_t monotonic_ms() const override { return since<std::chrono::steady_clock>(); }

 private:
  template <class Source>
  static std::int64_t since() {
    const auto passed = Source::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
  }
};

// Answers in batches from its own thread, as the journal's writer does after a commit.
class Writer {
 public:
  Writer() : thread_([this] { run(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    filled_.notify_one();
    thread_.join();
  }
  void add(ResponderPtr responder) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(responder));
    filled_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      filled_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      std::vector<ResponderPtr> batch;
      batch.swap(waiting_);
      lock.unlock();
      for (auto& responder : batch) responder->send(Response::json(200, std::string(kAnswer)));
      batch.clear();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<ResponderPtr> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

// What wrk prints; empty when it cannot be started.
std::string run_wrk(int connections, int seconds, const std::string& url) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::vector<std::string> words = {
      "wrk",       "-t1", "-c" + std::to_string(connections),  "-d" + std::to_string(seconds) + "s",
      "--latency", "-s",  WANGDI_SOURCE_DIR "/bench/post.lua", url};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "wrk", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  std::array<char, 4096> bytes{};
  for (ssize_t got = 0; (got = read(ends[0], bytes.data(), bytes.size())) > 0;) {
    output.append(bytes.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  if (failed != 0) return {};
  waitpid(child, nullptr, 0);
  return output;
}

// The word behind a label of wrk's report.
std::string figure(const std::string& report, std::string_view label) {
  const auto at = report.find(label);
  if (at == std::string::npos) return "-";
  const auto start = report.find_first_not_of(" \t", at + label.size());
  return report.substr(start, report.find_first_of(" \t\n", start) - start);
}

struct Bench {
  Bench() {
    http::Options options;
    options.port = 0;
    options.requests_per_second_per_client = 0;  // the limits are configuration: here they are off
    options.connections_per_client_max = options.connections_max;
    server = http::make_server(options, clock);
    server->route({Method::post, "/api/direct", [](Request request, ResponderPtr responder) {
                     if (request.body.size() != kBodyBytes) return;
                     responder->send(Response::json(200, std::string(kAnswer)));
                   }});
    server->route({Method::post, "/api/writer", [this](Request request, ResponderPtr responder) {
                     if (request.body.size() == kBodyBytes) writer.add(std::move(responder));
                   }});
  }
  void round(std::string_view mode, int connections, int seconds) {
    const auto before = server->counters();
    const double cpu = cpu_seconds();
    const auto url =
        "http://127.0.0.1:" + std::to_string(server->port()) + "/api/" + std::string(mode);
    const auto report = run_wrk(connections, seconds, url);
    const auto after = server->counters();
    const auto answered = after.answers_2xx - before.answers_2xx;
    const double microseconds = (cpu_seconds() - cpu) * 1e6;
    std::printf("%-8s c%-4d %10s req/s   p50 %9s   p99 %9s   %6.1f CPU us/req   errors %llu\n",
                std::string(mode).c_str(), connections, figure(report, "Requests/sec:").c_str(),
                figure(report, " 50%").c_str(), figure(report, " 99%").c_str(),
                microseconds / static_cast<double>(answered == 0 ? 1 : answered),
                static_cast<unsigned long long>(after.answers_5xx - before.answers_5xx));
    std::fflush(stdout);
  }

  MachineClock clock;
  Writer writer;
  std::unique_ptr<http::Server> server;
};

// Connections of somebody slow: each has sent a part of a head and says no more. Few, because both
// ends count against the open files of this process.
class SlowClients {
 public:
  explicit SlowClients(const http::Server& server) {
    const long before = resident_kilobytes();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto requests = server.counters().requests;
    constexpr std::string_view kPart = "POST /api/direct HTTP/1.1\r\nHost: a\r\n";
    while (sockets_.size() < kSlowConnections) {
      const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
      if (descriptor < 0) break;
      sockets_.push_back(descriptor);
      if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) break;
      if (write(descriptor, kPart.data(), kPart.size()) < 0) break;
    }
    while (server.counters().requests < requests + sockets_.size()) std::this_thread::yield();
    const auto grown = static_cast<double>(resident_kilobytes() - before);
    std::printf("%zu half requests wait, %.1f KB each\n", sockets_.size(),
                grown / static_cast<double>(sockets_.size()));
  }
  ~SlowClients() {
    for (const int descriptor : sockets_) close(descriptor);
  }
  SlowClients(const SlowClients&) = delete;
  SlowClients& operator=(const SlowClients&) = delete;

 private:
  std::vector<int> sockets_;
};

int number(int argc, char** argv, int place, int otherwise) {
  if (argc <= place) return otherwise;
  int value = otherwise;
  std::from_chars(argv[place], argv[place] + std::strlen(argv[place]), value);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = number(argc, argv, 1, 5);
  const int rounds = number(argc, argv, 2, 3);
  Bench bench;
  if (!bench.server->listen()) return 1;
  std::thread network([&] { bench.server->run(); });
  for (int round = 0; round < rounds; ++round) {
    for (const int connections : {32, 64}) {
      bench.round("direct", connections, seconds);
      bench.round("writer", connections, seconds);
    }
  }
  {
    const SlowClients slow(*bench.server);
    bench.round("writer", 32, std::min(seconds, 8));  // within the deadline of a head
  }
  bench.server->stop();
  network.join();
  return 0;
}
