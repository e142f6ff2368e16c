// SPDX-License-Identifier: Apache-2.0
// The one unit that includes toml++.
#include "app/toml_file.hpp"

#include <algorithm>
#include <fstream>

// Some of the library's assertions fail for a file that is merely wrong ("[?]"). Behind each of
// these it looks again and tells the place, which it must not be promised away from: with NDEBUG it
// would tell the compiler that they hold.
#undef NDEBUG
#define TOML_ASSERT(holds) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace wangdi::app {
namespace {

Error invalid(std::string what) {
  return Error(ErrorCode::configuration_invalid).with("what", std::move(what));
}

TomlValue list_of(const toml::array& array) {
  std::vector<std::string> list;
  for (const auto& node : array) {
    const auto* text = node.as_string();
    if (text == nullptr) return OtherToml{};
    list.push_back(text->get());
  }
  return list;
}

TomlValue value_of(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* array = node.as_array()) return list_of(*array);
  return OtherToml{};
}

void add(std::vector<TomlEntry>& entries, std::string_view section, const toml::key& key,
         const toml::node& node) {
  entries.push_back({std::string(section), std::string(key.str()),
                     static_cast<int>(key.source().begin.line), value_of(node)});
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid(path + ": cannot be read");
  std::string text(kTomlBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || (text.empty() && !file.eof())) return invalid(path + ": cannot be read");
  if (text.size() > kTomlBytes) return invalid(path + ": more than 64 KiB");
  return text;
}

}  // namespace

Result<std::vector<TomlEntry>> read_toml(const std::string& path) {
  WD_TRY(const auto text, read_text(path));
  const auto parsed = toml::parse(text, path);
  if (!parsed) {
    const auto& error = parsed.error();
    return invalid(path + ":" + std::to_string(error.source().begin.line) + ": " +
                   std::string(error.description()));
  }
  std::vector<TomlEntry> entries;
  for (const auto& [key, node] : parsed.table()) {
    const auto* section = node.as_table();
    if (section == nullptr) {
      add(entries, "", key, node);
      continue;
    }
    for (const auto& [inner, value] : *section) add(entries, key.str(), inner, value);
    if (section->empty()) {
      entries.push_back(
          {std::string(key.str()), "", static_cast<int>(key.source().begin.line), OtherToml{}});
    }
  }
  std::ranges::stable_sort(entries, {}, &TomlEntry::line);  // the library sorts by key
  return entries;
}

}  // namespace wangdi::app
