// SPDX-License-Identifier: Apache-2.0
// What a configuration accepts, which source wins, and that the example file and the table of
// settings name the same keys with the same defaults.
#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.hpp"

namespace wangdi::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("wangdi_config_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(std::string_view text) {
    const auto path = (folder_ / "wangdi.toml").string();
    std::ofstream(path) << text;
    return path;
  }
  std::filesystem::path folder_;
};

std::string what(const Error& error) {
  EXPECT_EQ(error.code(), ErrorCode::configuration_invalid);
  return error.details().at(0).value;
}

TEST_F(ConfigTest, given_nothing_then_defaults_hold) {
  const auto config = load_config({});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->port, 8080);
  EXPECT_EQ(config->zone().minutes_east, 480);
  EXPECT_EQ(config->data, "");
  EXPECT_EQ(config->keys, "");
}

TEST_F(ConfigTest, given_a_data_folder_then_keys_and_root_lie_beside_it) {
  const auto config = load_config({.overrides = {{"data.folder", "/srv/wangdi/", "--data"}}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data, "/srv/wangdi");
  EXPECT_EQ(config->keys, "/srv/wangdi.keys");
  EXPECT_EQ(config->root, "/srv/wangdi.root");
  EXPECT_EQ(config->anchor, "/srv/wangdi.anchor");
}

TEST_F(ConfigTest, given_all_sources_then_the_command_line_wins_over_environment_over_file) {
  const auto path = file(
      "[http]\nport = 1\nconnections_max = 11\nburst_per_client = 1.5\n"
      "trusted_proxies = [\"10.0.0.0/8\"]\n[log]\nlevel = \"debug\"\n[zone]\n");
  const auto config = load_config({.file = path,
                                   .environment = {{"WANGDI_HTTP_PORT", "2"},
                                                   {"WANGDI_HTTP_CONNECTIONS_MAX", "22"},
                                                   {"WANGDI_LONG", "1"}},
                                   .overrides = {{"http.port", "3", "--listen"}}});
  ASSERT_TRUE(config) << what(config.error());
  EXPECT_EQ(config->port, 3);
  EXPECT_EQ(config->connections_max, 22);
  EXPECT_EQ(config->burst_per_client, 1.5);
  EXPECT_EQ(config->trusted_proxies, std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_EQ(config->log_level, LogLevel::debug);
}

TEST_F(ConfigTest, given_a_wrong_file_then_the_error_names_line_key_and_what_is_expected) {
  const struct {
    std::string_view text, place, why;
  } cases[] = {
      {"[http]\nprot = 1\n", "wangdi.toml:2: http.prot", "address, port"},
      {"[htp]\nport = 1\n", "wangdi.toml:2: htp.port", "[data], [vault], [anchor], [http]"},
      {"[htp]\n", "wangdi.toml:1: htp", "no such section"},
      {"port = 1\n", "wangdi.toml:1: port", "no such section"},
      {"\n[http]\nport = \"8080\"\n", "wangdi.toml:3: http.port", "whole number from 0 to 65535"},
      {"[http]\nport = 65536\n", "wangdi.toml:2: http.port", "whole number from 0 to 65535"},
      {"[http]\nport = -1\n", "wangdi.toml:2: http.port", "whole number from 0 to 65535"},
      {"[http]\nport = 80.5\n", "wangdi.toml:2: http.port", "whole number"},
      {"[http]\nport = true\n", "wangdi.toml:2: http.port", "whole number"},
      {"[http]\nport = 2020-02-18\n", "wangdi.toml:2: http.port", "whole number"},
      {"[http]\nburst_per_client = nan\n", "wangdi.toml:2: http.burst", "a number from 1"},
      {"[http]\naddress = 1\n", "wangdi.toml:2: http.address", "a text"},
      {"[http]\naddress = \"here\"\n", "wangdi.toml:2: http.address = here: ", "IP address"},
      {"[http]\naddress = \"0.0.0.0\"\n", "wangdi.toml:2: http.address = 0.0.0.0: ", "TLS"},
      {"[http]\ntrusted_proxies = \"10.0.0.1\"\n", "wangdi.toml:2: http.trusted", "a list"},
      {"[http]\ntrusted_proxies = [1]\n", "wangdi.toml:2: http.trusted", "a list"},
      {"[http.port]\nx = 1\n", "wangdi.toml:1: http.port", "whole number"},
      {"[log]\nlevel = \"loud\"\n", "wangdi.toml:2: log.level", "debug, info, warning, error"},
      {"[access]\nprofile = \"mlps4\"\n",
       "wangdi.toml:2: access.profile = mlps4: ", "standard, mlps3"},
      {"[http]\nport = 1\nport = 2\n", "wangdi.toml:3", ""},
      {"[http\n", "wangdi.toml:1", ""},
      // #3: a phone's batch never had room, so that nothing was ever taken.
      {"[write]\nqueue_max = 199\n", "wangdi.toml:2: write.queue_max", "number from 200 to"},
      // #3: the library promised the compiler that these characters never come.
      {"[http]\n\u3002port = 1\n", "wangdi.toml:2", "KEY = VALUE"},
      {"[http]\nport\u3000= 1\u3002\n", "wangdi.toml:2", "KEY = VALUE"},
      {"[http]\n\u00E9 = 1\n", "wangdi.toml:2", "KEY = VALUE"},
      {"\uFE30 = 1\n", "wangdi.toml:1", "KEY = VALUE"},
      // #3: the library's own assertion ended the program.
      {"[?http]\n", "wangdi.toml:1", ""},
      {"[http.?]\n", "wangdi.toml:1", ""},
      // #3: what follows a NUL would be passed over.
      {"[http]\ntrusted_proxies = [\"10.0.0.1\\u0000\"]\n", "wangdi.toml:2: http.trusted",
       "a list"},
  };
  for (const auto& one : cases) {
    const auto config = load_config({.file = file(one.text)});
    ASSERT_FALSE(config) << one.text;
    EXPECT_THAT(what(config.error()), HasSubstr(one.place));
    EXPECT_THAT(what(config.error()), HasSubstr(one.why));
  }
}

TEST_F(ConfigTest, given_several_mistakes_then_all_are_named_in_order) {
  const auto config = load_config({.file = file("[http]\nzort = 1\nport = -1\n"),
                                   .environment = {{"WANGDI_READ_THREADS", "many"}},
                                   .overrides = {{"write.batch", "1", "--set write.batch"}},
                                   .language = Language::kChinese});
  ASSERT_FALSE(config);
  const auto text = what(config.error());
  EXPECT_THAT(text, HasSubstr("wangdi.toml:2: http.zort: 没有这一项"));
  EXPECT_THAT(text, HasSubstr("wangdi.toml:3: http.port: 要填 0 到 65535 的整数"));
  EXPECT_THAT(text, HasSubstr("WANGDI_READ_THREADS: read.threads: 要填 1 到 64 的整数"));
  EXPECT_THAT(text, HasSubstr("--set write.batch: write.batch: 没有这一项"));
  EXPECT_LT(text.find("zort"), text.find("http.port"));
}

TEST_F(ConfigTest, given_a_rule_between_settings_then_the_error_names_where_the_value_came_from) {
  const auto path = file("[tls]\ncertificate = \"a.pem\"\n[data]\nkeys = \"/srv/w/keys\"\n");
  const auto config = load_config(
      {.file = path,
       .environment = {{"WANGDI_STORAGE_URL", "mysql://db"}},
       .overrides = {{"data.folder", "/srv/w", "--data"}, {"http.address", "there", "--listen"}}});
  ASSERT_FALSE(config);
  const auto text = what(config.error());
  EXPECT_THAT(text, HasSubstr("wangdi.toml:2: tls.certificate = a.pem: certificate and key"));
  EXPECT_THAT(text, HasSubstr("wangdi.toml:4: data.keys = /srv/w/keys: the keys folder"));
  EXPECT_THAT(text, HasSubstr("WANGDI_STORAGE_URL: storage.url: expected an address"));
  EXPECT_THAT(text, HasSubstr("--listen: http.address = there: expected an IP address"));
}

// Found by the fuzzer: the anchor beside it was blamed, which nobody had set.
TEST_F(ConfigTest, given_a_data_folder_without_a_name_then_it_is_named_itself) {
  for (const auto* folder : {"/", ".", "..", "a/.."}) {
    const auto config = load_config({.overrides = {{"data.folder", folder, "--data"}}});
    ASSERT_FALSE(config) << folder;
    EXPECT_THAT(what(config.error()), HasSubstr("--data: data.folder = " + std::string(folder)));
  }
}

TEST_F(ConfigTest, given_a_file_that_is_no_toml_then_it_is_said_in_the_language_of_the_reader) {
  const auto config =
      load_config({.file = file("[http]\nport\uFF1D8080\u3002\n"), .language = Language::kChinese});
  ASSERT_FALSE(config);
  EXPECT_THAT(what(config.error()), HasSubstr("wangdi.toml:2: 写法不对，应是 项 = 值"));
  EXPECT_THAT(what(load_config({.file = folder_.string(), .language = Language::kChinese}).error()),
              HasSubstr("读不了"));
}

TEST_F(ConfigTest, given_a_database_address_then_it_is_one_and_holds_no_password) {
  const auto with = [](const std::string& url) {
    return load_config({.overrides = {{"storage.url", url, "--store"}}});
  };
  const auto right = with("postgres://wangdi@db.example/wangdi");
  ASSERT_TRUE(right);
  EXPECT_EQ(right->storage_url, "postgres://wangdi@db.example/wangdi");
  const auto leaking = with("postgres://wangdi:open@db.example/wangdi");
  ASSERT_FALSE(leaking);
  EXPECT_THAT(what(leaking.error()), HasSubstr("must not hold a password"));
  EXPECT_THAT(what(leaking.error()), Not(HasSubstr("open@")));
  for (const auto* url : {"wangdi.db", "host=db", "mysql://db/wangdi"}) {
    const auto wrong = with(url);
    ASSERT_FALSE(wrong) << url;
    EXPECT_THAT(what(wrong.error()), HasSubstr("expected an address of PostgreSQL"));
  }
}

TEST_F(ConfigTest, given_an_unreadable_or_huge_file_then_it_is_refused) {
  EXPECT_THAT(what(load_config({.file = (folder_ / "absent").string()}).error()),
              HasSubstr("cannot be read"));
  EXPECT_THAT(what(load_config({.file = folder_.string()}).error()), HasSubstr("cannot be read"));
  EXPECT_THAT(what(load_config({.file = file(std::string(70'000, '#'))}).error()),
              HasSubstr("64 KiB"));
}

TEST_F(ConfigTest, given_an_unknown_variable_of_a_known_section_then_it_is_refused) {
  const auto config = load_config({.environment = {{"WANGDI_HTTP_PROT", "1"}}});
  ASSERT_FALSE(config);
  EXPECT_THAT(what(config.error()), HasSubstr("WANGDI_HTTP_PROT"));
}

// security: CR3
TEST_F(ConfigTest, given_root_or_keys_inside_data_then_refused) {
  std::filesystem::create_directories(folder_ / "data");
  std::filesystem::create_directory_symlink(folder_ / "data", folder_ / "link");
  const auto at = [&](const char* name) { return (folder_ / name).string(); };
  const struct {
    std::string data, keys, root;
    bool accepted;
  } cases[] = {
      {at("data"), at("keys"), at("root"), true},
      {at("data"), at("data2"), at("data2.root"), true},
      {at("data"), at("keys"), at("data/root"), false},
      {at("data"), at("keys"), at("data/../data/root"), false},
      {at("data"), at("keys"), at("link/root"), false},
      {at("data"), at("keys"), at("keys/root"), false},
      {at("data"), at("data/keys"), at("root"), false},
      {at("keys/data"), at("keys"), at("root"), false},
      {at("data"), at("data"), at("root"), false},
  };
  for (const auto& one : cases) {
    const auto config = load_config({.overrides = {{"data.folder", one.data, "--data"},
                                                   {"data.keys", one.keys, "--keys"},
                                                   {"data.root", one.root, "--root"}}});
    EXPECT_EQ(config.has_value(), one.accepted) << one.keys << " " << one.root;
  }
}

// security: SE1
TEST_F(ConfigTest, given_a_public_address_then_a_proxy_must_be_named) {
  const std::vector<Override> open{{"http.address", "0.0.0.0", "--listen"}};
  EXPECT_FALSE(load_config({.overrides = open}));
  auto behind = open;
  behind.push_back({"http.trusted_proxies", "10.0.0.1, fd00::/8", "--set"});
  const auto config = load_config({.overrides = behind});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->trusted_proxies, (std::vector<std::string>{"10.0.0.1", "fd00::/8"}));
  for (const auto* inside : {"127.0.0.1", "127.8.9.1", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback(inside)) << inside;
  }
  for (const auto* outside : {"128.0.0.1", "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", ""}) {
    EXPECT_FALSE(is_loopback(outside)) << outside;
  }
}

TEST_F(ConfigTest, given_localhost_then_it_is_the_address_that_can_be_served) {
  const auto config = load_config({.overrides = {{"http.address", "localhost", "--listen"}}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->address, "127.0.0.1");
}

bool same(const Config& a, const Config& b, const Setting& setting) {
  return std::visit([&](auto member) { return a.*member == b.*member; }, setting.member);
}

TEST_F(ConfigTest, given_the_example_file_then_it_names_every_setting_with_its_default) {
  const std::string path = WANGDI_SOURCE_DIR "/docs/operating/wangdi.toml";
  const auto example = load_config({.file = path});
  ASSERT_TRUE(example) << what(example.error());
  const auto defaults = load_config({});
  ASSERT_TRUE(defaults);
  std::set<std::string> known;
  for (const auto& setting : settings()) {
    known.insert(std::string(setting.section) + "." + std::string(setting.key));
    EXPECT_TRUE(same(*example, *defaults, setting)) << setting.section << "." << setting.key;
  }
  std::set<std::string> shown;
  std::ifstream in(path);
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1);
    if (line.starts_with("# ")) line.erase(0, 2);
    const auto equals = line.find(" = ");
    const auto key = line.substr(0, equals);
    if (equals != std::string::npos && key.find(' ') == std::string::npos && !section.empty()) {
      EXPECT_TRUE(shown.insert(section + "." + key).second) << key;
    }
  }
  EXPECT_EQ(shown, known);
}

}  // namespace
}  // namespace wangdi::app
