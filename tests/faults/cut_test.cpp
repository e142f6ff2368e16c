// SPDX-License-Identifier: Apache-2.0
// Power cuts (F2): random commands go the real way of a write, the power goes at a random moment,
// and a fresh process finds the disk as it may be then. Every answered command is there once, none
// is there by half, the journal fits, the tables are those of a rebuild, names can be read, and of
// who was erased neither value nor key is left.
// Chained: the next life begins with what a cut left, so opening and taking back are cut as well.
//
//   WANGDI_CUTS  how many cuts (60, with WANGDI_LONG 100,000)
//   WANGDI_SEED  the seed; a failing one is printed with the chain it stands for
#include <gtest/gtest.h>
#include <sodium.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <set>

#include "modules/screening/tests/place.hpp"
#include "tests/faults/cut_disk.hpp"

namespace wangdi {
namespace {

using testing::CutDisk;
using testing::Harness;

constexpr int kLivesOfChain = 20;  // then from a new folder: rebuilds get slower with the journal
constexpr int kCutsOfLife = 4;

// Whoever fails by an assertion of the harness still says which chain it was.
char running_chain[128] = "";
void say_chain(int) {
  const auto written = ::write(2, running_chain, std::strlen(running_chain));
  static_cast<void>(written);
  std::signal(SIGABRT, SIG_DFL);
}

// Keys and nonces by seed too, so that a chain repeats to the last byte.
std::mutex random_mutex;
std::mt19937_64 random_bytes;
void fill_random(void* to, const std::size_t size) {
  const std::lock_guard lock(random_mutex);
  auto* bytes = static_cast<unsigned char*>(to);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(random_bytes());
}
randombytes_implementation seeded_randomness = {
    .implementation_name = [] { return "seeded"; },
    .random =
        [] {
          std::uint32_t number = 0;
          fill_random(&number, sizeof number);
          return number;
        },
    .stir = nullptr,
    .uniform = nullptr,
    .buf = fill_random,
    .close = nullptr,
};

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

// A command as its sender keeps it until the answer is there, and what it must have left.
struct Sent {
  bus::PreparedCommand command;
  std::optional<std::size_t> answered_at = {};  // moment of the disk
  std::optional<journal::Position> position = {};
  std::optional<PersonId> person = {};
  std::optional<PersonId> erased = {};
  std::string name = {}, phone = {};
};

struct Found {
  journal::Position position;
  std::set<std::int32_t> ordinals;
};

class Chain {
 public:
  Chain(CutDisk& disk, std::uint64_t seed) : disk_(disk), chance_(seed) {
    {
      const std::lock_guard lock(random_mutex);
      random_bytes.seed(seed);
    }
    // The disk is made up here, so the real files need none.
    const std::filesystem::path memory = "/dev/shm";
    const auto place =
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (place / "wangdi_cut_XXXXXX").string();
    base_ = ::mkdtemp(pattern.data());
    folder_ = base_ / "0";
    found();
  }
  ~Chain() { std::filesystem::remove_all(base_); }

  // One life and its cuts; false when something was wrong.
  bool live(int cuts) {
    disk_.watch(folder_.string() + "/", contents());
    {
      Life life(*this);
      for (auto left = 2 + chance_() % 6; left > 0; --left) send_some(*life.h);
      if (chance_() % 2 == 0) checkpoint(*life.h);
      for (auto left = chance_() % 4; left > 0; --left) send_some(*life.h);
    }
    disk_.stop_watching();
    const auto moments = disk_.moment();
    const auto lived = folder_;
    const auto sent = ledger_;
    CutDisk::Files files;
    for (int i = 0; i < cuts; ++i) {
      const auto cut = chance_() % (moments + 1);
      files = disk_.after_cut(cut, chance_);
      ledger_ = sent;
      for (auto& one : ledger_) {
        if (!one.answered_at || *one.answered_at <= cut) continue;
        one.answered_at.reset();  // answered in a future that the cut took away
        one.position.reset();
      }
      put_down(files, lived);
      if (!is_sound(cut)) return false;
    }
    for (auto& one : ledger_) {
      if (one.answered_at) one.answered_at = 0;
    }
    put_down(files, lived);
    std::filesystem::remove_all(lived);
    return true;
  }

