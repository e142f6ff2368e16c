// SPDX-License-Identifier: Apache-2.0
// Signals end the server gently, twice at once; a process that holds secrets cannot be dumped.
#include "app/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>

namespace wangdi::app {
namespace {

// Exit status of a child that runs `work`, which returns its status.
template <class Work>
int in_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Process, given_stop_and_reload_signals_then_each_is_called) {
  for (const int number : {SIGINT, SIGTERM}) {
    std::promise<void> reloaded, stopped;
    auto signals = Signals::take(
        {.stop = [&] { stopped.set_value(); }, .reload = [&] { reloaded.set_value(); }});
    ASSERT_TRUE(signals);
    ::kill(::getpid(), SIGHUP);
    reloaded.get_future().get();
    ::kill(::getpid(), number);
    stopped.get_future().get();
  }
}

TEST(Process, given_no_signal_then_ending_does_not_wait) {
  auto signals = Signals::take({.stop = [] { FAIL(); }, .reload = [] { FAIL(); }});
  ASSERT_TRUE(signals);
  signals->reset();
  sigset_t blocked;
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
  EXPECT_FALSE(::sigismember(&blocked, SIGTERM)) << "the signals are given back";
}

TEST(Process, given_a_second_stop_signal_then_the_process_ends_at_once) {
  EXPECT_EQ(in_child([] {
              std::promise<void> stopped;
              const auto signals =
                  Signals::take({.stop = [&] { stopped.set_value(); }, .reload = [] {}});
              ::kill(::getpid(), SIGTERM);
              stopped.get_future().get();
              ::kill(::getpid(), SIGINT);
              for (;;) ::pause();
              return 0;
            }),
            130);
}

// security: CR4
TEST(Process, given_hardened_then_no_core_no_debugger_and_files_are_the_owners) {
  EXPECT_EQ(in_child([] {
              if (!harden_this_process()) return 1;
              rlimit core{1, 1};
              ::getrlimit(RLIMIT_CORE, &core);
              if (core.rlim_cur != 0 || core.rlim_max != 0) return 2;
              if (::prctl(PR_GET_DUMPABLE) != 0) return 3;
              if (::umask(0) != 0077) return 4;
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0) return 5;
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) == -1 ? 0 : 6;  // SIGPIPE would have killed it
            }),
            0);
}

}  // namespace
}  // namespace wangdi::app
