// SPDX-License-Identifier: Apache-2.0
// What everybody guesses: the password is covered with common words, own names, runs, repetitions
// and dates; it is refused when almost nothing of the person's own is left.
#include "access/passwords.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "access/common_words.hpp"
#include "base/text.hpp"

namespace wangdi::access {
namespace {

// Characters that no pattern covers; fewer are no secret.
constexpr std::size_t kOwnCharacters = 4;
constexpr std::size_t kRunLeast = 3;
constexpr std::size_t kPeriodMost = 7;  // a block this short repeated is no longer password
constexpr std::size_t kNamePartLeast = 3;

// Where neighbours stand together; each is read in both directions.
constexpr std::string_view kRows[] = {
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.",
    "qazwsxedcrfvtgbyhnujmikolp",
};

std::vector<std::string> words(std::span<const std::string> own_names) {
  std::vector<std::string> all;
  for (const auto line : kCommonWords) {
    for (const auto word : text::split(line, ' ')) all.emplace_back(word);
  }
  for (const auto& name : own_names) {
    auto folded = text::fold(name);
    std::ranges::replace_if(folded, [](char c) { return c == '.' || c == '_' || c == '-'; }, ' ');
    for (const auto part : text::split(folded, ' ')) {
      if (part.size() >= kNamePartLeast) all.emplace_back(part);
    }
    std::erase(folded, ' ');
    if (folded.size() >= kNamePartLeast) all.push_back(std::move(folded));
  }
  return all;
}

std::size_t word_at(std::string_view rest, const std::vector<std::string>& words) {
  std::size_t longest = 0;
  for (const auto& word : words) {
    if (word.size() > longest && rest.starts_with(word)) longest = word.size();
  }
  return longest;
}

std::size_t run_at(std::string_view rest) {
  std::size_t longest = 0;
  for (const auto row : kRows) {
    const std::string backwards(row.rbegin(), row.rend());
    for (const std::string_view way : {row, std::string_view(backwards)}) {
      for (auto from = way.find(rest.front()); from != std::string_view::npos;
           from = way.find(rest.front(), from + 1)) {
        const auto [a, b] = std::ranges::mismatch(way.substr(from), rest);
        longest = std::max(longest, static_cast<std::size_t>(b - rest.begin()));
      }
    }
  }
  return longest >= kRunLeast ? longest : 0;
}

std::size_t repetition_at(std::string_view rest) {
  const auto end = rest.find_first_not_of(rest.front());
  const auto length = end == std::string_view::npos ? rest.size() : end;
  return length >= kRunLeast ? length : 0;
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A year, or a day as 20200218: people write their birthdays.
std::size_t date_at(std::string_view rest) {
  if (!rest.starts_with("19") && !rest.starts_with("20")) return 0;
  if (rest.size() >= 8 && is_number(rest.substr(0, 8)) && rest.substr(4, 2) <= "12" &&
      rest.substr(6, 2) <= "31") {
    return 8;
  }
  return rest.size() >= 4 && is_number(rest.substr(0, 4)) ? 4 : 0;
}

std::size_t own_characters(std::string_view folded, const std::vector<std::string>& words) {
  std::size_t own = 0;
  while (!folded.empty()) {
    auto covered =
        std::max({word_at(folded, words), run_at(folded), repetition_at(folded), date_at(folded)});
    if (covered == 0) {
      const auto first = text::prefix(folded, 1).size();
      // Blanks and signs between words are what all put there.
      const char c = folded.front();
      const bool separator =
          first == 1 && std::string_view(" .,-_!?*#/+@").find(c) != std::string_view::npos;
      if (!separator) ++own;
      covered = first;
    }
    folded.remove_prefix(covered);
  }
  return own;
}

// The same characters again and again: x7x7x7x7x7x7x7x7.
bool is_periodic(std::string_view folded) {
  for (std::size_t period = 1; period <= kPeriodMost && 2 * period <= folded.size(); ++period) {
    if (folded.substr(period) == folded.substr(0, folded.size() - period)) return true;
  }
  return false;
}

// p4$$w0rd is password to everybody who guesses.
std::string without_digit_spelling(std::string_view folded) {
  constexpr std::array<std::pair<char, char>, 9> kSpelled = {{{'0', 'o'},
                                                              {'1', 'l'},
                                                              {'3', 'e'},
                                                              {'4', 'a'},
                                                              {'@', 'a'},
                                                              {'5', 's'},
                                                              {'$', 's'},
                                                              {'7', 't'},
                                                              {'!', 'i'}}};
  std::string plain(folded);
  for (auto& c : plain) {
    for (const auto& [sign, letter] : kSpelled) {
      if (c == sign) {
        c = letter;
        break;
      }
    }
  }
  return plain;
}

// Letters without case, as Chinese ones, are of the last kind.
std::size_t kinds_of(std::string_view password) {
  bool capital = false, small = false, digit = false, other = false;
  for (const char c : password) {
    if (c >= 'A' && c <= 'Z') {
      capital = true;
    } else if (c >= 'a' && c <= 'z') {
      small = true;
    } else if (c >= '0' && c <= '9') {
      digit = true;
    } else {
      other = true;
    }
  }
  return std::size_t{capital} + std::size_t{small} + std::size_t{digit} + std::size_t{other};
}

}  // namespace

Status check_password(std::string_view password, std::span<const std::string> own_names,
                      const PasswordRules& rules) {
  if (!text::is_valid_utf8(password)) return Error(ErrorCode::field_text_invalid);
  const auto length = text::length(password);
  if (length < rules.least) {
    return Error(ErrorCode::password_too_short).with("limit", std::to_string(rules.least));
  }
  if (length > rules.most) {
    return Error(ErrorCode::password_too_long).with("limit", std::to_string(rules.most));
  }
  if (kinds_of(password) < rules.kinds_least) {
    return Error(ErrorCode::password_kinds_few).with("limit", std::to_string(rules.kinds_least));
  }
  const auto folded = text::fold(password);
  const auto known = words(own_names);
  if (is_periodic(folded) || own_characters(folded, known) < kOwnCharacters ||
      own_characters(without_digit_spelling(folded), known) < kOwnCharacters) {
    return Error(ErrorCode::password_too_common);
  }
  return ok();
}

}  // namespace wangdi::access