  std::size_t answered() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        ledger_, [](const Sent& sent) { return sent.answered_at.has_value(); }));
  }

 private:
  // One process over the folder.
  struct Life {
    explicit Life(Chain& chain) {
      h = std::make_unique<Harness>(
          std::initializer_list<Harness::Register>{
              screening::register_places, residents::register_module, screening::register_module},
          vault::Hooks{}, chain.folder_, testing::TestEngine::sqlite);
      ++chain.lives_;
      h->clock.advance(chain.lives_ * screening::Place::kHour / 60);  // ids of its own
      h->send(chain.officer_, std::vector<bus::PreparedCommand>{});
    }
    std::unique_ptr<Harness> h;
  };

  // The installation, which is not cut: init is taken up again from its start.
  void found() {
    Life life(*this);
    building_ = BuildingId{life.h->id()};
    Harness::must(life.h->writer->run_job([this](store::Rows& rows, vault::Writer&) -> Status {
      rows.put(accounts::kHome, {RegionCode().district(), officer_.account, community_.district()});
      rows.put(regions::kTree, {RegionLevel::community, community_, "Lotus Lane", 0, std::nullopt,
                                std::nullopt, std::nullopt});
      rows.put(regions::kGrid, {community_.district(), community_, grid_, "First grid"});
      rows.put(regions::kBuilding,
               {community_.district(), building_, grid_, std::nullopt, "3", 2, 60, 2, 1});
      return ok();
    }));
    send(*life.h, {household(*life.h)});
    ledger_.front().answered_at = 0;
  }

  CutDisk::Files contents() const {
    CutDisk::Files files;
    for (const auto* name : {"wangdi.db", "wangdi.db-wal", "keys/keys.db", "keys/keys.db-wal"}) {
      std::ifstream file(folder_ / name, std::ios::binary);
      if (!file) continue;
      files[(folder_ / name).string()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
    return files;
  }

  // A folder as the cut left it, with the secret files that were synced when they were made.
  void put_down(const CutDisk::Files& files, const std::filesystem::path& lived) {
    if (folder_ != lived) std::filesystem::remove_all(folder_);
    folder_ = base_ / std::to_string(++folders_);
    std::filesystem::create_directories(folder_ / "keys");
    std::filesystem::permissions(folder_ / "keys", std::filesystem::perms::owner_all);
    for (const auto* name : {"root", "keys/epoch.key"}) {
      std::filesystem::copy_file(lived / name, folder_ / name);
    }
    for (const auto& [path, content] : files) {
      std::ofstream(folder_ / std::filesystem::path(path).lexically_relative(lived),
                    std::ios::binary)
          << content;
    }
  }

  Sent household(Harness& h) {
    residents::AddHousehold command;
    command.id = HouseholdId{h.id()};
    command.grid = grid_;
    command.building = building_;
    command.unit.text = "1";
    command.floor = static_cast<std::int32_t>(1 + homes_.size() % 60);
    command.room.text = std::to_string(101 + homes_.size());
    homes_.push_back(command.id);
    return {.command = h.prepare(command, community_)};
  }
  Sent person(Harness& h) {
    const auto number = ++persons_;
    residents::AddPerson command;
    command.id = PersonId{h.id()};
    command.household = homes_.front();
    Sent sent;
    sent.person = command.id;
    sent.name = command.name.text = "沈阿" + std::to_string(number);
    sent.phone = std::to_string(19'900'000'000 + number);
    command.phone = Harness::must(Mobile::parse(sent.phone));
    command.document_kind = residents::DocumentKind::none;
    sent.command = h.prepare(command, community_);
    return sent;
  }
  // Somebody whose registration was answered and who is not erased yet.
  std::optional<Sent> erasure(Harness& h) {
    std::vector<PersonId> known;
    std::set<PersonId> gone;
    for (const auto& sent : ledger_) {
      if (sent.person && sent.answered_at) known.push_back(*sent.person);
      if (sent.erased) gone.insert(*sent.erased);
    }
    std::erase_if(known, [&](const PersonId& id) { return gone.contains(id); });
    if (known.empty()) return std::nullopt;
    const auto id = known[chance_() % known.size()];
    const residents::ErasePerson command{id, residents::ErasureReason::asked};
    return Sent{.command = h.prepare(command, community_), .erased = id};
  }
  Sent visit(Harness& h) {
    screening::RecordVisit command;
    command.visit = VisitId{h.id()};
    command.household = homes_.front();
    command.outcome = static_cast<screening::VisitOutcome>(3 + chance_() % 3);
    if (chance_() % 2 == 0) {
      command.note.emplace();
      command.note->text = std::string(1 + chance_() % 150, 'n');
    }
    return {.command = h.prepare(command, community_)};
  }

  // A phone's way: first what is not answered yet, under its old id; then what is new.
  void send_some(Harness& h) {
    std::vector<Sent*> open;
    for (auto& sent : ledger_) {
      if (!sent.answered_at && open.size() < 3) open.push_back(&sent);
    }
    if (!open.empty()) return send(h, open);
    std::vector<Sent> fresh;
    for (auto left = 1 + chance_() % 4; left > 0; --left) {
      const auto kind = chance_() % 9;
      auto gone = kind == 8 && fresh.empty() ? erasure(h) : std::nullopt;
      if (gone) {
        fresh.push_back(std::move(*gone));
        continue;
      }
      fresh.push_back(kind == 0 ? household(h) : kind < 4 ? person(h) : visit(h));
    }
    send(h, std::move(fresh));
  }
  void send(Harness& h, std::vector<Sent> fresh) {
    const auto first = ledger_.size();
    for (auto& one : fresh) ledger_.push_back(std::move(one));
    std::vector<Sent*> these;
    for (auto i = first; i < ledger_.size(); ++i) these.push_back(&ledger_[i]);
    send(h, these);
  }
  void send(Harness& h, const std::vector<Sent*>& these) {
    std::vector<bus::PreparedCommand> commands;
    for (const auto* one : these) commands.push_back(one->command);
    const auto outcomes = h.send(officer_, std::move(commands));
    const auto moment = disk_.moment();
    for (std::size_t i = 0; i < these.size(); ++i) {
      const auto& outcome = outcomes[i];
      const bool taken = outcome.status == bus::CommandStatus::applied ||
                         outcome.status == bus::CommandStatus::duplicate;
      ASSERT_TRUE(taken) << (outcome.error ? error_entry(outcome.error->code()).name : "?");
      these[i]->answered_at = moment;
      these[i]->position = outcome.position;
    }
  }

  static void checkpoint(Harness& h) {
    static constexpr store::Statement kCheckpoint{"checkpoint", "PRAGMA wal_checkpoint(RESTART)"};
    Harness::must(h.connection->query(kCheckpoint, store::bind_all(),
                                      [](const store::RowReader&) { return true; }));
  }

  bool is_sound(std::size_t cut) {
    const ::testing::ScopedTrace trace(
        __FILE__, __LINE__, "cut before operation " + std::to_string(cut) + ", " + running_chain);
    Life life(*this);
    auto& h = *life.h;
    const auto verified = Harness::must(journal::verify(*h.connection));
    for (const auto& finding : verified.findings) {
      ADD_FAILURE() << finding.what << " at " << finding.position.sequence;
    }
    const auto found = records(h);
    for (const auto& sent : ledger_) {
      const auto record = found.find(sent.command.id);
      if (sent.answered_at) {
        const bool is_there = record != found.end() && record->second.position == *sent.position;
        EXPECT_TRUE(is_there) << "an answered command is lost: " << sent.command.type;
      }
      if (record != found.end()) expect_whole(sent.command.type, record->second);
    }
    EXPECT_LE(found.size(), ledger_.size());
    expect_persons(h, found);
    expect_keys(h);
    for (const auto& difference : h.rebuild_differences()) {
      ADD_FAILURE() << "table " << difference.table << " is not what the journal gives";
    }
    return !::testing::Test::HasFailure();
  }

  static std::map<CommandId, Found> records(Harness& h) {
    std::map<CommandId, Found> found;
    Harness::must(journal::replay(*h.connection, [&](const journal::RecordRow& row) {
      auto& one = found[row.command];
      if (one.ordinals.empty()) one.position = {row.district, row.sequence};
      EXPECT_TRUE(one.ordinals.insert(row.ordinal).second) << "a record is there twice";
      return ok();
    }));
    return found;
  }

  // All records of a command or none: how many a type gives is learnt from its first.
  void expect_whole(const std::string& type, const Found& found) {
    const auto known = records_of_.try_emplace(type, found.ordinals.size()).first->second;
    EXPECT_EQ(found.ordinals.size(), known) << type << " is there by half";
    EXPECT_EQ(*found.ordinals.rbegin(), static_cast<std::int32_t>(known) - 1);
  }

  // Names can be read and phones are found where the record is there; else nothing is left of them.
  void expect_persons(Harness& h, const std::map<CommandId, Found>& found) {
    const auto district = community_.district();
    std::set<PersonId> gone;
    for (const auto& sent : ledger_) {
      if (sent.erased && found.contains(sent.command.id)) gone.insert(*sent.erased);
    }
    Harness::must(h.writer->run_job([&](store::Rows&, vault::Writer& vault) -> Status {
      for (const auto& sent : ledger_) {
        if (!sent.person) continue;
        const bool is_there = found.contains(sent.command.id) && !gone.contains(*sent.person);
        WD_TRY(const auto name, vault.get(district, sent.person->value, vault::Field::name));
        EXPECT_EQ(name.value_or(""), is_there ? sent.name : "");
        WD_TRY(const auto hits, vault.find_exact(district, vault::Field::phone, sent.phone));
        EXPECT_EQ(hits.size(), is_there ? 1u : 0u) << "search by phone";
      }
      return ok();
    }));
  }

  using Subjects = std::set<std::pair<std::int64_t, std::vector<std::uint8_t>>>;
  static Subjects subjects(store::Connection& from, const store::TableInfo& in) {
    Subjects found;
    Harness::must(from.by_key(in, 0, store::bind_all(), [&](const store::RowReader& row) {
      const auto id = row.blob(1);
      found.insert({row.integer(0), {id.begin(), id.end()}});
      return true;
    }));
    return found;
  }
  // A key without a value belongs to a command that never came; a value without a key is lost.
  void expect_keys(Harness& h) {
    const auto engine =
        Harness::must(store::open_sqlite({.path = (folder_ / "keys/keys.db").string()}));
    const auto keys = Harness::must(engine->open_reader());
    const auto with_key = subjects(*keys, vault::kPersonKey.info());
    EXPECT_TRUE(with_key == subjects(*h.connection, vault::kVaultField.info()))
        << "keys and values are not of the same persons";
  }

  CutDisk& disk_;
  CutDisk::Chance chance_;
  std::filesystem::path base_, folder_;
  int folders_ = 0, persons_ = 0;
  std::int64_t lives_ = 0;
  std::vector<Sent> ledger_;
  std::vector<HouseholdId> homes_;
  std::map<std::string, std::size_t> records_of_;
  BuildingId building_;
  const RegionCode community_ = testing::region("320508005012");
  const RegionCode grid_ = testing::region("320508005012001");
  const access::Actor officer_ = testing::actor(access::Role::community_officer, "320508005012");
};

// fault: F2
TEST(PowerCutTest, given_a_cut_at_any_moment_when_opened_again_then_what_was_answered_is_there) {
  randombytes_set_implementation(&seeded_randomness);
  std::signal(SIGABRT, say_chain);
  static CutDisk disk;
  const char* asked = std::getenv("WANGDI_LONG");
  const bool is_long = asked != nullptr && *asked != '\0';
  const auto cuts = number_of("WANGDI_CUTS", is_long ? 100'000 : 60);
  auto seed = number_of("WANGDI_SEED", std::random_device{}());
  std::printf("%llu cuts, WANGDI_SEED=%llu\n", static_cast<unsigned long long>(cuts),
              static_cast<unsigned long long>(seed));
  std::size_t answered = 0;
  for (std::uint64_t made = 0; made < cuts; ++seed) {
    std::snprintf(running_chain, sizeof running_chain,
                  "again with WANGDI_SEED=%llu WANGDI_CUTS=%d\n",
                  static_cast<unsigned long long>(seed), kLivesOfChain * kCutsOfLife);
    Chain chain(disk, seed);
    for (int life = 0; life < kLivesOfChain && made < cuts; ++life) {
      ASSERT_TRUE(chain.live(kCutsOfLife));
      made += kCutsOfLife;
    }
    answered += chain.answered();
  }
  std::printf("%zu answered commands outlived their cuts\n", answered);
  EXPECT_GT(answered, cuts / 20) << "hardly anything was at stake";
}

}  // namespace
}  // namespace wangdi
