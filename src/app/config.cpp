// SPDX-License-Identifier: Apache-2.0
// The table of settings, their sources in order, and the rules that hold between them.
#include "app/config.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include "app/toml_file.hpp"
#include "base/text.hpp"
#include "store/postgres.hpp"
#include "store/remote.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSettings = {
    Setting{"data", "folder", &Config::data},
    Setting{"data", "keys", &Config::keys},
    Setting{"data", "root", &Config::root},
    Setting{"vault", "copy", &Config::keys_copy},
    Setting{"vault", "epoch_hour", &Config::epoch_hour, 0, 23},
    Setting{"anchor", "path", &Config::anchor},
    Setting{"http", "address", &Config::address},
    Setting{"http", "port", &Config::port, 0, 65'535},
    Setting{"http", "web", &Config::web},
    Setting{"http", "service_worker", &Config::service_worker, 0, 1},
    Setting{"http", "trusted_proxies", &Config::trusted_proxies},
    Setting{"http", "connections_max", &Config::connections_max, 1, 1'000'000},
    Setting{"http", "connections_per_client_max", &Config::connections_per_client_max, 1,
            1'000'000},
    Setting{"http", "requests_per_second_per_client", &Config::requests_per_second_per_client, 0,
            1'000'000},
    Setting{"http", "burst_per_client", &Config::burst_per_client, 1, 1'000'000},
    Setting{"tls", "certificate", &Config::tls_certificate},
    Setting{"tls", "key", &Config::tls_key},
    Setting{"storage", "url", &Config::storage_url},
    // A phone's outbox and an import send that many at once; a smaller queue never had room for
    // them.
    Setting{"write", "queue_max", &Config::queue_max, double{limits::kCommandsPerBatch}, 1'000'000},
    Setting{"write", "batch_max", &Config::batch_max, 1, 4'096},
    Setting{"write", "batch_least", &Config::batch_least, 1, 4'096},
    Setting{"write", "writers", &Config::writers, 1, store::kLanesMax},
    Setting{"write", "checkpoint_pages", &Config::checkpoint_pages, 100, 1'000'000},
    Setting{"read", "threads", &Config::reader_threads, 1, 64},
    Setting{"access", "profile", &Config::access_profile},
    Setting{"zone", "minutes_east", &Config::zone_minutes_east, -720, 840},
    Setting{"log", "file", &Config::log_file},
    Setting{"log", "level", &Config::log_level},
    Setting{"log", "copy", &Config::log_copy},
};

constexpr std::size_t kFindingsMax = 20;
constexpr std::string_view kEnvironmentPrefix = "WANGDI_";

std::string number_text(double value) {
  return value == std::floor(value) ? std::to_string(static_cast<std::int64_t>(value))
                                    : std::to_string(value);
}

std::string full_name(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

// Collects what is wrong in the reader's language.
class Findings {
 public:
  explicit Findings(Language language) : chinese_(language == Language::kChinese) {}

  // Where the value of a setting came from: a line of the file, a variable, an option.
  void came_from(const Setting& setting, const std::string& where) {
    origins_[full_name(setting.section, setting.key)] = where;
  }

  void add(const std::string& where, std::string_view key, const std::string& why) {
    if (++count_ > kFindingsMax) return;
    if (!text_.empty()) text_ += "\n  ";
    if (!where.empty()) text_ += where + ": ";
    if (!key.empty()) text_ += std::string(key) + ": ";
    text_ += why;
  }
  void add(const std::string& where, std::string_view key, const char* chinese,
           const char* english) {
    add(where, key, std::string(chinese_ ? chinese : english));
  }
  // A rule that a value breaks which is well written; the value is shown unless it may be a secret.
  void broken_rule(const std::string& setting, const std::string& value, const char* chinese,
                   const char* english) {
    const auto found = origins_.find(setting);
    add(found == origins_.end() ? std::string() : found->second,
        value.empty() ? setting : setting + " = " + value, chinese, english);
  }
  void unknown_key(const std::string& where, std::string_view section, std::string_view key);
  void unexpected(const std::string& where, const Setting& setting);

  bool empty() const { return count_ == 0; }
  Error error() const { return Error(ErrorCode::configuration_invalid).with("what", text_); }

 private:
  bool chinese_;
  std::size_t count_ = 0;
  std::string text_;
  std::map<std::string, std::string> origins_;
};

void Findings::unknown_key(const std::string& where, std::string_view section,
                           std::string_view key) {
  std::string known;
  for (const auto& setting : kSettings) {
    if (setting.section != section) continue;
    known += (known.empty() ? "" : ", ") + std::string(setting.key);
  }
  if (!known.empty()) {
    add(where, full_name(section, key),
        (chinese_ ? "没有这一项，可用的有：" : "no such key, this section has: ") + known);
    return;
  }
  std::string sections;
  for (const auto& setting : kSettings) {
    const auto name = "[" + std::string(setting.section) + "]";
    if (sections.find(name) == std::string::npos) sections += (sections.empty() ? "" : ", ") + name;
  }
  add(where, full_name(section, key),
      (chinese_ ? "没有这一节，可用的有：" : "no such section, there are: ") + sections);
}

void Findings::unexpected(const std::string& where, const Setting& setting) {
  const auto range =
      chinese_ ? number_text(setting.least) + " 到 " + number_text(setting.most) + " 的"
               : " from " + number_text(setting.least) + " to " + number_text(setting.most);
  std::string why;
  if (std::holds_alternative<int Config::*>(setting.member)) {
    why = chinese_ ? "要填 " + range + "整数" : "expected a whole number" + range;
  } else if (std::holds_alternative<double Config::*>(setting.member)) {
    why = chinese_ ? "要填 " + range + "数" : "expected a number" + range;
  } else if (std::holds_alternative<std::string Config::*>(setting.member)) {
    why = chinese_ ? "要填一段文字，如 \"...\"" : "expected a text like \"...\"";
  } else if (std::holds_alternative<LogLevel Config::*>(setting.member)) {
    why = chinese_ ? "要填其中一个：" : "expected one of: ";
    for (const auto name : kLogLevelNames) {
      why += (name == kLogLevelNames[0] ? "" : ", ") + std::string(name);
    }
  } else {
    why = chinese_ ? "要填一列文字，如 [\"10.0.0.1\"]" : "expected a list like [\"10.0.0.1\"]";
  }
  add(where, full_name(setting.section, setting.key), why);
}

const Setting* find(std::string_view section, std::string_view key) {
  const auto found = std::ranges::find_if(kSettings, [&](const Setting& setting) {
    return setting.section == section && setting.key == key;
  });
  return found == kSettings.end() ? nullptr : &*found;
}

bool in_range(const Setting& setting, double value) {
  return value >= setting.least && value <= setting.most;  // false for NaN
}

// The system would take the text up to there.
bool holds_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

// Each takes a value of one kind into the member it fits, or says false.
struct FromToml {
  const Setting& setting;
  const TomlValue& value;
  Config& config;

  bool operator()(int Config::* member) const {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || !in_range(setting, static_cast<double>(*number))) return false;
    config.*member = static_cast<int>(*number);
    return true;
  }
  bool operator()(double Config::* member) const {
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto* real = std::get_if<double>(&value);
    if (whole == nullptr && real == nullptr) return false;
    const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
    if (!in_range(setting, number)) return false;
    config.*member = number;
    return true;
  }
  bool operator()(std::string Config::* member) const {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || holds_nul(*text)) return false;
    config.*member = *text;
    return true;
  }
  bool operator()(std::vector<std::string> Config::* member) const {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr || std::ranges::any_of(*list, holds_nul)) return false;
    config.*member = *list;
    return true;
  }
  bool operator()(LogLevel Config::* member) const {
    const auto* text = std::get_if<std::string>(&value);
    const auto level = text == nullptr ? std::nullopt : log_level_of(*text);
    if (!level) return false;
    config.*member = *level;
    return true;
  }
};

