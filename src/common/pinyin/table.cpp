// SPDX-License-Identifier: Apache-2.0
// Reading the table and matching typed letters against characters.
#include "common/pinyin/table.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "common/pinyin/search_text.hpp"

namespace wangdi::pinyin {
namespace {

constexpr std::string_view kHeader = "letters,characters";
constexpr std::size_t kFileBytesMax = 4 << 20;
// líng yī èr/liǎng sān sì wǔ liù qī bā jiǔ
constexpr std::string_view kDigitLetters[] = {"l", "y", "el", "s", "s", "w", "l", "q", "b", "j"};

constexpr Letters bit(char letter) { return 1u << (letter - 'a'); }

Letters letters_of(std::string_view text) {
  Letters letters = 0;
  for (const char c : text) {
    if (c < 'a' || c > 'z') return 0;
    letters |= bit(c);
  }
  return letters;
}

Error damaged(std::size_t line) {
  return Error(ErrorCode::file_damaged).with("where", "initials.csv:" + std::to_string(line));
}

// The lowest letter first; '?' when any letter fits.
std::string choices(Letters letters) {
  if (letters == kAnyLetter || letters == 0) return "?";
  std::string all;
  for (char c = 'a'; c <= 'z'; ++c) {
    if (letters & bit(c)) all.push_back(c);
  }
  return all;
}

}  // namespace

Table::Table() : basic_(kBasicPlane, kAnyLetter) {
  for (char32_t c = 0; c < 0x80; ++c) basic_[c] = 0;
  for (char c = 'a'; c <= 'z'; ++c) basic_[static_cast<unsigned char>(c)] = bit(c);
  for (char32_t digit = 0; digit < 10; ++digit)
    basic_[U'0' + digit] = letters_of(kDigitLetters[digit]);
}

void Table::add(char32_t character, Letters letters) {
  if (character < kBasicPlane) {
    basic_[character] = letters;
  } else {
    beyond_.emplace_back(character, letters);
  }
}

Letters Table::beyond(char32_t character) const {
  const auto found =
      std::ranges::lower_bound(beyond_, character, {}, &std::pair<char32_t, Letters>::first);
  return found != beyond_.end() && found->first == character ? found->second : kAnyLetter;
}

Result<Table> Table::parse(std::string_view csv) {
  Table table;
  std::size_t number = 0;
  for (const auto line : text::split(csv, '\n')) {
    ++number;
    if (number == 1) {
      if (line != kHeader) return damaged(number);
      continue;
    }
    if (line.empty()) continue;
    const auto comma = line.find(',');
    const auto letters = comma == std::string_view::npos ? 0 : letters_of(line.substr(0, comma));
    if (letters == 0) return damaged(number);
    auto rest = line.substr(comma + 1);
    while (!rest.empty()) {
      utf8proc_int32_t character = 0;
      const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(rest.data()),
                                         static_cast<utf8proc_ssize_t>(rest.size()), &character);
      if (used <= 0) return damaged(number);
      table.add(static_cast<char32_t>(character), letters);
      rest.remove_prefix(static_cast<std::size_t>(used));
    }
  }
  if (number == 0) return damaged(0);
  std::ranges::sort(table.beyond_);
  return table;
}

Result<Table> Table::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return damaged(0);
  std::string csv(std::istreambuf_iterator<char>(file), {});
  if (csv.size() > kFileBytesMax) return damaged(0);
  return parse(csv);
}

std::vector<Letters> Table::initials(std::string_view name) const {
  std::vector<Letters> all;
  for (const auto character : search_text(name)) all.push_back(letters(character));
  return all;
}

bool Table::matches(std::string_view query, std::string_view name) const {
  const auto typed = typed_initials(query);
  if (typed.empty()) return false;
  const auto characters = search_text(name);
  const auto reads_each = [this](char32_t character, char letter) {
    return reads(character, letter);
  };
  return std::search(characters.begin(), characters.end(), typed.begin(), typed.end(),
                     reads_each) != characters.end();
}

std::vector<std::string> Table::keys(std::string_view name, std::size_t limit) const {
  const auto each = initials(name);
  if (each.empty() || limit == 0) return {};
  std::vector<std::string> spellings = {""};
  for (const auto character : each) {
    std::vector<std::string> longer;
    for (const auto& spelling : spellings) {
      for (const char letter : choices(character)) {
        if (longer.size() < limit) longer.push_back(spelling + letter);
      }
    }
    spellings = std::move(longer);
  }
  return spellings;
}

std::string typed_initials(std::string_view query) {
  std::string typed;
  bool letter = false;
  for (const auto character : search_text(query)) {
    const bool is_letter = character >= U'a' && character <= U'z';
    if (!is_letter && (character < U'0' || character > U'9')) return {};
    letter |= is_letter;
    typed.push_back(static_cast<char>(character));
  }
  return letter ? typed : std::string();
}

}  // namespace wangdi::pinyin
