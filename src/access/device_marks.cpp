// SPDX-License-Identifier: Apache-2.0
// Reading, checking and renewing device marks.
#include "access/device_marks.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace wangdi::access {
namespace {
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kTagBytes = std::tuple_size_v<DeviceMark::Tag>;
}  // namespace

std::optional<DeviceMark> DeviceMark::parse(std::string_view text) {
  if (text.size() > 2 * (kIdBytes + kMarkTags * kTagBytes)) return std::nullopt;
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() <= kIdBytes || (bytes->size() - kIdBytes) % kTagBytes != 0) {
    return std::nullopt;
  }
  DeviceMark mark;
  std::copy_n(bytes->begin(), kIdBytes, mark.device.value.bytes.begin());
  for (std::size_t at = kIdBytes; at < bytes->size(); at += kTagBytes) {
    std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(at), kTagBytes,
                mark.tags.emplace_back().begin());
  }
  return mark;
}

std::string DeviceMark::text() const {
  auto hex = to_hex(device.value.bytes);
  for (const auto& tag : tags) hex += to_hex(tag);
  return hex;
}

DeviceMark::Tag DeviceMarks::tag(DeviceId device, std::string_view login) {
  const auto mac = hmac_.mac({device.value.bytes, crypto::bytes_of(login)});
  DeviceMark::Tag tag;
  std::copy_n(mac.begin(), tag.size(), tag.begin());
  return tag;
}

bool DeviceMarks::knows(const DeviceMark& mark, std::string_view login) {
  const auto wanted = tag(mark.device, login);
  bool known = false;
  for (const auto& stored : mark.tags) known |= crypto::equal(stored, wanted);
  return known;
}

DeviceMark DeviceMarks::with(std::optional<DeviceMark> mark, std::string_view login,
                             crypto::Random& random) {
  if (!mark) mark.emplace().device.value.bytes = random.take<kIdBytes>();
  const auto own = tag(mark->device, login);
  std::erase(mark->tags, own);
  mark->tags.insert(mark->tags.begin(), own);
  if (mark->tags.size() > kMarkTags) mark->tags.resize(kMarkTags);
  return std::move(*mark);
}

}  // namespace wangdi::access
