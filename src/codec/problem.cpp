// SPDX-License-Identifier: Apache-2.0
// Error -> Problem.
#include "codec/problem.hpp"

#include <algorithm>

namespace wangdi::codec {

Problem problem_of(const Error& error, Language language) {
  const auto in = static_cast<std::size_t>(language);
  const auto& entry = error_entry(error.code());
  Problem problem;
  problem.type = "urn:wangdi:problem:" + std::string(entry.name);
  problem.title = fill_text(entry.title[in], error.details());
  problem.status = entry.http_status;
  problem.detail = fill_text(entry.advice[in], error.details());
  problem.code = static_cast<std::int32_t>(entry.code);
  problem.name = entry.name;
  const auto challenge = std::ranges::find(error.details(), kChallengeDetail, &ErrorDetail::name);
  if (challenge != error.details().end()) problem.challenge = challenge->value;
  problem.errors.reserve(error.fields().size());
  for (const auto& field : error.fields()) {
    const auto& rule = error_entry(field.code);
    problem.errors.push_back({field.pointer, static_cast<std::int32_t>(rule.code),
                              std::string(rule.name), fill_text(rule.title[in], field.details),
                              fill_text(rule.advice[in], field.details)});
  }
  return problem;
}

}  // namespace wangdi::codec
