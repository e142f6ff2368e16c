// SPDX-License-Identifier: Apache-2.0
// Opening certificate and key, and what is offered to clients.
#include "common/crypto/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace wangdi::crypto {
namespace {

// Forward secrecy and authenticated encryption only (security.md CR5).
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* kCurves = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;  // OpenSSL's number for 112 bits: RSA from 2,048
constexpr std::string_view kProtocol = "\x08http/1.1";

// Clients that name protocols are told ours; with another one they would wait for frames.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* bytes,
                    const unsigned char* offered, unsigned int offered_bytes, void* /*unused*/) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, bytes, reinterpret_cast<const unsigned char*>(kProtocol.data()),
                            static_cast<unsigned>(kProtocol.size()), offered, offered_bytes);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

TlsContext new_context() {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  WD_ASSERT(context != nullptr);
  auto* raw = context.get();
  SSL_CTX_set_security_level(raw, kSecurityLevel);
  const bool offered = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                       SSL_CTX_set_cipher_list(raw, kCiphers12) == 1 &&
                       SSL_CTX_set1_curves_list(raw, kCurves) == 1;
  WD_ASSERT(offered);
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  return context;
}

std::optional<UnixMs> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return static_cast<UnixMs>(::timegm(&parts)) * 1'000;
}

bool is_readable(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

bool open_to_others(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

}  // namespace

std::variant<TlsIdentity, TlsProblem> open_tls(const TlsFiles& files) {
  TlsIdentity identity{new_context(), 0, 0};
  auto* context = identity.context.get();
  // OpenSSL's reasons stay in a queue of the thread, where a later call would find them.
  const auto problem = [](TlsProblem what) {
    ERR_clear_error();
    return what;
  };
  if (!is_readable(files.certificate)) return TlsProblem::certificate_unreadable;
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return problem(TlsProblem::certificate_refused);
  }
  if (!is_readable(files.key)) return TlsProblem::key_unreadable;
  if (open_to_others(files.key)) return TlsProblem::key_open_to_others;
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool differs = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
                         ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
    return problem(differs ? TlsProblem::key_differs : TlsProblem::key_unreadable);
  }
  if (SSL_CTX_check_private_key(context) != 1) return problem(TlsProblem::key_differs);
  const auto* certificate = SSL_CTX_get0_certificate(context);
  const auto starts_at = time_of(X509_get0_notBefore(certificate));
  const auto ends_at = time_of(X509_get0_notAfter(certificate));
  if (!starts_at || !ends_at) return TlsProblem::certificate_refused;
  identity.starts_at = *starts_at;
  identity.ends_at = *ends_at;
  return identity;
}

ssl_st* new_tls_connection(const TlsContext& context) {
  auto* connection = SSL_new(context.get());
  WD_ASSERT(connection != nullptr);
  return connection;
}

}  // namespace wangdi::crypto
