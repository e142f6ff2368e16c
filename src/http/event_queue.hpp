// SPDX-License-Identifier: Apache-2.0
// The bounded text that waits to be written to one event stream. Safe from any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace wangdi::http {

class EventQueue {
 public:
  static constexpr std::size_t kBytesMax = 256 << 10;

  enum class Added : std::uint8_t { wake, waiting, refused };
  // wake: the reader must be told; waiting: it was told already. Too much waiting text ends the
  // queue and drops it: who reads so slowly resumes by Last-Event-ID.
  Added add(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (closed_) return Added::refused;
    if (text_.size() + text.size() > kBytesMax) {
      closed_ = overflown_ = true;
      text_.clear();
      return Added::wake;
    }
    text_.append(text);
    return tell();
  }
  Added close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return tell();
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  struct Taken {
    std::string text;
    bool closed = false;
    bool overflown = false;
  };
  Taken take() {
    const std::lock_guard lock(mutex_);
    told_ = false;
    Taken taken{std::move(text_), closed_, overflown_};
    text_.clear();
    return taken;
  }

 private:
  Added tell() {
    if (told_) return Added::waiting;
    told_ = true;
    return Added::wake;
  }
  mutable std::mutex mutex_;
  std::string text_;
  bool told_ = false;
  bool closed_ = false;
  bool overflown_ = false;
};

}  // namespace wangdi::http
