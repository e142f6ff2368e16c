// SPDX-License-Identifier: Apache-2.0
// The simulation's phone keeps the rules that the app keeps: both are held to outbox_rules.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <list>
#include <sstream>

#include "tests/sim/outbox.hpp"

namespace wangdi::sim {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream from(text);
  std::vector<std::string> list;
  for (std::string word; from >> word;) {
    if (word != "-") list.push_back(word);
  }
  return list;
}

std::vector<std::string> split(const std::string& text, char by) {
  std::istringstream from(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(from, part, by);) parts.push_back(part);
  return parts;
}

bus::PositionView position_of(const std::string& text) {
  const auto parts = split(text, '/');
  return {std::stoi(parts[0]), std::stoll(parts[1])};
}
std::vector<bus::PositionView> positions_of(const std::string& text) {
  std::vector<bus::PositionView> positions;
  for (const auto& word : words(text)) positions.push_back(position_of(word));
  return positions;
}
Claims claims_of(const std::string& text) {
  Claims claims;
  for (const auto& [district, sequence] : positions_of(text)) {
    claims.push_back({district, sequence, "receipt"});
  }
  return claims;
}

RowState state_of(std::string_view name) {
  for (const auto state :
       {RowState::queued, RowState::sent, RowState::conflict, RowState::refused, RowState::held}) {
    if (name_of(state) == name) return state;
  }
  ADD_FAILURE() << "no state " << name;
  return RowState::queued;
}

std::string verdict(const std::vector<std::string>& given) {
  const Failure failure{std::stoi(given[0]), given.size() > 2 ? given[1] : "", 0};
  return std::string(name_of(verdict_of(failure, std::stoul(given.back()))));
}

std::string result(const std::string& status) {
  bus::CommandResult answer;
  answer.status = codec::decode<bus::CommandResult>(
                      R"({"id":"0170573d-4c80-7be0-a6de-27f9f156b4ce","status":")" + status +
                      R"(","conflict":[]})")
                      ->status;
  Row row;
  take_result(row, answer, 0);
  return std::string(name_of(row.state));
}

std::string lost(const std::vector<std::string>& sides) {
  auto given = split(sides[0], ' ');
  Row row;
  row.settled = given[0].ends_with("!");
  if (row.settled) given[0].pop_back();
  row.state = state_of(given[0]);
  if (given[1] != "-") row.position = position_of(given[1]);
  return is_lost(row, positions_of(sides[1])) ? "yes" : "no";
}

std::string claims(const std::vector<std::string>& sides) {
  std::string text;
  for (const auto& one :
       seen_after(claims_of(sides[0]), claims_of(sides[1]), positions_of(sides[2]))) {
    text += (text.empty() ? "" : " ") + std::to_string(one.district) + "/" +
            std::to_string(one.sequence);
  }
  return text.empty() ? "-" : text;
}

Row row_of(const std::string& text) {
  const auto parts = split(text, ':');
  Row row;
  row.device_sequence = std::stoll(parts[0]);
  row.subject = parts[1];
  row.state = state_of(parts[2]);
  for (std::size_t i = 3; i < parts.size(); ++i) {
    const auto& flag = parts[i];
    row.creates = row.creates || flag == "creates";
    row.alone = row.alone || flag == "alone";
    row.settled = row.settled || flag == "settled";
    if (flag.starts_with("wait=")) row.not_before = std::stoll(flag.substr(5));
    if (flag.starts_with("retry=")) row.next_try_at = std::stoll(flag.substr(6));
  }
  return row;
}

std::string pick(const std::vector<std::string>& sides) {
  std::list<Row> rows;
  std::vector<Row*> open;
  for (const auto& word : words(sides[1])) open.push_back(&rows.emplace_back(row_of(word)));
  std::erase_if(open, [](const Row* row) { return row->state == RowState::sent; });
  const auto batch = pick_batch(open, std::stoll(sides[0]));
  std::string text;
  for (const auto* row : batch.rows) {
    text += (text.empty() ? "" : " ") + std::to_string(row->device_sequence);
  }
  return (text.empty() ? "-" : text) + ", next " +
         (batch.next_at ? std::to_string(*batch.next_at) : "-");
}

std::string answer_to(const std::string& kind, const std::string& given) {
  auto sides = split(given, '|');
  for (auto& side : sides) {
    side.erase(0, side.find_first_not_of(' '));
    side.erase(side.find_last_not_of(' ') + 1);
  }
  const auto list = words(given);
  if (kind == "verdict") return verdict(list);
  if (kind == "backoff") {
    return std::to_string(backoff_ms(std::stoi(list[0]), std::stod(list[1]), std::stoll(list[2])));
  }
  if (kind == "result") return result(list[0]);
  if (kind == "lost") return lost(sides);
  if (kind == "claims") return claims(sides);
  if (kind == "pick") return pick(sides);
  return "no such rule";
}

TEST(OutboxRules, given_the_shared_table_when_asked_then_the_phone_of_the_simulation_agrees) {
  std::ifstream table(WANGDI_SOURCE_DIR "/tests/sim/outbox_rules.txt");
  int cases = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.rfind(" = ");
    const auto blank = line.find(' ');
    ASSERT_NE(equals, line.npos) << line;
    ++cases;
    EXPECT_EQ(answer_to(line.substr(0, blank), line.substr(blank + 1, equals - blank - 1)),
              line.substr(equals + 3))
        << line;
  }
  EXPECT_GT(cases, 60);
}

}  // namespace
}  // namespace wangdi::sim
