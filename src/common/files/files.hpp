// SPDX-License-Identifier: Apache-2.0
// Files by plain system calls, where modes, syncs and the errors of a disk matter. The errors of
// all: storage_full when the disk or the quota is full, else storage_failed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace wangdi::files {

// A file descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int number = -1) : number_(number) {}
  OpenFile(OpenFile&& other) noexcept : number_(other.release()) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~OpenFile();
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// What errno says of the last call.
Error file_error(const std::string& what);
Status write_all(const OpenFile& file, std::span<const std::uint8_t> bytes);
// As many bytes as the file still has, at most the span.
Result<std::size_t> read_some(const OpenFile& file, std::span<std::uint8_t> to);
// The file's content is on disk when it returns; of a folder the names in it.
Status sync_file(const std::string& path);
Status sync_folder(const std::string& path);
// The folder that a path stands in.
Status sync_folder_of(const std::string& path);

}  // namespace wangdi::files
