// SPDX-License-Identifier: Apache-2.0
// Parsing, help and dispatch over the table of commands.
#include "app/cli.hpp"

#include <algorithm>
#include <ostream>

#include "base/text.hpp"

namespace wangdi::app {
namespace {

constexpr std::size_t kArgumentsMax = 200;

const char* pick(Language language, const char* chinese, const char* english) {
  return language == Language::kChinese ? chinese : english;
}

bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }

Error usage(std::string what) { return Error(ErrorCode::usage).with("what", std::move(what)); }

// The longest entry whose words begin the arguments; how many words it takes.
const CommandEntry* find_command(std::span<const std::string> arguments, std::size_t& words) {
  for (const auto& entry : command_entries()) {
    const auto parts = text::split(entry.words, ' ');
    const bool fits = parts.size() <= arguments.size() &&
                      std::equal(parts.begin(), parts.end(), arguments.begin());
    if (!fits) continue;
    words = parts.size();
    return &entry;
  }
  return nullptr;
}

std::string first_word_choices(std::string_view first) {
  std::string choices;
  for (const auto& entry : command_entries()) {
    if (entry.words != first && !entry.words.starts_with(std::string(first) + " ")) continue;
    choices += (choices.empty() ? "" : ", ") + std::string(entry.words);
  }
  return choices;
}

const CommandOption* find_option(const CommandEntry& command, std::string_view name) {
  const auto in = [&](std::span<const CommandOption> options) -> const CommandOption* {
    const auto found = std::ranges::find(options, name, &CommandOption::name);
    return found == options.end() ? nullptr : &*found;
  };
  if (const auto* own = in(command.options)) return own;
  return command.needs_folder ? in(folder_options()) : nullptr;
}

// ADDRESS:PORT, the address of an IPv6 in brackets.
Status take_listen(const std::string& value, Language language, Invocation& invocation) {
  const auto colon = value.rfind(':');
  auto address = value.substr(0, colon);
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (colon == std::string::npos || address.empty() || colon + 1 == value.size() ||
      (!bracketed && address.find(':') != std::string::npos)) {
    return usage(pick(language, "--listen 要写成 地址:端口，如 127.0.0.1:8080",
                      "--listen wants ADDRESS:PORT like 127.0.0.1:8080"));
  }
  if (bracketed) address = address.substr(1, address.size() - 2);
  invocation.overrides.push_back({"http.address", address, "--listen"});
  invocation.overrides.push_back({"http.port", value.substr(colon + 1), "--listen"});
  return ok();
}

Status take_set(const std::string& value, Language language, Invocation& invocation) {
  const auto equals = value.find('=');
  if (equals == std::string::npos || equals == 0) {
    return usage(pick(language, "--set 要写成 节.项=值，如 http.port=8081",
                      "--set wants SECTION.KEY=VALUE like http.port=8081"));
  }
  invocation.overrides.push_back(
      {value.substr(0, equals), value.substr(equals + 1), "--set " + value.substr(0, equals)});
  return ok();
}

Status take_option(const CommandOption& option, const std::string& value, Language language,
                   Invocation& invocation) {
  if (option.name == "--listen") return take_listen(value, language, invocation);
  if (option.name == "--set") return take_set(value, language, invocation);
  if (option.name == "--config") {
    invocation.config_file = value;
  } else if (!option.setting.empty()) {
    invocation.overrides.push_back({std::string(option.setting), value, std::string(option.name)});
  } else {
    invocation.values[std::string(option.name)] = value;
  }
  return ok();
}

Error unknown_option(const CommandEntry& command, const std::string& name, Language language) {
  for (const auto* secret : {"--password", "--secret", "--passphrase", "--token"}) {
    if (!name.starts_with(secret)) continue;
    return usage(pick(language, "密码不能写在命令行里，别的用户看得见；请登录后在网页里设密码",
                      "secrets are never given as arguments, other users see them; set passwords "
                      "in the browser after logging in"));
  }
  return usage(pick(language, "不认识选项 ", "unknown option ") + name +
               pick(language, "，请看 wangdi ", ", see wangdi ") + std::string(command.words) +
               " --help");
}

// One argument, or an option with its value; moves `at` behind what it took.
Status take_argument(std::span<const std::string> arguments, std::size_t& at, Language language,
                     Invocation& invocation) {
  const auto& command = *invocation.command;
  const auto& argument = arguments[at++];
  if (asks_for_help(argument)) {
    invocation.help = true;
    return ok();
  }
  if (!argument.starts_with("-") || argument == "-") {
    if (command.operand.empty() || !invocation.operand.empty() || argument.empty()) {
      return usage(pick(language, "多出来的内容：", "unexpected argument: ") + argument);
    }
    invocation.operand = argument;
    return ok();
  }
  const auto equals = argument.find('=');
  const auto name = argument.substr(0, equals);
  const auto* option = find_option(command, name);
  if (option == nullptr) return unknown_option(command, name, language);
  if (option->value.empty()) {
    if (equals != std::string::npos) {
      return usage(name + pick(language, " 后面不带值", " takes no value"));
    }
    return take_option(*option, "", language, invocation);
  }
  if (equals != std::string::npos) {
    return take_option(*option, argument.substr(equals + 1), language, invocation);
  }
  if (at == arguments.size()) {
    return usage(name + pick(language, " 后面要有 ", " needs ") + std::string(option->value));
  }
  return take_option(*option, arguments[at++], language, invocation);
}

Status check_complete(const Invocation& invocation, Language language) {
  const auto& command = *invocation.command;
  if (!command.operand.empty() && invocation.operand.empty()) {
    return usage("wangdi " + std::string(command.words) + pick(language, " 要有 ", " needs ") +
                 std::string(command.operand));
  }
  for (const auto& option : command.options) {
    if (option.required && invocation.value(option.name).empty()) {
      return usage("wangdi " + std::string(command.words) + pick(language, " 要有 ", " needs ") +
                   std::string(option.name) + " " + std::string(option.value));
    }
  }
  return ok();
}

void append_options(std::string& help, std::span<const CommandOption> options, Language language) {
  constexpr std::size_t kColumn = 28;
  for (const auto& option : options) {
    std::string line = "  " + std::string(option.name);
    if (!option.value.empty()) line += " " + std::string(option.value);
    line += line.size() + 2 > kColumn ? "\n" + std::string(kColumn, ' ')
                                      : std::string(kColumn - line.size(), ' ');
    help += line + std::string(option.text[static_cast<int>(language)]);
    if (option.required) help += pick(language, "（必填）", " (required)");
    help += '\n';
  }
}

std::string help_about_all(Language language) {
  constexpr std::size_t kColumn = 17;
  std::string help = pick(language, "用法：wangdi 命令 [选项]\n\n命令：\n",
                          "usage: wangdi COMMAND [OPTIONS]\n\ncommands:\n");
  for (const auto& entry : command_entries()) {
    std::string line = "  " + std::string(entry.words);
    line.resize(std::max(line.size() + 2, kColumn), ' ');
    help += line + std::string(entry.text[static_cast<int>(language)]) + '\n';
  }
  help += pick(language,
               "\n每个命令的选项：wangdi 命令 --help\n"
               "退出状态：0 成功，1 没做成，2 用法或配置不对，3 做完了但查出了问题\n",
               "\noptions of a command: wangdi COMMAND --help\n"
               "exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 done and "
               "something was found\n");
  return help;
}

UserRequest user_request(const Invocation& invocation, UserRequest::Action action) {
  return {.action = action,
          .name = invocation.operand,
          .display_name = invocation.value("--display-name"),
          .role = invocation.value("--role"),
          .region = invocation.value("--region"),
          .reason = invocation.value("--reason")};
}

int dispatch(const Invocation& invocation, const Config& config, Console& console,
             const Commands& commands) {
  using Action = UserRequest::Action;
  const auto user = [&](Action action) {
    return commands.user(config, console, user_request(invocation, action));
  };
  switch (invocation.command->name) {
    case CommandName::serve:
      return commands.serve(config, console);
    case CommandName::init: {
      const auto name_of = [&](std::string_view option, std::string_view usual) {
        auto name = invocation.value(option);
        return name.empty() ? std::string(usual) : name;
      };
      return commands.init(config, console,
                           {.tree = invocation.value("--tree"),
                            .admin = name_of("--admin", "admin"),
                            .security = name_of("--security", "security"),
                            .audit = name_of("--audit", "audit")});
    }
    case CommandName::demo:
      return commands.demo(config, console);
    case CommandName::import_tree:
      return commands.import_tree(config, console, {.file = invocation.operand});
    case CommandName::import_roster:
      return commands.import_roster(config, console,
                                    {.file = invocation.operand,
                                     .community = invocation.value("--community"),
                                     .account = invocation.value("--account"),
                                     .apply = invocation.has("--apply"),
                                     .errors_file = invocation.value("--errors")});
    case CommandName::verify:
      return commands.verify(config, console, {.accept_loss = invocation.has("--accept-loss")});
    case CommandName::rebuild:
      return commands.rebuild(config, console, {.check = invocation.has("--check")});
    case CommandName::migrate:
      return commands.migrate(config, console);
    case CommandName::backup:
      return commands.backup(
          config, console,
          {.file = invocation.value("--to"), .keys_to = invocation.value("--keys-to")});
    case CommandName::restore:
      return commands.restore(config, console, {.file = invocation.value("--from"), .keys_to = {}});
    case CommandName::drill:
      return commands.drill(config, console, {.file = invocation.value("--from"), .keys_to = {}});
    case CommandName::epoch:
      return commands.epoch(config, console);
    case CommandName::retention:
      return commands.retention(config, console);
    case CommandName::openapi:
      return commands.openapi(console);
    case CommandName::user_add:
      return user(Action::add);
    case CommandName::user_list:
      return user(Action::list);
    case CommandName::user_reset:
      return user(Action::reset);
    case CommandName::user_close:
      return user(Action::close);
    case CommandName::doctor:
      return commands.doctor(config, console);
    case CommandName::version:
      return commands.version(console);
  }
  return kExitUsage;
}

}  // namespace

