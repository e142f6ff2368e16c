// SPDX-License-Identifier: Apache-2.0
// The archive on minizip, through callbacks that read memory.
#include "common/sheet/archive.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "common/sheet/source.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::size_t kPartNameBytes = 512;
constexpr uLong kEncryptedFlag = 1;
constexpr uLong kStored = 0, kDeflated = 8;

}  // namespace

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

voidpf Archive::Memory::open(voidpf opaque, const void*, int) {
  static_cast<Memory*>(opaque)->at = 0;
  return opaque;
}

uLong Archive::Memory::read(voidpf opaque, voidpf, void* buffer, uLong size) {
  auto& memory = *static_cast<Memory*>(opaque);
  const auto count = std::min<std::size_t>(size, memory.bytes.size() - memory.at);
  if (count > 0) std::memcpy(buffer, memory.bytes.data() + memory.at, count);
  memory.at += count;
  return count;
}

uLong Archive::Memory::write(voidpf, voidpf, const void*, uLong) { return 0; }

ZPOS64_T Archive::Memory::tell(voidpf opaque, voidpf) { return static_cast<Memory*>(opaque)->at; }

long Archive::Memory::seek(voidpf opaque, voidpf, ZPOS64_T offset, int origin) {
  auto& memory = *static_cast<Memory*>(opaque);
  const std::size_t size = memory.bytes.size();
  const std::size_t base = origin == ZLIB_FILEFUNC_SEEK_END   ? size
                           : origin == ZLIB_FILEFUNC_SEEK_CUR ? memory.at
                                                              : 0;
  if (offset > size - base) return -1;
  memory.at = base + offset;
  return 0;
}

int Archive::Memory::close(voidpf, voidpf) { return 0; }
int Archive::Memory::fault(voidpf, voidpf) { return 0; }

Result<Archive> Archive::open(std::span<const std::uint8_t> bytes, const Limits& limits) {
  Archive archive;
  archive.memory_ = std::make_unique<Memory>(Memory{.bytes = bytes});
  zlib_filefunc64_def functions{.zopen64_file = &Memory::open,
                                .zread_file = &Memory::read,
                                .zwrite_file = &Memory::write,
                                .ztell64_file = &Memory::tell,
                                .zseek64_file = &Memory::seek,
                                .zclose_file = &Memory::close,
                                .zerror_file = &Memory::fault,
                                .opaque = archive.memory_.get()};
  archive.file_.reset(unzOpen2_64("", &functions));
  if (!archive.file_) return damaged("zip");
  WD_TRY([[maybe_unused]] auto done, archive.list_parts(limits));
  return archive;
}

Status Archive::list_parts(const Limits& limits) {
  unz_global_info64 claimed{};
  if (unzGetGlobalInfo64(file_.get(), &claimed) != UNZ_OK) return damaged("zip");
  if (claimed.number_entry > limits.entries) return too_large(kEntriesAmount, limits.entries);
  std::uint64_t unpacked_bytes = 0;
  int step = unzGoToFirstFile(file_.get());
  for (std::size_t seen = 0; seen < claimed.number_entry; ++seen) {
    if (step != UNZ_OK) return damaged("zip");
    WD_TRY([[maybe_unused]] auto done, add_part(limits, unpacked_bytes));
    step = unzGoToNextFile(file_.get());
  }
  return ok();
}

Status Archive::add_part(const Limits& limits, std::uint64_t& unpacked_bytes) {
  unz_file_info64 info{};
  std::array<char, kPartNameBytes + 1> name{};
  if (unzGetCurrentFileInfo64(file_.get(), &info, name.data(), kPartNameBytes, nullptr, 0, nullptr,
                              0) != UNZ_OK ||
      info.size_filename == 0 || info.size_filename > kPartNameBytes) {
    return damaged("zip");
  }
  Part part{.name = std::string(name.data(), info.size_filename),
            .packed_bytes = info.compressed_size,
            .unpacked_bytes = info.uncompressed_size};
  if ((info.flag & kEncryptedFlag) != 0) return Error(ErrorCode::file_encrypted);
  if (info.compression_method != kStored && info.compression_method != kDeflated) {
    return damaged("zip");
  }
  if (part.unpacked_bytes > limits.unpacked_bytes - unpacked_bytes) {
    return too_many_bytes(kUnpackedAmount, limits.unpacked_bytes);
  }
  unpacked_bytes += part.unpacked_bytes;
  if (unzGetFilePos64(file_.get(), &part.place) != UNZ_OK) return damaged("zip");
  // Two parts of one name would let a checker and a reader see different content.
  if (!by_name_.emplace(ascii_lower(part.name), parts_.size()).second) return damaged("zip");
  parts_.push_back(std::move(part));
  return ok();
}

const Part* Archive::find(std::string_view name) const {
  if (name.starts_with('/')) name.remove_prefix(1);
  const auto found = by_name_.find(ascii_lower(name));
  return found == by_name_.end() ? nullptr : &parts_[found->second];
}

Result<Archive::Reader> Archive::read(const Part& part) {
  auto place = part.place;
  if (unzGoToFilePos64(file_.get(), &place) != UNZ_OK ||
      unzOpenCurrentFile(file_.get()) != UNZ_OK) {
    return damaged("zip");
  }
  return Reader(file_.get(), part);
}

Archive::Reader::Reader(Reader&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)), part_(other.part_), total_(other.total_) {}

Archive::Reader::~Reader() {
  if (file_ != nullptr) unzCloseCurrentFile(file_);
}

Result<std::size_t> Archive::Reader::read(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size() && file_ != nullptr) {
    const auto wanted =
        std::min<std::size_t>(buffer.size() - filled, std::numeric_limits<int>::max());
    const int count =
        unzReadCurrentFile(file_, buffer.data() + filled, static_cast<unsigned>(wanted));
    if (count < 0) return damaged(part_->name);
    filled += static_cast<std::size_t>(count);
    total_ += static_cast<std::uint64_t>(count);
    if (count > 0) continue;
    // The library checks the sum only of a part that came whole.
    const int sum = unzCloseCurrentFile(std::exchange(file_, nullptr));
    if (sum != UNZ_OK || total_ != part_->unpacked_bytes) return damaged(part_->name);
  }
  return filled;
}

}  // namespace wangdi::sheet
