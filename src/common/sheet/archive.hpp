// SPDX-License-Identifier: Apache-2.0
// A zip archive in memory, read one part at a time. What it claims about itself is held against the
// limits before anything is unpacked, and a part never gives more bytes than it claims.
#pragma once

#include <minizip/unzip.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "common/sheet/sheet.hpp"

namespace wangdi::sheet {

struct Part {
  std::string name;  // as stored, '/' between folders
  std::uint64_t packed_bytes = 0;
  std::uint64_t unpacked_bytes = 0;
  unz64_file_pos place{};
};

class Archive {
 public:
  // The bytes must outlive the archive. Errors: file_damaged, file_too_large, file_encrypted.
  static Result<Archive> open(std::span<const std::uint8_t> bytes, const Limits& limits);

  const std::vector<Part>& parts() const { return parts_; }
  // Names are compared without regard to ASCII case, as spreadsheets do; a leading '/' is dropped.
  const Part* find(std::string_view name) const;

  // One part being unpacked. Only one reader of an archive may be alive at a time.
  class Reader {
   public:
    Reader(Reader&& other) noexcept;
    Reader& operator=(Reader&&) = delete;
    ~Reader();
    // Fills the buffer; fewer bytes than asked for only at the end, then 0. The end also checks
    // the part's check sum.
    Result<std::size_t> read(std::span<char> buffer);

   private:
    friend class Archive;
    Reader(unzFile file, const Part& part) : file_(file), part_(&part) {}
    unzFile file_;
    const Part* part_;
    std::uint64_t total_ = 0;
  };
  Result<Reader> read(const Part& part);

 private:
  struct Memory {
    std::span<const std::uint8_t> bytes;
    std::size_t at = 0;
    static voidpf open(voidpf opaque, const void* name, int mode);
    static uLong read(voidpf opaque, voidpf stream, void* buffer, uLong size);
    static uLong write(voidpf opaque, voidpf stream, const void* buffer, uLong size);
    static ZPOS64_T tell(voidpf opaque, voidpf stream);
    static long seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin);
    static int close(voidpf opaque, voidpf stream);
    static int fault(voidpf opaque, voidpf stream);
  };
  struct Close {
    void operator()(void* file) const { unzClose(file); }
  };

  Status list_parts(const Limits& limits);
  Status add_part(const Limits& limits, std::uint64_t& unpacked_bytes);

  std::unique_ptr<Memory> memory_;
  std::unique_ptr<void, Close> file_;
  std::vector<Part> parts_;
  std::unordered_map<std::string, std::size_t> by_name_;  // lower-case name -> place in parts_
};

std::string ascii_lower(std::string_view text);

}  // namespace wangdi::sheet
