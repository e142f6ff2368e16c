// SPDX-License-Identifier: Apache-2.0
// CPU microseconds to decode and encode one command of 273 bytes, alone and in its envelope. CPU
// time of this thread, the median of several rounds, so that other work on the machine counts
// little. Prints one line a row: name, microseconds.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "codec/json.hpp"

namespace wangdi::bench {

enum class Outcome : std::uint8_t { all_well = 1, exception = 2, not_home = 3 };
WD_ENUM(Outcome, (all_well, "全户正常", "All well"), (exception, "有情况", "Exception"),
        (not_home, "没有人应门", "Not at home"))

struct Visit {
  VisitId visit;
  HouseholdId household;
  Outcome outcome;
  std::optional<Celsius> temperature;
  std::vector<std::string> symptoms;
  std::optional<Text<200>> note;
};
WD_STRUCT(Visit, (visit, "走访", "Visit", "", "bench"),
          (household, "住户", "Household", "", "bench"), (outcome, "结果", "Outcome", "", "bench"),
          (temperature, "体温", "Temperature", "celsius", "bench"),
          (symptoms, "症状", "Symptoms", "", "bench"), (note, "备注", "Note", "", "bench"))

struct Command {
  CommandId id;
  std::string type;
  UnixMs occurred_at;
  Visit body;
};
WD_STRUCT(Command, (id, "编号", "Id", "", "bench"), (type, "操作", "Type", "", "bench"),
          (occurred_at, "时间", "Time", "ms", "bench"), (body, "内容", "Body", "", "bench"))

struct Envelope {
  CommandId id;
  std::string type;
  UnixMs occurred_at;
  codec::RawJson body;
};
WD_STRUCT(Envelope, (id, "编号", "Id", "", "bench"), (type, "操作", "Type", "", "bench"),
          (occurred_at, "时间", "Time", "ms", "bench"), (body, "内容", "Body", "", "bench"))

constexpr std::string_view kCommand =
    R"({"id":"01901d8a-7f31-7c3a-9a55-3f1f0d6b2c11","type":"screening.record_visit",)"
    R"("occurred_at":1582000000000,"body":{"visit":"01901d8a-7f31-7c3a-9a55-3f1f0d6b2c12",)"
    R"("household":"01901d8a-7f31-7c3a-9a55-3f1f0d6b2c13","outcome":"all_well",)"
    R"("temperature":36.5,"symptoms":["cough"]}})";

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Median of the rounds, a call.
double measure(const std::function<void()>& call) {
  constexpr int kCalls = 20'000;
  std::array<double, 9> rounds;
  for (auto& round : rounds) {
    const double start = cpu_us();
    for (int i = 0; i < kCalls; ++i) call();
    round = (cpu_us() - start) / kCalls;
  }
  std::ranges::sort(rounds);
  return rounds[rounds.size() / 2];
}

void require(bool holds) {
  if (!holds) std::abort();
}

int run() {
  const auto row = [](const char* name, double us) { std::printf("%-44s %6.2f us\n", name, us); };
  std::printf("command of %zu bytes\n", kCommand.size());
  row("decode: command and body in one struct",
      measure([] { require(codec::decode<Command>(kCommand).has_value()); }));
  row("decode: envelope, then its body", measure([] {
        const auto envelope = codec::decode<Envelope>(kCommand);
        require(envelope && codec::decode<Visit>(envelope->body.text));
      }));
  row("parse only", measure([] { require(codec::Document::parse(kCommand, {}).has_value()); }));
  const auto command = *codec::decode<Command>(kCommand);
  std::string out;
  row("encode", measure([&] {
        out.clear();
        codec::encode(command, out);
      }));
  return 0;
}

}  // namespace wangdi::bench

int main() { return wangdi::bench::run(); }
