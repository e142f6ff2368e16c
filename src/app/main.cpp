// SPDX-License-Identifier: Apache-2.0
// The program: hardens the process, then hands over to the command line.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "app/cli.hpp"
#include "app/process.hpp"

int main(int count, char** arguments) {
  using namespace wangdi;
  app::Console console{std::cout, std::cerr,
                       app::language_of_locale(std::getenv("LC_ALL"), std::getenv("LC_MESSAGES"),
                                               std::getenv("LANG"))};
  if (auto hardened = app::harden_this_process(); !hardened) {
    return app::fail(console, hardened.error());
  }
  const app::Commands commands{app::run_serve,       app::run_init,          app::run_demo,
                               app::run_import_tree, app::run_import_roster, app::run_verify,
                               app::run_rebuild,     app::run_migrate,       app::run_backup,
                               app::run_restore,     app::run_drill,         app::run_epoch,
                               app::run_retention,   app::run_openapi,       app::run_user,
                               app::run_doctor,      app::run_version};
  const std::vector<std::string> given(arguments + 1, arguments + count);
  return app::run_command_line(given, app::process_environment(), console, commands);
}
