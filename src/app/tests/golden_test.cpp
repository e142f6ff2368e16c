// SPDX-License-Identifier: Apache-2.0
// F21: what released versions wrote is read for ever. tests/golden holds the bodies of commands,
// as an outbox keeps them, by release, and of events by version, with the rows they give. A command
// or event without a file, and a file that was changed or taken away, fails here.
// tests/golden/README.md says how one is added.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "access/system_actor.hpp"
#include "app/modules.hpp"
#include "base/hex.hpp"
#include "common/bus/writer.hpp"
#include "common/crypto/crypto.hpp"
#include "store/rows.hpp"
#include "store/sqlite.hpp"

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr UnixMs kRecordedAt = 1'582'011'600'000;  // 2020-02-18 15:40 in China

struct GoldenCommand {
  codec::RawJson full;                    // every member is there
  std::optional<codec::RawJson> minimal;  // only those that must be; left out where that is all
};
WD_DESCRIBE(GoldenCommand, full, minimal)

struct GoldenRecord {
  RegionCode region;
  Uuid subject;
  codec::RawJson body;
};
WD_DESCRIBE(GoldenRecord, region, subject, body)

struct GoldenEvent {
  List<GoldenRecord, 16> records;
};
WD_DESCRIBE(GoldenEvent, records)

const fs::path kFolder = fs::path(WANGDI_SOURCE_DIR) / "tests/golden";

bool records() { return std::getenv("WANGDI_RECORD_GOLDEN") != nullptr; }

