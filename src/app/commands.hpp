// SPDX-License-Identifier: Apache-2.0
// The commands of the tool: what each is asked, and the functions that do them. Each returns an
// exit status. Secrets are never arguments: the tool prints first secrets, and passwords are set in
// the browser only.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "app/config.hpp"
#include "base/error.hpp"

namespace wangdi::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;   // could not be done; the message says why
inline constexpr int kExitUsage = 2;     // asked or configured in a way that stays wrong
inline constexpr int kExitFindings = 3;  // done, and something was found that wants a person

// Where a command speaks to. Results go to `out`, everything else to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  Language language;
  std::string_view choose(std::string_view chinese, std::string_view english) const {
    return language == Language::kChinese ? chinese : english;
  }
};
// What happened, what to do, and the cause for whoever runs the server.
void print_error(Console& console, const Error& error);
// Prints the error; the exit status that belongs to it.
int fail(Console& console, const Error& error);

struct InitRequest {
  std::string tree;  // file of the division tree; empty: the one that is shipped
  // Names of the first accounts: one of each administrator.
  std::string admin, security, audit;
};
struct ImportTreeRequest {
  std::string file;
};
struct ImportRosterRequest {
  std::string file;
  std::string community;
  std::string account;      // in whose name it is imported
  bool apply = false;       // false: only tries, and says what would happen
  std::string errors_file;  // xlsx of all errors and possible duplicates; empty: none
};
struct VerifyRequest {
  bool accept_loss = false;  // what the journal lacks is given up, and it is written on
};
struct RebuildRequest {
  bool check = false;  // compares beside the live tables and changes nothing
};
struct BackupRequest {
  std::string file;     // written by backup, read by restore and drill
  std::string keys_to;  // backup: where the second copy of the keys lies; empty: not copied
};
struct UserRequest {
  enum class Action : std::uint8_t { add, list, reset, close };
  Action action = Action::list;
  std::string name;
  std::string display_name;
  std::string role;
  std::string region;
  std::string reason;
};

int run_serve(const Config& config, Console& console);
int run_init(const Config& config, Console& console, const InitRequest& request);
int run_demo(const Config& config, Console& console);
int run_import_tree(const Config& config, Console& console, const ImportTreeRequest& request);
int run_import_roster(const Config& config, Console& console, const ImportRosterRequest& request);
int run_verify(const Config& config, Console& console, const VerifyRequest& request);
int run_rebuild(const Config& config, Console& console, const RebuildRequest& request);
int run_migrate(const Config& config, Console& console);
int run_backup(const Config& config, Console& console, const BackupRequest& request);
int run_restore(const Config& config, Console& console, const BackupRequest& request);
int run_drill(const Config& config, Console& console, const BackupRequest& request);
int run_epoch(const Config& config, Console& console);
int run_retention(const Config& config, Console& console);
int run_openapi(Console& console);
int run_user(const Config& config, Console& console, const UserRequest& request);
int run_doctor(const Config& config, Console& console);
int run_version(Console& console);

// The functions above as a table, so that the command line is tested without them.
struct Commands {
  std::function<int(const Config&, Console&)> serve;
  std::function<int(const Config&, Console&, const InitRequest&)> init;
  std::function<int(const Config&, Console&)> demo;
  std::function<int(const Config&, Console&, const ImportTreeRequest&)> import_tree;
  std::function<int(const Config&, Console&, const ImportRosterRequest&)> import_roster;
  std::function<int(const Config&, Console&, const VerifyRequest&)> verify;
  std::function<int(const Config&, Console&, const RebuildRequest&)> rebuild;
  std::function<int(const Config&, Console&)> migrate;
  std::function<int(const Config&, Console&, const BackupRequest&)> backup;
  std::function<int(const Config&, Console&, const BackupRequest&)> restore;
  std::function<int(const Config&, Console&, const BackupRequest&)> drill;
  std::function<int(const Config&, Console&)> epoch;
  std::function<int(const Config&, Console&)> retention;
  std::function<int(Console&)> openapi;
  std::function<int(const Config&, Console&, const UserRequest&)> user;
  std::function<int(const Config&, Console&)> doctor;
  std::function<int(Console&)> version;
};

}  // namespace wangdi::app
