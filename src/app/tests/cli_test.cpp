// SPDX-License-Identifier: Apache-2.0
// What the command line accepts, what it answers to mistakes, and which command it calls with what.
#include "app/cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace wangdi::app {
namespace {

using ::testing::HasSubstr;

// Runs the command line with commands that only note their call.
struct Called {
  explicit Called(std::vector<std::string> arguments, Language language = Language::kEnglish,
                  const Environment& environment = {}) {
    Console console{out, err, language};
    status = run_command_line(arguments, environment, console, recorders());
  }
  Commands recorders() {
    const auto simple = [this](const char* name) {
      return [this, name](const Config& used, Console&) { return note(name, used); };
    };
    const auto file = [this](const char* name) {
      return [this, name](const Config& used, Console&, const BackupRequest& request) {
        return note(std::string(name) + " " + request.file +
                        (request.keys_to.empty() ? "" : " " + request.keys_to),
                    used);
      };
    };
    return {
        .serve = simple("serve"),
        .init =
            [this](const Config& used, Console&, const InitRequest& request) {
              return note("init " + request.tree + " " + request.admin, used);
            },
        .demo = simple("demo"),
        .import_tree =
            [this](const Config& used, Console&, const ImportTreeRequest& request) {
              return note("import tree " + request.file, used);
            },
        .import_roster =
            [this](const Config& used, Console&, const ImportRosterRequest& request) {
              return note("import roster " + request.file + " " + request.community + " " +
                              request.account + (request.apply ? " apply " : " try ") +
                              request.errors_file,
                          used);
            },
        .verify =
            [this](const Config& used, Console&, const VerifyRequest& request) {
              return note(request.accept_loss ? "verify accept-loss" : "verify", used);
            },
        .rebuild =
            [this](const Config& used, Console&, const RebuildRequest& request) {
              return note(request.check ? "rebuild check" : "rebuild", used);
            },
        .migrate = simple("migrate"),
        .backup = file("backup"),
        .restore = file("restore"),
        .drill = file("drill"),
        .epoch = simple("epoch"),
        .retention = simple("retention"),
        .openapi = [this](Console&) { return note("openapi", {}); },
        .user =
            [this](const Config& used, Console&, const UserRequest& request) {
              return note("user " + std::to_string(static_cast<int>(request.action)) + " " +
                              request.name + " " + request.display_name + " " + request.role + " " +
                              request.region + " " + request.reason,
                          used);
            },
        .doctor = simple("doctor"),
        .version = [this](Console&) { return note("version", {}); },
    };
  }
  int note(std::string what, Config used) {
    called = std::move(what);
    config = std::move(used);
    return kExitFindings;  // a status that parsing never gives
  }

