// SPDX-License-Identifier: Apache-2.0
// Signals by signalfd and a thread: no handler runs on a borrowed stack and nothing is global.
#include "app/process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "common/crypto/crypto.hpp"

namespace wangdi::app {
namespace {

constexpr int kKilledByUser = 130;  // what shells report for Ctrl-C

Error system_error(std::string_view what) {
  return Error(ErrorCode::internal).because(std::string(what) + ": " + std::strerror(errno));
}

class SignalThread final : public Signals {
 public:
  SignalThread(SignalHandlers handlers, sigset_t before, int signals, int end)
      : handlers_(std::move(handlers)), before_(before), signals_(signals), end_(end) {
    thread_ = std::thread([this] { watch(); });
  }
  ~SignalThread() override {
    const std::uint64_t one = 1;
    WD_ASSERT(::write(end_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(signals_);
    ::close(end_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  void watch() {
    std::array<pollfd, 2> watched{pollfd{signals_, POLLIN, 0}, pollfd{end_, POLLIN, 0}};
    for (;;) {
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
      if (watched[1].revents != 0) return;
      signalfd_siginfo signal{};
      if (watched[0].revents == 0 || ::read(signals_, &signal, sizeof signal) != sizeof signal) {
        continue;
      }
      if (signal.ssi_signo == SIGHUP) {
        handlers_.reload();
      } else if (stopping_) {
        ::_exit(kKilledByUser);  // what was answered is on disk already
      } else {
        stopping_ = true;
        handlers_.stop();
      }
    }
  }

  SignalHandlers handlers_;
  sigset_t before_;
  int signals_, end_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

Status harden_this_process() {
  ::umask(0077);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  if (::sigaction(SIGPIPE, &ignore, nullptr) != 0) return system_error("sigaction");
  return crypto::harden_process();
}

Result<std::unique_ptr<Signals>> Signals::take(SignalHandlers handlers) {
  sigset_t taken, before;
  ::sigemptyset(&taken);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&taken, number);
  if (::pthread_sigmask(SIG_BLOCK, &taken, &before) != 0) return system_error("sigmask");
  const int signals = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  const int end = ::eventfd(0, EFD_CLOEXEC);
  if (signals < 0 || end < 0) return system_error("signalfd");
  return std::unique_ptr<Signals>(
      std::make_unique<SignalThread>(std::move(handlers), before, signals, end));
}

}  // namespace wangdi::app
