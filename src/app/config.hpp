// SPDX-License-Identifier: Apache-2.0
// The configuration: defaults, then a TOML file, then the environment (WANGDI_<SECTION>_<KEY>),
// then the command line. A key that is unknown, of the wrong type or out of range is an error that
// names its place and what is expected: a misspelt limit must not look set.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/log.hpp"
#include "base/civil_date.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace wangdi::app {

struct Config {
  std::string data;  // empty only for commands that need no folder
  std::string keys;  // <data>.keys unless set
  std::string root;  // <data>.root unless set; never inside data or keys
  // The second copy of the keys, kept up to date within a second; on another disk. Empty: none.
  std::string keys_copy;
  int epoch_hour = 3;  // of the zone's day: when a new epoch of the keys begins
  // The file of the journal's heads: <data>.anchor unless set, never inside data; best on other
  // storage.
  std::string anchor;

  // A PostgreSQL database instead of SQLite in the data folder; never with a password in it.
  std::string storage_url;

  std::string address = "127.0.0.1";
  int port = 8080;  // 0 picks a free one
  std::string web;  // the built web app; found beside the program unless set, empty serves none
  int service_worker = 1;  // 0: browsers drop the app they keep and load it anew each time
  std::vector<std::string> trusted_proxies;
  std::string tls_certificate;  // PEM, with the chain; both or neither
  std::string tls_key;
  int connections_max = 10'000;
  int connections_per_client_max = 256;
  double requests_per_second_per_client = 50;  // 0: no limit
  double burst_per_client = 200;

  int queue_max = static_cast<int>(limits::kCommandQueue);
  int batch_max = static_cast<int>(limits::kWriterBatch);
  int batch_least = 128;  // of several writers: a smaller batch takes further districts
  int writers = 4;        // on a database server; SQLite has one
  int checkpoint_pages = 3'000;

  int reader_threads = 2;

  std::string access_profile = "standard";  // or "mlps3"

  int zone_minutes_east = 480;

  std::string log_file;  // empty: standard error
  LogLevel log_level = LogLevel::info;
  std::string log_copy;  // a folder on other storage for the copy of the access log; empty: none

  ZoneOffset zone() const { return {zone_minutes_east}; }
};

// One key of the configuration. The table of all is the only list of what can be configured; the
// example file and the tests are held to it.
struct Setting {
  using Member = std::variant<int Config::*, double Config::*, std::string Config::*,
                              std::vector<std::string> Config::*, LogLevel Config::*>;
  std::string_view section;
  std::string_view key;
  Member member;
  double least = 0;  // of numbers
  double most = 0;
};
std::span<const Setting> settings();

struct Override {
  std::string setting;  // section.key
  std::string value;    // as text; items of a list are separated by commas
  std::string origin;   // the option of the command line, for error texts
};

struct ConfigSources {
  std::string file = {};  // empty: none
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::vector<Override> overrides = {};
  Language language = Language::kEnglish;  // of what an error says is expected
};

// Error: configuration_invalid, whose {what} lists every finding, one a line.
Result<Config> load_config(const ConfigSources& sources);

// The variables of this process that begin with WANGDI_.
std::vector<std::pair<std::string, std::string>> process_environment();
// 127.0.0.0/8, ::1 and localhost.
bool is_loopback(std::string_view address);

}  // namespace wangdi::app