bool take(const Setting& setting, const TomlValue& value, Config& config) {
  return std::visit(FromToml{setting, value, config}, setting.member);
}

// The text of a variable or option as the kind of value its setting wants.
std::optional<TomlValue> value_from_text(const Setting& setting, std::string_view text) {
  const auto* end = text.data() + text.size();
  if (std::holds_alternative<int Config::*>(setting.member)) {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc() || stop != end) return std::nullopt;
    return number;
  }
  if (std::holds_alternative<double Config::*>(setting.member)) {
    double number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc() || stop != end) return std::nullopt;
    return number;
  }
  if (!std::holds_alternative<std::vector<std::string> Config::*>(setting.member)) {
    return std::string(text);
  }
  std::vector<std::string> list;
  for (const auto item : text::split(text, ',')) {
    if (const auto trimmed = text::trim(item); !trimmed.empty()) list.emplace_back(trimmed);
  }
  return list;
}

void take_text(const Setting& setting, std::string_view text, const std::string& where,
               Config& config, Findings& findings) {
  const auto value = value_from_text(setting, text);
  if (!value || !take(setting, *value, config)) return findings.unexpected(where, setting);
  findings.came_from(setting, where);
}

Status take_file(const ConfigSources& sources, Config& config, Findings& findings) {
  WD_TRY(const auto entries, read_toml(sources.file, sources.language));
  for (const auto& entry : entries) {
    const auto where = sources.file + ":" + std::to_string(entry.line);
    const auto* setting = find(entry.section, entry.key);
    const bool section_known = std::ranges::any_of(
        kSettings, [&](const Setting& known) { return known.section == entry.section; });
    if (entry.key.empty() && section_known) continue;  // an empty section
    if (setting == nullptr) {
      findings.unknown_key(where, entry.section, entry.key);
    } else if (!take(*setting, entry.value, config)) {
      findings.unexpected(where, *setting);
    } else {
      findings.came_from(*setting, where);
    }
  }
  return ok();
}

