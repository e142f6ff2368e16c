// SPDX-License-Identifier: Apache-2.0
// Reads the statements out of the sources themselves, so that none can be left out of a list.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi::catalogue {

struct FoundStatement {
  std::string file;
  std::string name;
  std::string sql;
};

// The text of literals that stand one after another; `at` ends behind the last.
inline std::string joined_literals(std::string_view source, std::size_t& at) {
  std::string text;
  for (;;) {
    const auto next = source.find_first_not_of(" \t\r\n", at);
    if (next == source.npos || source[next] != '"') return text;
    for (at = next + 1; at < source.size() && source[at] != '"'; ++at) {
      if (source[at] == '\\') ++at;
      text += source[at];
    }
    ++at;
  }
}

inline void find_statements(const std::string& file, std::string_view source,
                            std::vector<FoundStatement>& found) {
  constexpr std::string_view kDeclared = "Statement k";
  for (auto at = source.find(kDeclared); at != source.npos; at = source.find(kDeclared, at)) {
    at += kDeclared.size();
    const auto brace = source.find_first_not_of(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ", at);
    if (brace == source.npos || source[brace] != '{') continue;
    at = brace + 1;
    auto name = joined_literals(source, at);
    at = source.find_first_not_of(" \t\r\n,", at);
    auto sql = joined_literals(source, at);
    found.push_back({file, std::move(name), std::move(sql)});
  }
}

// Of all rooms but store, whose own are about one engine, and of no test.
inline std::vector<FoundStatement> statements_of_sources(const std::filesystem::path& root) {
  std::vector<FoundStatement> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "src")) {
    const auto file = std::filesystem::relative(entry.path(), root).string();
    const auto extension = entry.path().extension();
    if ((extension != ".cpp" && extension != ".hpp") || file.starts_with("src/store/") ||
        file.find("/tests/") != std::string::npos) {
      continue;
    }
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string source(std::istreambuf_iterator<char>(stream), {});
    find_statements(file, source, found);
  }
  return found;
}

}  // namespace wangdi::catalogue
