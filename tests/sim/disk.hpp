// SPDX-License-Identifier: Apache-2.0
// The disk of a simulation: a SQLite VFS in memory that knows which writes were synced. A killed
// process leaves every write behind; a power cut keeps a random part of those since the last sync,
// in pieces of 512 bytes. It can be full, fail a read, or stop at the n-th write from now.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/sim/chance.hpp"

namespace wangdi::sim {

using DiskImage = std::map<std::string, std::string>;

class Disk {
 public:
  // Registered as SQLite's default until the end of the process. One at a time.
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // All files, when nothing is open; what was loaded counts as synced.
  DiskImage image() const;
  void load(const DiskImage& image);
  void copy(const std::string& from, const std::string& to);
  void remove(const std::string& path);

  // From the n-th write or sync on nothing reaches the disk any more, like in a process that ended
  // there. 0: at once.
  void stop_after(std::int64_t writes);
  bool has_stopped() const;
  // After everything is closed: begins anew with what a killed process, or a power cut, left.
  void restart_after_kill();
  void restart_after_power_cut(Chance& chance);

  void fill(bool is_full);
  // The n-th read from now fails once; 0 takes it back.
  void fail_read(std::int64_t reads);
  bool failed_read() const;  // since fail_read()

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace wangdi::sim