std::string upper(std::string_view text) {
  std::string changed(text);
  for (auto& character : changed) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  return changed;
}

// A variable of another section name is somebody else's; one of ours must be a key we know.
void take_variable(const std::string& name, const std::string& value, Config& config,
                   Findings& findings) {
  for (const auto& setting : kSettings) {
    const auto section = std::string(kEnvironmentPrefix) + upper(setting.section) + "_";
    if (name == section + upper(setting.key)) {
      take_text(setting, value, name, config, findings);
      return;
    }
  }
  for (const auto& setting : kSettings) {
    const auto section = std::string(kEnvironmentPrefix) + upper(setting.section) + "_";
    if (name.starts_with(section)) {
      findings.unknown_key(name, setting.section, name.substr(section.size()));
      return;
    }
  }
}

void take_override(const Override& item, Config& config, Findings& findings) {
  const auto dot = item.setting.find('.');
  const auto section = item.setting.substr(0, dot);
  const auto key = dot == std::string::npos ? std::string() : item.setting.substr(dot + 1);
  if (const auto* setting = find(section, key)) {
    take_text(*setting, item.value, item.origin, config, findings);
  } else {
    findings.unknown_key(item.origin, section, key);
  }
}

fs::path real_place(const std::string& path) {
  std::error_code failed;
  auto place = fs::weakly_canonical(path, failed);
  return failed ? fs::path(path).lexically_normal() : place;
}

bool lies_in(const std::string& inner, const std::string& outer) {
  const auto a = real_place(inner), b = real_place(outer);
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).second == b.end();
}

std::string without_end_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The build folder's neighbour in a checkout, or the place of an installed package.
std::string web_beside_program() {
  std::error_code failed;
  const auto program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  for (const auto* place : {"web/dist", "share/wangdi/web"}) {
    const auto folder = program.parent_path().parent_path() / place;
    if (fs::is_regular_file(folder / "index.html", failed)) return folder.string();
  }
  return {};
}

void place_folders(Config& config, Findings& findings) {
  config.data = without_end_slash(config.data);
  config.keys = without_end_slash(config.keys);
  if (config.web.empty()) config.web = web_beside_program();
  if (config.data.empty()) return;
  // What stands beside it is called after it.
  const auto name = fs::path(config.data).filename();
  if (name.empty() || name == "." || name == "..") {
    findings.broken_rule("data.folder", config.data,
                         "数据文件夹要有自己的名字，例如 /var/lib/wangdi",
                         "the data folder needs a name of its own, such as /var/lib/wangdi");
    return;
  }
  if (config.keys.empty()) config.keys = config.data + ".keys";
  if (config.root.empty()) config.root = config.data + ".root";
  if (config.anchor.empty()) config.anchor = config.data + ".anchor";
  if (lies_in(config.anchor, config.data)) {
    findings.broken_rule("anchor.path", config.anchor,
                         "锚点文件要放在数据文件夹之外，最好在另一个磁盘上",
                         "the anchor file must lie outside the data folder, best on another disk");
  }
  config.log_copy = without_end_slash(config.log_copy);
  if (!config.log_copy.empty() &&
      (lies_in(config.log_copy, config.data) || lies_in(config.log_copy, config.keys))) {
    findings.broken_rule("log.copy", config.log_copy,
                         "日志副本要放在数据和密钥文件夹之外，最好在另一台主机的存储上",
                         "the log copy must lie outside data and keys, best on another host");
  }
  if (lies_in(config.keys, config.data) || lies_in(config.data, config.keys)) {
    findings.broken_rule("data.keys", config.keys, "密钥文件夹和数据文件夹不能一个套着另一个",
                         "the keys folder and the data folder must lie outside each other");
  }
  config.keys_copy = without_end_slash(config.keys_copy);
  if (!config.keys_copy.empty() &&
      (lies_in(config.keys_copy, config.data) || lies_in(config.keys_copy, config.keys) ||
       lies_in(config.keys, config.keys_copy) || lies_in(config.root, config.keys_copy))) {
    findings.broken_rule("vault.copy", config.keys_copy,
                         "密钥的副本要放在数据、密钥和根密钥之外，最好在另一个磁盘上",
                         "the copy of the keys must lie outside data, keys and root, best on "
                         "another disk");
  }
  if (lies_in(config.root, config.data) || lies_in(config.root, config.keys)) {
    findings.broken_rule("data.root", config.root, "根密钥文件要放在数据文件夹和密钥文件夹之外",
                         "the root file must lie outside the data folder and the keys folder");
  }
}

