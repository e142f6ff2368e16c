// SPDX-License-Identifier: Apache-2.0
// A running SHA-256 over fields: free text carries its length in front, so that no two lists of
// fields give the same bytes.
#pragma once

#include "common/crypto/crypto.hpp"

namespace wangdi::journal {

using Digest = crypto::Digest;

class Digester {
 public:
  Digester& bytes(crypto::ByteView data) {
    sha_.add(data);
    return *this;
  }
  Digester& number(std::int64_t value) { return bytes(crypto::big_endian(value)); }
  Digester& field(crypto::ByteView data) {
    return number(static_cast<std::int64_t>(data.size())).bytes(data);
  }
  Digester& field(std::string_view text) { return field(crypto::bytes_of(text)); }
  // Ends the digest and starts a new one.
  Digest finish() { return sha_.finish(); }

 private:
  crypto::Sha256 sha_;
};

}  // namespace wangdi::journal
