// SPDX-License-Identifier: Apache-2.0
// Opening, renewing and watching the certificate.
#include "app/certificate.hpp"

#include <algorithm>

namespace wangdi::app {
namespace {

constexpr UnixMs kDayMs = 86'400'000;

struct ProblemText {
  const std::string Config::* path;
  const char* chinese;
  const char* english;
};

ProblemText problem_text(crypto::TlsProblem problem) {
  switch (problem) {
    case crypto::TlsProblem::certificate_unreadable:
      return {&Config::tls_certificate, "读不了；请核对路径，并让运行服务的用户能读",
              "cannot be read; check the path and let the user that runs the server read it"};
    case crypto::TlsProblem::certificate_refused:
      return {&Config::tls_certificate,
              "不是可用的 PEM 证书；请用完整的证书链，RSA 至少 2048 位，或用 ECDSA",
              "is no PEM certificate that can be used; give the whole chain, RSA from 2,048 bits "
              "or ECDSA"};
    case crypto::TlsProblem::key_unreadable:
      return {&Config::tls_key, "读不了，或不是没有口令的 PEM 私钥",
              "cannot be read, or is no PEM key without a passphrase"};
    case crypto::TlsProblem::key_open_to_others:
      return {&Config::tls_key, "本机上谁都能读；请 chmod 640",
              "can be read by everybody on the machine; chmod 640"};
    case crypto::TlsProblem::key_differs:
      return {&Config::tls_key, "不是这张证书的私钥", "is not the key of the certificate"};
  }
  return {&Config::tls_key, "", ""};
}

}  // namespace

std::optional<std::size_t> certificate_step(UnixMs ends_at, UnixMs now) {
  std::optional<std::size_t> step;
  for (std::size_t i = 0; i < kCertificateWarnDays.size(); ++i) {
    if (now >= ends_at - kCertificateWarnDays[i] * kDayMs) step = i;
  }
  return step;
}

std::int64_t days_left(UnixMs ends_at, UnixMs now) {
  return std::max<std::int64_t>(0, (ends_at - now) / kDayMs);
}

std::string text_of(crypto::TlsProblem problem, const Config& config, Language language) {
  const auto text = problem_text(problem);
  const bool chinese = language == Language::kChinese;
  const auto* setting = text.path == &Config::tls_certificate ? "tls.certificate" : "tls.key";
  return std::string(setting) + ": " + config.*text.path + (chinese ? " " : ": ") +
         (chinese ? text.chinese : text.english);
}

Result<std::optional<crypto::TlsIdentity>> Certificate::open(const Config& config,
                                                             Language language) {
  if (config.tls_certificate.empty()) return std::optional<crypto::TlsIdentity>();
  auto opened = crypto::open_tls({config.tls_certificate, config.tls_key});
  if (const auto* problem = std::get_if<crypto::TlsProblem>(&opened)) {
    return Error(ErrorCode::configuration_invalid)
        .with("what", text_of(*problem, config, language));
  }
  return std::optional(std::get<crypto::TlsIdentity>(std::move(opened)));
}

std::optional<crypto::TlsContext> Certificate::renew(const Config& config) {
  auto opened = crypto::open_tls({config.tls_certificate, config.tls_key});
  if (const auto* problem = std::get_if<crypto::TlsProblem>(&opened)) {
    log_.write(LogLevel::error, "certificate_not_renewed",
               {{"what", text_of(*problem, config, Language::kEnglish)}});
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  identity_ = std::get<crypto::TlsIdentity>(std::move(opened));
  told_.reset();
  log_.write(LogLevel::info, "certificate_renewed", {{"ends_at", identity_.ends_at}});
  return identity_.context;
}

void Certificate::watch(UnixMs now) {
  const std::lock_guard lock(mutex_);
  const auto step = certificate_step(identity_.ends_at, now);
  if (!step || told_ >= step) return;
  told_ = step;
  const bool ended = now >= identity_.ends_at;
  log_.write(ended ? LogLevel::error : LogLevel::warning,
             ended ? "certificate_ended" : "certificate_ends",
             {{"days_left", days_left(identity_.ends_at, now)}});
}

crypto::TlsContext Certificate::context() const {
  const std::lock_guard lock(mutex_);
  return identity_.context;
}

UnixMs Certificate::ends_at() const {
  const std::lock_guard lock(mutex_);
  return identity_.ends_at;
}

}  // namespace wangdi::app
