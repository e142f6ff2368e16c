// SPDX-License-Identifier: Apache-2.0
// A phone with a key of its own, as a browser makes it: the public point of 65 bytes, signatures of
// r and s in 64.
#pragma once

#include <algorithm>
#include <string>

#include "access/device_keys.hpp"
#include "common/crypto/box.hpp"
#include "common/crypto/sign.hpp"

namespace wangdi::access::testing {

class Phone {
 public:
  explicit Phone(std::uint8_t number) : key_(crypto::SigningKey::of(crypto::Bytes(32, number))) {
    // The point ends the description of the key.
    auto pem = key_.public_pem();
    pem = pem.substr(pem.find('\n') + 1);
    pem = pem.substr(0, pem.find("-----"));
    std::erase(pem, '\n');
    const auto description = crypto::from_base64(pem).value();
    point_.assign(description.end() - 65, description.end());
  }

  const crypto::Bytes& point() const { return point_; }
  DeviceKeyId id() const { return DeviceKeyId::of(point_); }
  std::string public_key() const { return crypto::base64url(point_); }
  std::string sign(std::string_view text) const {
    const auto der = key_.sign(crypto::bytes_of(text));
    crypto::Bytes numbers;
    std::size_t at = 2;  // behind the head of the sequence
    for (int i = 0; i < 2; ++i) {
      const std::size_t length = der[at + 1];
      const auto* first = der.data() + at + 2;
      crypto::Bytes number(first, first + length);
      at += 2 + length;
      if (number.size() > 32) number.erase(number.begin());
      numbers.insert(numbers.end(), 32 - number.size(), 0);
      numbers.insert(numbers.end(), number.begin(), number.end());
    }
    return crypto::base64url(numbers);
  }
  DeviceLogin login(const std::string& challenge, std::string_view name) const {
    return {id().text(), challenge, sign(device_login_text(challenge, name))};
  }

 private:
  crypto::SigningKey key_;
  crypto::Bytes point_;
};

}  // namespace wangdi::access::testing
