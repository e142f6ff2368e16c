// SPDX-License-Identifier: Apache-2.0
// The bodies that phones send, cut off at each byte and with each byte spoilt: what is cut is
// refused, what is spoilt is refused or is another body that is right. A refusal is the sender's
// fault (4xx), whatever was hit. tests/api/spoilt_bodies.test.mjs sends some of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/modules.hpp"
#include "common/bus/messages.hpp"

namespace wangdi::app {
namespace {

constexpr auto kRecorded = WANGDI_SOURCE_DIR "/tests/golden/commands";
// Put in the place of a byte: what ends a text, opens or closes something, and what is no UTF-8.
constexpr std::string_view kSpoilers("\0\"{},]0\x80\xFF", 9);

struct Recorded {
  codec::RawJson full;
  std::optional<codec::RawJson> minimal;
};
WD_DESCRIBE(Recorded, full, minimal)

struct Body {
  std::string name;
  const bus::CommandType* type;
  std::string text;
};

std::vector<Body> bodies(const bus::Registry& registry) {
  std::vector<Body> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRecorded)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    const auto recorded =
        codec::decode<Recorded>(std::string(std::istreambuf_iterator<char>(file), {}));
    EXPECT_TRUE(recorded) << entry.path();
    const auto name = entry.path().stem().string();
    const auto* type = registry.find_command(name);
    all.push_back({name + " full", type, recorded->full.text});
    if (recorded->minimal) all.push_back({name + " minimal", type, recorded->minimal->text});
  }
  return all;
}

bool is_senders_fault(const Error& error) {
  const auto status = error_entry(error.code()).http_status;
  return status >= 400 && status < 500;
}

// The first place where `decode` does something else than it should, or nothing.
template <class Decode>
std::string wrong_place(const std::string& text, const Decode& decode) {
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto cut = decode(std::string_view(text).substr(0, size));
    if (cut) return "taken although cut at " + std::to_string(size);
    if (!is_senders_fault(cut.error()))
      return "not the sender's fault, cut at " + std::to_string(size);
  }
  auto spoilt = text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char spoiler : kSpoilers) {
      spoilt[at] = spoiler;
      const auto read = decode(spoilt);
      if (!read && !is_senders_fault(read.error())) return "at " + std::to_string(at);
      const bool is_broken = spoiler == '\0' || spoiler == '\xFF';
      if (read && is_broken) return "taken although broken at " + std::to_string(at);
    }
    spoilt[at] = text[at];
  }
  return {};
}

TEST(CutBodies, given_a_command_that_is_cut_or_spoilt_then_it_is_refused_as_the_senders_fault) {
  const auto modules = Modules::make("", nullptr);
  ASSERT_TRUE(modules);
  const auto all = bodies((*modules)->registry);
  ASSERT_GE(all.size(), (*modules)->registry.commands().size());
  for (const auto& [name, type, text] : all) {
    ASSERT_NE(type, nullptr) << name;
    ASSERT_TRUE(type->decode(text)) << name;
    EXPECT_EQ(wrong_place(text, type->decode), "") << name;
  }
}

TEST(CutBodies, given_a_batch_that_is_cut_or_spoilt_then_it_is_refused_as_the_senders_fault) {
  const auto modules = Modules::make("", nullptr);
  ASSERT_TRUE(modules);
  const auto first = bodies((*modules)->registry).front();
  const auto batch =
      R"({"device":"01705800-0000-7000-8000-000000000101","seen":[{"district":320508,"sequence":7,)"
      R"("receipt":"r"}],"commands":[{"id":"01705800-0000-7000-8000-000000000102","type":")" +
      std::string(first.type->name) +
      R"(","region":"320508019044001","occurred_at":1582011600000,"skew_ms":-3,)"
      R"("device_sequence":1,"base_position":{"district":320508,"sequence":6},"body":)" +
      first.text + "}]}";
  const auto decode = [](std::string_view text) { return codec::decode<bus::CommandBatch>(text); };
  ASSERT_TRUE(decode(batch));
  EXPECT_EQ(wrong_place(batch, decode), "");
}

// fuzz/messages_fuzz.cpp is built without the registry, which would take all rooms along.
TEST(CutBodies, given_an_operation_then_the_fuzz_target_of_messages_reads_it) {
  const auto modules = Modules::make("", nullptr);
  ASSERT_TRUE(modules);
  std::ifstream file(WANGDI_SOURCE_DIR "/fuzz/messages_fuzz.cpp");
  const std::string target(std::istreambuf_iterator<char>(file), {});
  const auto expect_read = [&](std::string_view how, const codec::TypeInfo& type) {
    std::string name(type.full_name);
    if (name.starts_with("wangdi::")) name.erase(0, 8);
    const auto line = std::string(how) + "<" + name + ">,";
    EXPECT_NE(target.find(line), std::string::npos) << "fuzz/messages_fuzz.cpp: no " << line;
  };
  for (const auto& [name, type] : (*modules)->registry.commands()) expect_read("body", *type.body);
  for (const auto& query : (*modules)->registry.queries()) {
    const bool from_url = query.method == bus::QueryMethod::get || query.takes_file;
    expect_read(from_url ? "query" : "body", *query.params);
  }
}

}  // namespace
}  // namespace wangdi::app
