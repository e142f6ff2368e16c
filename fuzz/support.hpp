// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: an invariant that must hold, the choice among several parsers by the
// first byte, and bytes as a file for readers that take a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// Splits at a byte that UTF-8 never has.
inline std::vector<std::string_view> parts_of(std::string_view bytes) {
  constexpr char kSeparator = '\xFF';
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = bytes.find(kSeparator);
    parts.push_back(bytes.substr(0, end));
    if (end == std::string_view::npos) return parts;
    bytes.remove_prefix(end + 1);
  }
}

// A target with several parsers: the first byte chooses one, the rest is its input. Printable
// bytes, so that seeds are text files.
using Parse = void (*)(std::string_view);
template <std::size_t Count>
void parse_one_of(const Parse (&parsers)[Count], const std::uint8_t* data, std::size_t size) {
  if (size == 0) return;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  parsers[static_cast<std::uint8_t>(data[0] - 'a') % Count](bytes.substr(1));
}

// A file in memory that can be opened by its path as long as this lives.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : number_(memfd_create("fuzz", MFD_CLOEXEC)) {
    require(number_ >= 0);
    require(write(number_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { close(number_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

}  // namespace wangdi::fuzz
