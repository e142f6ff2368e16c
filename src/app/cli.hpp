// SPDX-License-Identifier: Apache-2.0
// The command line: a table of commands with their options, from which parsing and help follow.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands.hpp"
#include "app/config.hpp"

namespace wangdi::app {

enum class CommandName : std::uint8_t {
  serve,
  init,
  demo,
  import_tree,
  import_roster,
  verify,
  rebuild,
  migrate,
  backup,
  restore,
  drill,
  epoch,
  retention,
  openapi,
  user_add,
  user_list,
  user_reset,
  user_close,
  doctor,
  version,
};

struct CommandOption {
  std::string_view name;     // with its dashes
  std::string_view value;    // what follows it in help; empty: a flag
  std::string_view setting;  // the configuration's key it sets; empty: the command's own
  bool required;
  std::string_view text[2];  // indexed by Language
};

struct CommandEntry {
  CommandName name;
  std::string_view words;    // as typed, "user add"
  std::string_view operand;  // what stands without a dash; empty: nothing. Always exactly one
  bool needs_folder;         // cannot do without --data, and takes the folder's options
  std::span<const CommandOption> options;
  std::string_view text[2];
};
std::span<const CommandEntry> command_entries();
// Options every command with a folder takes.
std::span<const CommandOption> folder_options();

struct Invocation {
  const CommandEntry* command = nullptr;  // nullptr: help about all
  bool help = false;
  std::string config_file;
  std::vector<Override> overrides;
  std::map<std::string, std::string, std::less<>> values;  // by option name; "" of a flag
  std::string operand;

  bool has(std::string_view option) const { return values.contains(option); }
  std::string value(std::string_view option) const {
    const auto found = values.find(option);
    return found == values.end() ? std::string() : found->second;
  }
};

// `arguments` without the program's name. Error: usage.
Result<Invocation> parse_command_line(std::span<const std::string> arguments, Language language);
std::string help_text(const CommandEntry* command, Language language);
// zh when LC_ALL, LC_MESSAGES or LANG, the first that is set, begins with zh; else en.
Language language_of_locale(const char* lc_all, const char* lc_messages, const char* lang);

using Environment = std::vector<std::pair<std::string, std::string>>;
// Parses, loads the configuration and calls the command. The exit status.
int run_command_line(std::span<const std::string> arguments, const Environment& environment,
                     Console& console, const Commands& commands);

}  // namespace wangdi::app
