// SPDX-License-Identifier: Apache-2.0
// Any bytes as what an operator writes: the configuration file, one setting from the environment
// or the command line, and the files of TLS. What is taken holds the bounds of its settings; what
// is refused is told with its place, in both languages.
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "app/config.hpp"
#include "common/crypto/tls.hpp"
#include "fuzz/support.hpp"

namespace {

using namespace wangdi;
using fuzz::require;

void check_taken(const app::Config& config) {
  for (const auto& setting : app::settings()) {
    if (const auto* member = std::get_if<int app::Config::*>(&setting.member)) {
      require(config.**member >= setting.least && config.**member <= setting.most);
    } else if (const auto* real = std::get_if<double app::Config::*>(&setting.member)) {
      require(config.**real >= setting.least && config.**real <= setting.most);
    } else if (const auto* text = std::get_if<std::string app::Config::*>(&setting.member)) {
      require((config.**text).find('\0') == std::string::npos);
    }
  }
  require(config.address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos);
  require(config.tls_key.empty() == config.tls_certificate.empty());
}

std::string refusal(const Error& error) {
  require(error.code() == ErrorCode::configuration_invalid);
  const auto& what = error.details().at(0).value;
  require(!what.empty());
  return what;
}

// The number in "FILE:12: ...".
std::ptrdiff_t line_in(std::string_view what, std::string_view file) {
  require(what.starts_with(file) && what.size() > file.size() && what[file.size()] == ':');
  const auto number = what.substr(file.size() + 1);
  std::ptrdiff_t line = 0;
  require(std::from_chars(number.data(), number.data() + number.size(), line).ec == std::errc());
  return line;
}

void file(std::string_view bytes) {
  const fuzz::MemoryFile memory(bytes);
  const auto path = memory.path();
  const auto english = app::load_config({.file = path, .language = Language::kEnglish});
  const auto chinese = app::load_config({.file = path, .language = Language::kChinese});
  require(english.has_value() == chinese.has_value());
  if (english) return check_taken(*english);
  const auto what = refusal(english.error());
  require(refusal(chinese.error()) != what);
  if (!what.starts_with(path) || bytes.size() > (64 << 10)) return;
  const auto lines = 1 + std::ranges::count(bytes, '\n');
  const auto line = line_in(what, path);
  require(line >= 1 && line <= lines + 1 && line == line_in(refusal(chinese.error()), path));
}

// The first byte chooses the setting.
void setting(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto all = app::settings();
  const auto& one = all[static_cast<std::uint8_t>(bytes[0]) % all.size()];
  const std::string value(bytes.substr(1));
  const auto name = std::string(one.section) + "." + std::string(one.key);
  const auto by_option = app::load_config({.overrides = {{name, value, "--set"}}});
  if (by_option) return check_taken(*by_option);
  require(refusal(by_option.error()).find(name) != std::string::npos);
}

// Certificate and key: both or neither are opened, and a key is the certificate's own.
void tls(std::string_view bytes) {
  const auto parts = fuzz::parts_of(bytes);
  const fuzz::MemoryFile certificate(parts[0]), key(parts.size() > 1 ? parts[1] : parts[0]);
  require(::chmod(key.path().c_str(), 0600) == 0);
  const auto opened = crypto::open_tls({certificate.path(), key.path()});
  if (const auto* identity = std::get_if<crypto::TlsIdentity>(&opened)) {
    require(identity->context != nullptr);
  } else {
    require(std::get<crypto::TlsProblem>(opened) != crypto::TlsProblem::key_open_to_others);
  }
}

constexpr fuzz::Parse kParsers[] = {file, setting, tls};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