void check_address(Config& config, Findings& findings) {
  if (config.address == "localhost") config.address = "127.0.0.1";  // no name is looked up
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  const bool known = ::inet_pton(AF_INET, config.address.c_str(), bytes.data()) == 1 ||
                     ::inet_pton(AF_INET6, config.address.c_str(), bytes.data()) == 1;
  if (!known) {
    findings.broken_rule("http.address", config.address, "要填 IP 地址，如 127.0.0.1 或 ::1",
                         "expected an IP address like 127.0.0.1 or ::1");
  } else if (!is_loopback(config.address) && config.trusted_proxies.empty() &&
             config.tls_certificate.empty()) {
    findings.broken_rule(
        "http.address", config.address,
        "不加密的 HTTP 只用在本机；要让别的机器访问，请填 tls.certificate 和 tls.key，"
        "或在前面放做 TLS 的代理并写进 http.trusted_proxies",
        "plain HTTP stays on this machine; to serve others set tls.certificate and "
        "tls.key, or put a proxy with TLS in front and name it in http.trusted_proxies");
  }
}

void check_tls(const Config& config, Findings& findings) {
  if (config.tls_certificate.empty() == config.tls_key.empty()) return;
  findings.broken_rule(config.tls_key.empty() ? "tls.certificate" : "tls.key",
                       config.tls_certificate + config.tls_key, "证书和私钥要一起填",
                       "certificate and key are set together");
}

// What is on a command line or in the environment can be read by others on the machine.
void check_storage(const Config& config, Findings& findings) {
  if (config.storage_url.empty()) return;
  const auto problem = store::problem_of_postgres_url(config.storage_url);
  if (problem == store::UrlProblem::holds_a_password) {
    findings.broken_rule(
        "storage.url", "",
        "地址里不能写密码；写进 ~/.pgpass，或用 PGPASSFILE 指明的文件、service 文件",
        "the address must not hold a password; put it into ~/.pgpass, the file of "
        "PGPASSFILE or a service file");
  } else if (problem) {
    findings.broken_rule("storage.url", "",
                         "要填 PostgreSQL 的地址，如 postgres://用户@主机/数据库",
                         "expected an address of PostgreSQL like postgres://user@host/database");
  }
}

void check_profile(const Config& config, Findings& findings) {
  if (config.access_profile == "standard" || config.access_profile == "mlps3") return;
  findings.broken_rule("access.profile", config.access_profile, "要填其中一个：standard, mlps3",
                       "expected one of: standard, mlps3");
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

bool is_loopback(std::string_view address) {
  const std::string text(address);
  in_addr bytes{};
  if (::inet_pton(AF_INET, text.c_str(), &bytes) == 1) return ntohl(bytes.s_addr) >> 24 == 127;
  return address == "::1" || address == "localhost";
}

Result<Config> load_config(const ConfigSources& sources) {
  Config config;
  Findings findings(sources.language);
  if (!sources.file.empty()) {
    WD_TRY([[maybe_unused]] auto taken, take_file(sources, config, findings));
  }
  for (const auto& [name, value] : sources.environment) {
    take_variable(name, value, config, findings);
  }
  for (const auto& item : sources.overrides) take_override(item, config, findings);
  place_folders(config, findings);
  check_address(config, findings);
  check_tls(config, findings);
  check_storage(config, findings);
  check_profile(config, findings);
  if (!findings.empty()) return findings.error();
  return config;
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const auto equals = text.find('=');
    if (!text.starts_with(kEnvironmentPrefix) || equals == std::string_view::npos) continue;
    found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

}  // namespace wangdi::app