  std::ostringstream out, err;
  std::string called;
  Config config;
  int status = -1;
};

TEST(CommandLine, given_a_command_then_it_is_called_with_its_options) {
  const struct {
    std::vector<std::string> arguments;
    std::string called;
  } cases[] = {
      {{"serve", "--data", "d"}, "serve"},
      {{"init", "--data", "d"}, "init  admin"},
      {{"backup", "--data", "d", "--to", "f"}, "backup f"},
      {{"backup", "--data", "d", "--to", "f", "--keys-to", "k"}, "backup f k"},
      {{"restore", "--data", "d", "--from", "f"}, "restore f"},
      {{"drill", "--data", "d", "--from", "f"}, "drill f"},
      {{"epoch", "--data", "d"}, "epoch"},
      {{"retention", "--data", "d"}, "retention"},
      {{"init", "--data", "d", "--tree", "t.gz", "--admin=root"}, "init t.gz root"},
      {{"demo", "--data=d"}, "demo"},
      {{"import", "tree", "t.gz", "--data", "d"}, "import tree t.gz"},
      {{"import", "roster", "--community", "320508000001", "--account", "li", "r.xlsx", "--data",
        "d"},
       "import roster r.xlsx 320508000001 li try "},
      {{"import", "roster", "r.csv", "--community=3", "--account=li", "--apply", "--errors",
        "e.xlsx", "--data", "d"},
       "import roster r.csv 3 li apply e.xlsx"},
      {{"verify", "--data", "d"}, "verify"},
      {{"verify", "--accept-loss", "--data", "d"}, "verify accept-loss"},
      {{"rebuild", "--data", "d"}, "rebuild"},
      {{"rebuild", "--check", "--data", "d"}, "rebuild check"},
      {{"migrate", "--data", "d"}, "migrate"},
      {{"openapi"}, "openapi"},
      {{"user", "add", "li", "--role", "grid_worker", "--region", "320508", "--display-name",
        "小李", "--data", "d"},
       "user 0 li 小李 grid_worker 320508 "},
      {{"user", "list", "--data", "d"}, "user 1     "},
      {{"user", "reset", "li", "--data", "d"}, "user 2 li    "},
      {{"user", "close", "li", "--reason", "moved", "--data", "d"}, "user 3 li    moved"},
      {{"doctor", "--data", "d"}, "doctor"},
      {{"version"}, "version"},
      {{"--version"}, "version"},
  };
  for (const auto& one : cases) {
    Called run(one.arguments);
    EXPECT_EQ(run.called, one.called);
    EXPECT_EQ(run.status, kExitFindings) << run.err.str();
    const bool without = one.called == "openapi" || one.called == "version";
    EXPECT_EQ(run.config.data, without ? "" : "d");
  }
}

TEST(CommandLine, given_a_mistake_then_status_2_and_what_is_meant) {
  const struct {
    std::vector<std::string> arguments;
    std::string_view said;
  } cases[] = {
      {{}, "no command"},
      {{"sreve"}, "no such command: sreve"},
      {{"user"}, "user add, user list, user reset, user close"},
      {{"import", "rooster"}, "import tree, import roster"},
      {{"serve"}, "--data DIR"},
      {{"serve", "--data"}, "--data needs DIR"},
      {{"serve", "--dta", "d"}, "unknown option --dta, see wangdi serve --help"},
      {{"serve", "d"}, "unexpected argument: d"},
      {{"serve", "--data", "d", "--listen", "8080"}, "ADDRESS:PORT"},
      {{"serve", "--data", "d", "--listen", "::1:8080"}, "ADDRESS:PORT"},
      {{"serve", "--data", "d", "--listen", "127.0.0.1:"}, "ADDRESS:PORT"},
      {{"serve", "--data", "d", "--set", "http.port"}, "SECTION.KEY=VALUE"},
      {{"rebuild", "--check=yes", "--data", "d"}, "--check takes no value"},
      {{"import", "tree", "--data", "d"}, "needs DIR"},
      {{"import", "tree", "a", "b", "--data", "d"}, "unexpected argument: b"},
      {{"import", "roster", "a", "--account", "x", "--data", "d"}, "needs --community CODE"},
      {{"user", "add", "li", "--role", "r", "--display-name", "x", "--data", "d"},
       "needs --region CODE"},
      {{"openapi", "--data", "d"}, "unknown option --data"},
  };
  for (const auto& one : cases) {
    Called run(one.arguments);
    EXPECT_EQ(run.status, kExitUsage);
    EXPECT_EQ(run.called, "");
    EXPECT_EQ(run.out.str(), "");
    EXPECT_THAT(run.err.str(), HasSubstr(one.said));
  }
}

// security: CR4
TEST(CommandLine, given_a_secret_as_argument_then_refused_without_repeating_it) {
  for (const auto* option : {"--password", "--password=hunter2", "--secret", "--token"}) {
    Called run({"user", "add", "li", option, "hunter2"});
    EXPECT_EQ(run.status, kExitUsage);
    EXPECT_THAT(run.err.str(), HasSubstr("never given as arguments"));
    EXPECT_EQ(run.err.str().find("hunter2"), std::string::npos);
  }
  for (const auto& entry : command_entries()) {
    for (const auto& option : entry.options) {
      for (const auto* word : {"password", "secret", "token", "passphrase"}) {
        EXPECT_EQ(option.name.find(word), std::string_view::npos) << option.name;
      }
    }
  }
}

TEST(CommandLine, given_options_of_the_configuration_then_they_win) {
  Called run(
      {"serve", "--data", "/srv/w/", "--keys", "/k", "--listen", "[::1]:9", "--web", "/web",
       "--set", "http.burst_per_client=9.5", "--set", "write.batch_max=7", "--log-level", "debug"},
      Language::kEnglish, {{"WANGDI_HTTP_PORT", "1"}, {"WANGDI_READ_THREADS", "3"}});
  ASSERT_EQ(run.called, "serve") << run.err.str();
  EXPECT_EQ(run.config.data, "/srv/w");
  EXPECT_EQ(run.config.keys, "/k");
  EXPECT_EQ(run.config.address, "::1");
  EXPECT_EQ(run.config.port, 9);
  EXPECT_EQ(run.config.web, "/web");
  EXPECT_EQ(run.config.burst_per_client, 9.5);
  EXPECT_EQ(run.config.batch_max, 7);
  EXPECT_EQ(run.config.reader_threads, 3);
  EXPECT_EQ(run.config.log_level, LogLevel::debug);
}

TEST(CommandLine, given_a_wrong_value_then_the_option_is_named_and_status_is_2) {
  Called run({"serve", "--data", "d", "--listen", "127.0.0.1:http"}, Language::kChinese);
  EXPECT_EQ(run.status, kExitUsage);
  EXPECT_THAT(run.err.str(), HasSubstr("--listen: http.port: 要填 0 到 65535 的整数"));
}

TEST(CommandLine,
     given_an_error_then_only_what_stays_wrong_has_the_status_that_is_not_tried_again) {
  std::ifstream unit(WANGDI_SOURCE_DIR "/packaging/wangdi.service");
  std::set<std::string> lines;
  for (std::string line; std::getline(unit, line);) lines.insert(line);
  EXPECT_TRUE(lines.contains("RestartPreventExitStatus=" + std::to_string(kExitUsage)));
  EXPECT_TRUE(lines.contains("Restart=on-failure"));
  const struct {
    ErrorCode code;
    int status;
  } cases[] = {
      {ErrorCode::usage, kExitUsage},
      {ErrorCode::configuration_invalid, kExitUsage},
      {ErrorCode::folder_in_use, kExitFailure},
      {ErrorCode::storage_failed, kExitFailure},
  };
  for (const auto& one : cases) {
    std::ostringstream out, err;
    Console console{out, err, Language::kEnglish};
    EXPECT_EQ(fail(console, Error(one.code)), one.status) << error_entry(one.code).name;
  }
}

TEST(CommandLine, given_help_then_every_command_and_option_is_told_in_both_languages) {
  for (const auto language : {Language::kChinese, Language::kEnglish}) {
    Called all({"--help"}, language);
    EXPECT_EQ(all.status, kExitOk);
    EXPECT_EQ(all.err.str(), "");
    for (const auto& entry : command_entries()) {
      EXPECT_THAT(all.out.str(), HasSubstr("  " + std::string(entry.words) + " "));
      std::vector<std::string> arguments;
      std::istringstream words{std::string(entry.words)};
      for (std::string word; words >> word;) arguments.push_back(word);
      arguments.push_back("--help");
      Called one(arguments, language);
      EXPECT_EQ(one.status, kExitOk);
      EXPECT_EQ(one.called, "");
      const auto at = static_cast<int>(language);
      EXPECT_THAT(one.out.str(), HasSubstr(std::string(entry.text[at])));
      for (const auto& option : entry.options) {
        EXPECT_THAT(one.out.str(), HasSubstr(std::string(option.name)));
        EXPECT_THAT(one.out.str(), HasSubstr(std::string(option.text[at])));
      }
    }
  }
}

TEST(CommandLine, given_half_a_command_with_help_then_all_commands_are_told_in_one_column) {
  for (const auto* first : {"import", "user"}) {
    Called all({first, "--help"}, Language::kEnglish);
    EXPECT_EQ(all.status, kExitOk);
    EXPECT_THAT(all.out.str(), HasSubstr("\n  import tree    imports"));
    EXPECT_THAT(all.out.str(), HasSubstr("\n  import roster  imports"));
    EXPECT_THAT(all.out.str(), HasSubstr("\n  user add       opens"));
  }
}

TEST(CommandLine, given_a_wrong_word_then_it_is_named) {
  std::ostringstream out, err;
  Console console{out, err, Language::kChinese};
  print_error(console, Error(ErrorCode::invalid_fields)
                           .with("count", "1")
                           .at("/NAME", ErrorCode::field_too_short, {{"limit", "3"}}));
  EXPECT_THAT(err.str(), HasSubstr("\n  NAME: 太短了，至少 3 个字\n"));
}

TEST(CommandLine, given_a_locale_then_its_language) {
  EXPECT_EQ(language_of_locale(nullptr, nullptr, nullptr), Language::kEnglish);
  EXPECT_EQ(language_of_locale(nullptr, nullptr, "zh_CN.UTF-8"), Language::kChinese);
  EXPECT_EQ(language_of_locale("C", nullptr, "zh_CN.UTF-8"), Language::kEnglish);
  EXPECT_EQ(language_of_locale("", "zh_CN", "en_US.UTF-8"), Language::kChinese);
}

}  // namespace
}  // namespace wangdi::app
