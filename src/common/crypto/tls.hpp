// SPDX-License-Identifier: Apache-2.0
// The server's side of TLS: a certificate with its chain and a key, each a PEM file, with the
// versions and ciphers we offer. The bytes are moved by http; this room only opens and judges.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/civil_date.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace wangdi::crypto {

struct TlsFiles {
  std::string certificate;  // the server's own first, then the authorities between
  std::string key;
};

enum class TlsProblem : std::uint8_t {
  certificate_unreadable,
  certificate_refused,  // no certificate, or weaker than 112 bits
  key_unreadable,
  key_open_to_others,  // readable for everybody on the machine
  key_differs,         // not the key of the certificate
};

using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct TlsIdentity {
  TlsContext context;
  UnixMs starts_at = 0;
  UnixMs ends_at = 0;
};

// TLS 1.2 with forward secrecy and 1.3, no compression, no renegotiation, sessions not kept.
std::variant<TlsIdentity, TlsProblem> open_tls(const TlsFiles& files);

// One connection of a context; the caller owns it.
ssl_st* new_tls_connection(const TlsContext& context);

}  // namespace wangdi::crypto