std::string how() {
  return "see tests/golden/README.md, then WANGDI_RECORD_GOLDEN=1 test_app "
         "--gtest_filter='Golden*' and read what git shows as changed";
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string cause(const Error& error) {
  std::string text(error_entry(error.code()).name);
  for (const auto& field : error.fields()) {
    text += " " + field.pointer + " " + std::string(error_entry(field.code).name);
  }
  return text;
}

std::unique_ptr<Modules> modules_at(const std::string& files) {
  auto made = Modules::make(files, nullptr);
  EXPECT_TRUE(made);
  return std::move(*made);
}

// ---- commands ----

// "0.10.0" comes after "0.9.0".
std::vector<int> numbers_of(const std::string& version) {
  std::vector<int> numbers;
  std::istringstream parts(version);
  for (std::string part; std::getline(parts, part, '.');) numbers.push_back(std::stoi(part));
  return numbers;
}

// All files of all releases by type, the oldest first.
std::map<std::string, std::vector<fs::path>> command_files() {
  std::vector<fs::path> releases;
  for (const auto& entry : fs::directory_iterator(kFolder / "commands")) {
    releases.push_back(entry.path());
  }
  std::ranges::sort(releases, {}, [](const fs::path& path) { return numbers_of(path.filename()); });
  std::map<std::string, std::vector<fs::path>> files;
  for (const auto& release : releases) {
    for (const auto& entry : fs::directory_iterator(release)) {
      files[entry.path().stem()].push_back(entry.path());
    }
  }
  return files;
}

// Whether what was encoded again says all that was given, and nothing more than empty lists.
bool says_the_same(const json::value& again, const json::value& given) {
  if (const auto* object = again.if_object()) {
    if (!given.is_object()) return false;
    const auto& before = given.as_object();
    const bool all = std::ranges::all_of(
        before, [&](const auto& member) { return object->contains(member.key()); });
    return all && std::ranges::all_of(*object, [&](const auto& member) {
             const auto* one = before.if_contains(member.key());
             if (one != nullptr) return says_the_same(member.value(), *one);
             return member.value().is_array() && member.value().as_array().empty();
           });
  }
  if (const auto* list = again.if_array()) {
    return given.is_array() &&
           std::ranges::equal(*list, given.as_array(), [](const auto& left, const auto& right) {
             return says_the_same(left, right);
           });
  }
  return again == given;
}

// Every member of the type, at any depth, has a value in one of the bodies.
void expect_full(const codec::TypeInfo& held, const std::vector<const json::value*>& values,
                 const std::string& where) {
  const auto& type = held.absent != nullptr ? *held.element : held;
  EXPECT_FALSE(values.empty()) << where << " is not in the full body: " << how();
  if (type.shape == codec::Shape::object) {
    for (const auto& field : type.fields) {
      std::vector<const json::value*> members;
      for (const auto* value : values) {
        if (const auto* one = value->as_object().if_contains(field.name)) members.push_back(one);
      }
      expect_full(*field.type, members, where + "/" + std::string(field.name));
    }
  } else if (type.shape == codec::Shape::list) {
    std::vector<const json::value*> items;
    for (const auto* value : values) {
      for (const auto& item : value->as_array()) items.push_back(&item);
    }
    expect_full(*type.element, items, where + "/*");
  }
}

bool has_optional(const codec::TypeInfo& type) {
  return std::ranges::any_of(type.fields, [](const auto& field) { return !field.type->required; });
}

void expect_taken(const bus::CommandType& type, const std::string& body, const std::string& where) {
  const auto value = type.decode(body);
  ASSERT_TRUE(value) << where << ": " << cause(value.error());
  std::string again;
  type.body->encode(*type.body, value->get(), again);
  EXPECT_TRUE(says_the_same(json::parse(again), json::parse(body))) << where << "\n" << again;
}

TEST(GoldenCommands, given_bodies_of_every_release_then_they_decode_and_mean_the_same) {
  const auto modules = modules_at("");
  for (const auto& [name, files] : command_files()) {
    const auto* type = modules->registry.find_command(name);
    ASSERT_NE(type, nullptr) << name << " was released: a phone may hold it, so it is still taken";
    for (const auto& file : files) {
      const auto golden = codec::decode<GoldenCommand>(text_of(file));
      ASSERT_TRUE(golden) << file << ": " << cause(golden.error());
      expect_taken(*type, golden->full.text, file.string() + " full");
      if (golden->minimal) expect_taken(*type, golden->minimal->text, file.string() + " minimal");
    }
  }
}

TEST(GoldenCommands, given_a_command_then_its_last_file_has_every_member) {
  const auto modules = modules_at("");
  const auto all = command_files();
  for (const auto& [name, type] : modules->registry.commands()) {
    const auto found = all.find(name);
    if (found == all.end()) {
      ADD_FAILURE() << "tests/golden/commands/<release>/" << name << ".json is missing: " << how();
      continue;
    }
    const auto golden = codec::decode<GoldenCommand>(text_of(found->second.back()));
    ASSERT_TRUE(golden) << name << ": " << cause(golden.error());
    const auto full = json::parse(golden->full.text);
    expect_full(*type.body, {&full}, name);
    EXPECT_EQ(golden->minimal.has_value(), has_optional(*type.body)) << name;
    if (!golden->minimal) continue;
    const auto minimal = json::parse(golden->minimal->text);
    for (const auto& field : type.body->fields) {
      EXPECT_EQ(minimal.as_object().contains(field.name), field.type->required)
          << name << " minimal /" << field.name;
    }
  }
}

// ---- events ----

std::string event_name(const bus::EventType& type) {
  return std::string(type.name) + ".v" + std::to_string(type.version);
}

std::string value_text(const store::RowReader& row, const store::Column& column, std::size_t at) {
  if (row.is_null(at)) return "-";
  switch (column.type) {
    case store::ColumnType::kInteger:
      return std::to_string(row.integer(at));
    case store::ColumnType::kReal:
      return std::to_string(row.real(at));
    case store::ColumnType::kText:
      return json::serialize(json::string(row.text(at)));
    case store::ColumnType::kBlob: {
      const auto bytes = row.blob(at);
      return to_hex(bytes);
    }
  }
  return {};
}

using Lines = std::set<std::string>;

// Every row of the tables that are rebuilt, a line each.
Lines rows_of(store::Connection& connection, const bus::Registry& registry) {
  Lines lines;
  for (const auto& table : registry.tables()) {
    if (!table.rebuilt) continue;
    const auto read =
        connection.by_key(table, 0, store::bind_all(), [&](const store::RowReader& row) {
          std::string line(table.name);
          for (std::size_t at = 0; at < table.columns.size(); ++at) {
            line += " " + std::string(table.columns[at].name) + "=" +
                    value_text(row, table.columns[at], at);
          }
          lines.insert(std::move(line));
          return true;
        });
    EXPECT_TRUE(read) << read.error().cause();
  }
  return lines;
}

std::string difference(const Lines& before, const Lines& after) {
  std::string text;
  std::vector<std::string> lines;
  std::ranges::set_difference(before, after, std::back_inserter(lines));
  for (const auto& line : lines) text += "- " + line + "\n";
  lines.clear();
  std::ranges::set_difference(after, before, std::back_inserter(lines));
  for (const auto& line : lines) text += "+ " + line + "\n";
  return text;
}

// A fresh database beside the files that the events name.
class GoldenEvents : public ::testing::Test {
 protected:
  GoldenEvents()
      : base_(fs::temp_directory_path() / ("wangdi_golden_" + std::to_string(::getpid()))) {
    fs::remove_all(base_);
    fs::create_directories(base_ / "source");
    for (const auto& entry : fs::directory_iterator(kFolder / "tree")) {
      fs::copy_file(entry.path(), base_ / "source" / entry.path().filename());
      // Read as they are: what is not packed is no mistake.
      auto packed = base_ / "source" / entry.path().filename();
      packed += ".gz";
      fs::copy_file(entry.path(), packed);
    }
    const regions::TreeStore trees((base_ / "files/trees").string());
    EXPECT_TRUE(trees.keep(regions::TreeSource((base_ / "source").string())));
    modules_ = modules_at((base_ / "files").string());
    open("one.db");
    for (const auto& [key, type] : registry().events()) known_.insert(event_name(type));
    story_ = lines_of(kFolder / "events/story.txt");
  }
  ~GoldenEvents() override {
    connection_.reset();
    engine_.reset();
    fs::remove_all(base_);
  }

  const bus::Registry& registry() const { return modules_->registry; }

  void open(const std::string& name) {
    connection_.reset();
    auto engine = store::open_sqlite({.path = (base_ / name).string()});
    ASSERT_TRUE(engine);
    engine_ = std::move(*engine);
    auto writer = engine_->open_writer();
    ASSERT_TRUE(writer);
    connection_ = std::move(*writer);
    for (const auto& table : registry().tables()) ASSERT_TRUE(connection_->create(table));
    sequences_.clear();
  }

  // Runs the projections of one file's records.
  void apply(const std::string& name, store::Rows& rows) {
    const auto golden = codec::decode<GoldenEvent>(text_of(kFolder / "events" / (name + ".json")));
    ASSERT_TRUE(golden) << name << ": " << cause(golden.error());
    const auto dot = name.rfind(".v");
    const auto* type = registry().find_event(name.substr(0, dot), std::stoi(name.substr(dot + 2)));
    ASSERT_NE(type, nullptr) << name << " is in journals for ever, so it is still read";
    for (const auto& record : golden->records) {
      const auto value = type->decode(record.body.text);
      ASSERT_TRUE(value) << name << ": " << cause(value.error());
      const auto district = record.region.district();
      const auto sequence = ++sequences_[district.number];
      const auto at = kRecordedAt + sequence * 1'000;
      bus::project(*type, value->get(),
                   {{district, sequence},
                    record.region,
                    record.subject,
                    access::kSystemAccount,
                    DeviceId{},
                    at,
                    at,
                    CivilDate::of(at, ZoneOffset{})},
                   rows);
    }
    ASSERT_TRUE(rows.status()) << name << ": " << rows.status().error().cause();
  }

  const fs::path base_;
  std::unique_ptr<Modules> modules_;
  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> connection_;
  std::map<std::int32_t, std::int64_t> sequences_;
  std::set<std::string> known_;
  std::vector<std::string> story_;
};

TEST_F(GoldenEvents, given_an_event_then_it_has_a_file_and_a_place_in_the_story) {
  const std::set<std::string> told(story_.begin(), story_.end());
  EXPECT_EQ(told.size(), story_.size()) << "story.txt says something twice";
  for (const auto& name : known_) {
    EXPECT_TRUE(told.contains(name))
        << "tests/golden/events/story.txt lacks " << name << ": " << how();
    EXPECT_TRUE(fs::exists(kFolder / "events" / (name + ".json")))
        << "tests/golden/events/" << name << ".json is missing: " << how();
  }
}

TEST_F(GoldenEvents, given_events_of_every_version_then_their_rows_are_as_they_were) {
  auto before = rows_of(*connection_, registry());
  for (const auto& name : story_) {
    ASSERT_TRUE(connection_->begin());
    store::Rows rows(*connection_, store::Start::kStored);
    ASSERT_NO_FATAL_FAILURE(apply(name, rows));
    ASSERT_TRUE(rows.flush());
    ASSERT_TRUE(connection_->commit());
    auto after = rows_of(*connection_, registry());
    const auto found = difference(before, after);
    before = std::move(after);
    const auto file = kFolder / "rows" / (name + ".txt");
    if (records()) {
      fs::create_directories(file.parent_path());
      std::ofstream(file) << found;
    }
    EXPECT_TRUE(fs::exists(file)) << file << " is missing: " << how();
    EXPECT_EQ(text_of(file), found) << "another meaning is another version of the event; rows "
                                       "that a new column changes: "
                                    << how();
  }
}

TEST_F(GoldenEvents, given_all_events_when_tables_are_rebuilt_then_they_are_the_same) {
  const auto run = [&](store::Start start, bool flushes) {
    EXPECT_TRUE(connection_->begin());
    auto rows = std::make_unique<store::Rows>(*connection_, start);
    for (const auto& name : story_) {
      apply(name, *rows);
      if (!flushes) continue;
      EXPECT_TRUE(rows->flush());
      rows = std::make_unique<store::Rows>(*connection_, store::Start::kStored);
    }
    EXPECT_TRUE(rows->flush());
    EXPECT_TRUE(connection_->commit());
    return rows_of(*connection_, registry());
  };
  const auto live = run(store::Start::kStored, true);
  ASSERT_NO_FATAL_FAILURE(open("two.db"));
  const auto rebuilt = run(store::Start::kEmpty, false);
  EXPECT_EQ(difference(live, rebuilt), "");
  EXPECT_GT(live.size(), story_.size());
}

// ---- nothing is rewritten ----

std::string digest_of(const fs::path& path) {
  crypto::Sha256 sha;
  const auto text = text_of(path);
  sha.add(crypto::bytes_of(text));
  return to_hex(sha.finish());
}

// Lines as sha256sum writes them.
TEST(GoldenFiles, given_a_file_of_a_release_then_it_is_there_as_it_was) {
  const auto list = kFolder / "digests.txt";
  auto lines = lines_of(list);
  std::set<std::string> named;
  for (const auto& line : lines) {
    ASSERT_GT(line.size(), 66u) << line;
    const auto name = line.substr(66);
    named.insert(name);
    EXPECT_TRUE(fs::exists(kFolder / name)) << name << " was released and is read for ever";
    EXPECT_EQ(digest_of(kFolder / name), line.substr(0, 64))
        << name << " was released: a changed form is a file of a new version";
  }
  std::vector<std::string> fresh;
  for (const auto* folder : {"commands", "events", "tree"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kFolder / folder)) {
      const auto name = fs::relative(entry.path(), kFolder).string();
      if (!entry.is_regular_file() || entry.path().extension() == ".txt") continue;
      if (!named.contains(name)) fresh.push_back(digest_of(entry.path()) + "  " + name);
    }
  }
  if (records() && !fresh.empty()) {
    lines.insert(lines.end(), fresh.begin(), fresh.end());
    std::ranges::sort(lines, {}, [](const std::string& line) { return line.substr(66); });
    std::ofstream file(list);
    for (const auto& line : lines) file << line << '\n';
    fresh.clear();
  }
  EXPECT_TRUE(fresh.empty()) << fresh.front() << " is not in digests.txt: " << how();
}

}  // namespace
}  // namespace wangdi::app
