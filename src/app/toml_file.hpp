// SPDX-License-Identifier: Apache-2.0
// A TOML file as a flat list of entries with their lines. Only toml_file.cpp includes the TOML
// library, which is heavy.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace wangdi::app {

struct OtherToml {};  // a date, a nested table, a mixed array: nothing a setting can be
using TomlValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, OtherToml>;

struct TomlEntry {
  std::string section;  // empty: stands before the first [section]
  std::string key;
  int line = 0;
  TomlValue value;
};

inline constexpr std::size_t kTomlBytes = 64 << 10;

// Errors: configuration_invalid naming file and line, in the reader's language.
Result<std::vector<TomlEntry>> read_toml(const std::string& path, Language language);

}  // namespace wangdi::app
