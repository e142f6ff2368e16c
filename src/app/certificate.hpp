// SPDX-License-Identifier: Apache-2.0
// The certificate the server shows: opened at start, read again on SIGHUP without a stop, and its
// end told in good time, because a gate whose page does not open stands still.
#pragma once

#include <array>
#include <mutex>
#include <optional>

#include "app/config.hpp"
#include "app/log.hpp"
#include "base/result.hpp"
#include "common/crypto/tls.hpp"

namespace wangdi::app {

// So many days before its end a certificate is told, each once; 0 is the end itself (security.md
// F19).
inline constexpr std::array<int, 4> kCertificateWarnDays = {30, 7, 1, 0};

// The step a certificate has reached, as its place in kCertificateWarnDays; nothing before the
// first.
std::optional<std::size_t> certificate_step(UnixMs ends_at, UnixMs now);
// Whole days to the end, 0 from the last day on.
std::int64_t days_left(UnixMs ends_at, UnixMs now);

// What is wrong with certificate or key, with the path and what to do.
std::string text_of(crypto::TlsProblem problem, const Config& config, Language language);

class Certificate {
 public:
  // Nothing where TLS is not configured. Error: configuration_invalid.
  static Result<std::optional<crypto::TlsIdentity>> open(const Config& config, Language language);

  Certificate(crypto::TlsIdentity identity, Log& log) : identity_(std::move(identity)), log_(log) {}

  // Reads the files again. The one in use stays where they are wrong, which is told in the log.
  std::optional<crypto::TlsContext> renew(const Config& config);
  // Tells in the log what has to be told now; called again and again.
  void watch(UnixMs now);
  crypto::TlsContext context() const;
  UnixMs ends_at() const;

 private:
  mutable std::mutex mutex_;
  crypto::TlsIdentity identity_;
  Log& log_;
  std::optional<std::size_t> told_;
};

}  // namespace wangdi::app
