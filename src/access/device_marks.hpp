// SPDX-License-Identifier: Apache-2.0
// The long-living cookie by which a browser shows that it has entered an account before, so that
// strangers' failures do not lock it out. It is no secret that opens anything. Value: the browser's
// random id, then a tag for each of the last accounts; a tag is a MAC over id and login name, so
// that the mark of one's own account says nothing about another. Belongs to one thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "common/crypto/crypto.hpp"

namespace wangdi::access {

inline constexpr std::size_t kMarkTags = 8;  // accounts one browser is known for

struct DeviceMark {
  using Tag = std::array<std::uint8_t, 16>;
  DeviceId device;
  std::vector<Tag> tags;
  // Nothing when it is no mark.
  static std::optional<DeviceMark> parse(std::string_view text);
  std::string text() const;
};

class DeviceMarks {
 public:
  // A MAC under the vault's key `device_mark`.
  explicit DeviceMarks(crypto::Hmac hmac) : hmac_(std::move(hmac)) {}
  // `login`: as folded_login gives it.
  bool knows(const DeviceMark& mark, std::string_view login);
  // The mark with this account in front; a new browser gets an id.
  DeviceMark with(std::optional<DeviceMark> mark, std::string_view login, crypto::Random& random);

 private:
  DeviceMark::Tag tag(DeviceId device, std::string_view login);
  crypto::Hmac hmac_;
};

}  // namespace wangdi::access
