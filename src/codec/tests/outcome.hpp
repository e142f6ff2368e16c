// SPDX-License-Identifier: Apache-2.0
// The outcome of a decoding as the tables in cases/ write it, and the reading of such a table.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace wangdi::codec {

// "! error" for a refusal, "pointer error" for each field.
inline std::vector<std::string> lines_of(const Error& error) {
  std::vector<std::string> lines;
  if (error.code() != ErrorCode::invalid_fields) {
    lines.push_back("! " + std::string(error_entry(error.code()).name));
  }
  for (const auto& field : error.fields()) {
    lines.push_back((field.pointer.empty() ? "/" : field.pointer) + ' ' +
                    std::string(error_entry(field.code).name));
  }
  return lines;
}

struct TableCase {
  std::string text;
  std::vector<std::string> expected;
};

// The cases of a file below src/codec/tests/cases; none when it cannot be read.
inline std::vector<TableCase> read_cases(const std::string& name) {
  std::ifstream file(WANGDI_SOURCE_DIR "/src/codec/tests/cases/" + name);
  std::vector<TableCase> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (std::string_view("=!/").find(line[0]) == std::string_view::npos) {
      cases.push_back({line, {}});
    } else if (!cases.empty()) {
      cases.back().expected.push_back(line == "=" ? "= " + cases.back().text : line);
    }
  }
  return cases;
}

}  // namespace wangdi::codec
