// SPDX-License-Identifier: Apache-2.0
// Faults of disk and clock, by LD_PRELOAD: makes calls of a server under test fail or wait, and its
// wall clock jump. WANGDI_FAULTS names a file that a test makes and changes while the server runs
// (shim.mjs writes it): the offset of the clock, then rules. A rule names calls, what the file's
// path must end in, from which call on and how often, and the error, the wait, or both. It counts
// what it matched and what it spoilt. For tests only, nothing of the program knows of it.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::int64_t kFsync = 1, kFdatasync = 2, kWrite = 4, kPwrite = 8, kTruncate = 16;
constexpr std::size_t kRules = 8;
constexpr std::int64_t kMsPerSecond = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// As in shim.mjs.
struct Rule {
  std::int64_t calls;  // bits of the above, 0: off; written last
  std::int64_t first;  // the first matching call that is spoilt, from 1
  std::int64_t times;  // 0: all from there on
  std::int64_t error;  // errno, 0: the call is made after the wait
  std::int64_t wait_ms;
  std::int64_t matched;
  std::int64_t spoilt;
  std::int64_t unused;
  char ending[64];
};
struct Control {
  std::int64_t clock_offset_ms;
  std::int64_t unused[7];
  Rule rules[kRules];
};
static_assert(sizeof(Control) == 64 + 128 * kRules);

std::atomic<Control*> control{nullptr};

__attribute__((constructor)) void open_control() {
  const char* path = std::getenv("WANGDI_FAULTS");
  if (path == nullptr) return;
  const int file = ::open(path, O_RDWR | O_CLOEXEC);
  void* mapped =
      file < 0 ? MAP_FAILED
               : ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) ::close(file);
  if (mapped == MAP_FAILED) {
    std::fprintf(stderr, "WANGDI_FAULTS: %s cannot be used\n", path);
    std::abort();  // a test whose faults never happen proves nothing
  }
  control = static_cast<Control*>(mapped);
}

std::int64_t load(std::int64_t& number) {
  return std::atomic_ref<std::int64_t>(number).load(std::memory_order_acquire);
}
std::int64_t count(std::int64_t& number) { return std::atomic_ref<std::int64_t>(number)++ + 1; }

bool path_ends(int descriptor, std::string_view ending) {
  if (ending.empty()) return true;
  char link[32];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  char path[4096];
  const auto size = ::readlink(link, path, sizeof path);
  return size > 0 && std::string_view(path, static_cast<std::size_t>(size)).ends_with(ending);
}

void wait_for(std::int64_t ms) {
  timespec left{ms / kMsPerSecond, ms % kMsPerSecond * kNsPerMs};
  while (::nanosleep(&left, &left) != 0 && errno == EINTR) continue;
}

// Whether the call fails; then errno is set.
bool spoils(std::int64_t call, int descriptor) {
  auto* all = control.load();
  if (all == nullptr) return false;
  const int before = errno;
  for (auto& rule : all->rules) {
    if ((load(rule.calls) & call) == 0 || !path_ends(descriptor, rule.ending)) continue;
    const auto number = count(rule.matched);
    const auto first = load(rule.first), times = load(rule.times);
    if (number < first || (times > 0 && number >= first + times)) continue;
    count(rule.spoilt);
    if (const auto ms = load(rule.wait_ms); ms > 0) wait_for(ms);
    if (const auto error = load(rule.error); error != 0) {
      errno = static_cast<int>(error);
      return true;
    }
  }
  errno = before;
  return false;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::int64_t offset_ms() {
  auto* all = control.load();
  return all == nullptr ? 0 : load(all->clock_offset_ms);
}

}  // namespace

extern "C" {

int fsync(int file) {
  static const auto real = next<int(int)>("fsync");
  return spoils(kFsync, file) ? -1 : real(file);
}

int fdatasync(int file) {
  static const auto real = next<int(int)>("fdatasync");
  return spoils(kFdatasync, file) ? -1 : real(file);
}

ssize_t write(int file, const void* from, size_t size) {
  static const auto real = next<ssize_t(int, const void*, size_t)>("write");
  return spoils(kWrite, file) ? -1 : real(file, from, size);
}

ssize_t pwrite(int file, const void* from, size_t size, off_t at) {
  static const auto real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return spoils(kPwrite, file) ? -1 : real(file, from, size, at);
}

ssize_t pwrite64(int file, const void* from, size_t size, off64_t at) {
  static const auto real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return spoils(kPwrite, file) ? -1 : real(file, from, size, at);
}

int ftruncate(int file, off_t size) noexcept {
  static const auto real = next<int(int, off_t)>("ftruncate");
  return spoils(kTruncate, file) ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto real = next<int(int, off64_t)>("ftruncate64");
  return spoils(kTruncate, file) ? -1 : real(file, size);
}

// The monotonic clocks go on as they are.
int clock_gettime(clockid_t clock, timespec* to) noexcept {
  static const auto real = next<int(clockid_t, timespec*)>("clock_gettime");
  const int code = real(clock, to);
  const auto ms = offset_ms();
  if (code != 0 || ms == 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) {
    return code;
  }
  const auto ns = to->tv_nsec + ms % kMsPerSecond * kNsPerMs + kNsPerSecond;
  to->tv_sec += ms / kMsPerSecond + ns / kNsPerSecond - 1;
  to->tv_nsec = ns % kNsPerSecond;
  return code;
}

int gettimeofday(timeval* to, void* zone) noexcept {
  static const auto real = next<int(timeval*, void*)>("gettimeofday");
  const int code = real(to, zone);
  if (code == 0) to->tv_sec += offset_ms() / kMsPerSecond;
  return code;
}

time_t time(time_t* to) noexcept {
  static const auto real = next<time_t(time_t*)>("time");
  const auto now = real(nullptr) + offset_ms() / kMsPerSecond;
  if (to != nullptr) *to = now;
  return now;
}
}
