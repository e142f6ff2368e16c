// SPDX-License-Identifier: Apache-2.0
// Bytes of many small texts at stable addresses, freed together. A row's texts and a workbook's
// shared strings live in one.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace wangdi::sheet {

class Arena {
 public:
  explicit Arena(std::size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = reserve(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  // Forgets all texts. Ordinary chunks are kept for the next ones, oversized ones are freed.
  void reset() {
    oversized_.clear();
    chunk_ = 0;
    filled_ = 0;
    bytes_ = 0;
  }
  std::size_t bytes() const { return bytes_; }  // of all texts since the last reset

 private:
  char* reserve(std::size_t size) {
    bytes_ += size;
    if (size > chunk_bytes_ / 4) {
      oversized_.push_back(std::make_unique_for_overwrite<char[]>(size));
      return oversized_.back().get();
    }
    if (filled_ + size > chunk_bytes_) {
      ++chunk_;
      filled_ = 0;
    }
    if (chunk_ >= chunks_.size()) {
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes_));
    }
    char* place = chunks_[chunk_].get() + filled_;
    filled_ += size;
    return place;
  }

  std::size_t chunk_bytes_;
  std::vector<std::unique_ptr<char[]>> chunks_, oversized_;
  std::size_t chunk_ = 0, filled_ = 0, bytes_ = 0;
};

}  // namespace wangdi::sheet