void print_error(Console& console, const Error& error) {
  const auto& entry = error_entry(error.code());
  const auto at = static_cast<int>(console.language);
  console.err << "wangdi: " << fill_text(entry.title[at], error.details()) << '\n'
              << "  " << fill_text(entry.advice[at], error.details()) << '\n';
  for (const auto& field : error.fields()) {
    const auto& rule = error_entry(field.code);
    const auto from = field.pointer.find_first_not_of('/');
    console.err << "  " << (from == std::string::npos ? "" : field.pointer.substr(from) + ": ")
                << fill_text(rule.title[at], field.details) << '\n';
  }
  if (!error.cause().empty()) console.err << "  (" << error.cause() << ")\n";
}

int fail(Console& console, const Error& error) {
  print_error(console, error);
  const auto code = error.code();
  return code == ErrorCode::usage || code == ErrorCode::configuration_invalid ? kExitUsage
                                                                              : kExitFailure;
}

Language language_of_locale(const char* lc_all, const char* lc_messages, const char* lang) {
  for (const char* name : {lc_all, lc_messages, lang}) {
    if (name == nullptr || *name == '\0') continue;
    return std::string_view(name).starts_with("zh") ? Language::kChinese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string help_text(const CommandEntry* command, Language language) {
  if (command == nullptr) return help_about_all(language);
  std::string help = pick(language, "用法：wangdi ", "usage: wangdi ");
  help += command->words;
  if (!command->operand.empty()) help += " " + std::string(command->operand);
  if (command->needs_folder || !command->options.empty()) {
    help += pick(language, " [选项]", " [OPTIONS]");
  }
  help += "\n\n" + std::string(command->text[static_cast<int>(language)]) + "\n\n";
  append_options(help, command->options, language);
  if (command->needs_folder) append_options(help, folder_options(), language);
  help +=
      std::string("  --help                    ") + pick(language, "显示这些说明\n", "this text\n");
  return help;
}

Result<Invocation> parse_command_line(std::span<const std::string> arguments, Language language) {
  if (arguments.size() > kArgumentsMax) return usage(pick(language, "选项太多", "too many"));
  if (arguments.empty()) {
    return usage(pick(language, "没有写命令", "no command is given"));
  }
  Invocation invocation;
  if (asks_for_help(arguments[0]) || arguments[0] == "help") {
    invocation.help = true;
    return invocation;
  }
  std::size_t at = 0;
  invocation.command = find_command(arguments, at);
  if (invocation.command == nullptr && arguments[0] == "--version") {
    const std::string version[] = {"version"};
    invocation.command = find_command(version, at);
  }
  if (invocation.command == nullptr) {
    const auto choices = first_word_choices(arguments[0]);
    if (!choices.empty() && arguments.size() == 2 && asks_for_help(arguments[1])) {
      invocation.help = true;
      return invocation;
    }
    if (!choices.empty()) return usage(pick(language, "要写完整：", "one of these: ") + choices);
    return usage(pick(language, "没有这个命令：", "no such command: ") + arguments[0]);
  }
  while (at < arguments.size()) {
    WD_TRY([[maybe_unused]] auto taken, take_argument(arguments, at, language, invocation));
  }
  if (!invocation.help) {
    WD_TRY([[maybe_unused]] auto complete, check_complete(invocation, language));
  }
  return invocation;
}

int run_command_line(std::span<const std::string> arguments, const Environment& environment,
                     Console& console, const Commands& commands) {
  const auto invocation = parse_command_line(arguments, console.language);
  if (!invocation) return fail(console, invocation.error());
  if (invocation->help) {
    console.out << help_text(invocation->command, console.language);
    return kExitOk;
  }
  if (!invocation->command->needs_folder) {
    return dispatch(*invocation, Config{}, console, commands);
  }
  const auto config = load_config({.file = invocation->config_file,
                                   .environment = environment,
                                   .overrides = invocation->overrides,
                                   .language = console.language});
  if (!config) return fail(console, config.error());
  if (config->data.empty()) {
    return fail(console, usage(pick(console.language, "要用 --data DIR 指明数据文件夹",
                                    "name the data folder with --data DIR")));
  }
  return dispatch(*invocation, *config, console, commands);
}

}  // namespace wangdi::app
