// SPDX-License-Identifier: Apache-2.0
// The append-only record. A Journal belongs to a writing connection: records are appended inside
// the write transaction, each commit is sealed per district by a hash over the one before, and a
// command id that was used before is found by the insert itself. On a database server a batch says
// first which ids it will use: its districts are locked, what was used before is read at once, and
// the records are written at once by the seal.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "journal/record.hpp"
#include "store/remote.hpp"

namespace wangdi::journal {

// The first record a command id gave: what a repeat is answered with.
struct Repeat {
  Position position;
  std::optional<std::string> answer;
  std::optional<Mac> body_mac;
  UnixMs recorded_at = 0;
};

struct CommandKey {
  District district;
  CommandId command;
  auto operator<=>(const CommandKey&) const = default;
};

struct Sealed {
  District district;
  std::int64_t first_sequence;
  std::int64_t last_sequence;
  std::int64_t commit_number;
  Digest hash;
};

// The numbers of commits, for all journals that write to one database.
class CommitNumbers {
 public:
  // Above all stored ones. Commits may become visible in another order.
  Result<std::int64_t> next(store::Connection& connection);
  // Of a commit that failed: given again when none was given since.
  void give_back(std::int64_t number);
  // The last one before the first next().
  std::int64_t before_first() const;

 private:
  mutable std::mutex mutex_;
  std::int64_t first_ = -1;  // -1: not read yet
  std::int64_t last_ = -1;
};

using FillRandom = std::function<void(std::span<std::uint8_t>)>;

class Journal {
 public:
  // `random` fills salts and event ids. The heads are read from the connection when first needed.
  // Journals that write beside each other share their numbers.
  Journal(store::Connection& connection, FillRandom random,
          std::shared_ptr<CommitNumbers> numbers = std::make_shared<CommitNumbers>());

  static Status create(store::Connection& connection);

  // Whether a batch gathers its records: then it calls expect() when it begins.
  bool gathers() const { return remote_ != nullptr; }
  // The ids that the commands of a batch will use. One that was not told is asked for on its own.
  // From here on the connection gathers what the batch writes.
  Status expect(std::vector<CommandKey> commands);

  // The record a command id gave in a district, if any, this batch included.
  Result<std::optional<Repeat>> find(District district, CommandId command);

  // Appends the records of one command; the caller fills all but position, event id, salt and
  // body hash. The records share district and command id, ordinals count from 0. When the id was
  // used before, nothing is appended and the first answer comes back; else the position of the
  // first record.
  Result<std::variant<Position, Repeat>> append(std::span<RecordRow> records);

  // Before the commit: writes one seal for each district touched since the last call.
  Result<std::vector<Sealed>> seal(UnixMs now);
  // After the commit, or when it failed: keeps or forgets what was appended since.
  void committed();
  void rolled_back();

  // Whether this batch appended to the district. Before the seal such records need not be in the
  // database yet.
  bool has_appended(District district) const {
    return std::ranges::find(touched_, district) != touched_.end();
  }
  // Of its last commit, 0 before.
  std::int64_t commit_number() const { return commit_number_; }

 private:
  struct Head {
    std::int64_t sequence = 0;         // last appended
    std::int64_t sealed_sequence = 0;  // last sealed
    Digest hash{};                     // of the last seal
    Digester running;                  // over what was appended since
  };

  struct KeyHash {
    std::size_t operator()(const CommandKey& key) const {
      return std::hash<CommandId>{}(key.command) ^ static_cast<std::size_t>(key.district.number);
    }
  };

  Result<Head*> head(District district);
  // Holds the districts' rows until the batch ends; forgets a head that somebody else has moved on.
  Status lock(std::vector<District> districts);
  Result<std::vector<District>> lock_rows(std::span<const District> districts);
  // Fills a record's position, ids and hash.
  void complete(RecordRow& record, std::int64_t sequence, Digester& sha);
  Result<bool> insert(const RecordRow& record);
  Status write_gathered();
  void end_batch();

  store::Connection& connection_;
  store::RemoteConnection* remote_;  // the same one, or nothing on SQLite
  FillRandom random_;
  std::unordered_map<District, std::unique_ptr<Head>> heads_;
  std::vector<District> touched_;
  // Of a batch that gathers: what each id gave, the records to write, the locked districts.
  std::unordered_map<CommandKey, std::optional<Repeat>, KeyHash> known_;
  std::vector<RecordRow> gathered_;
  std::vector<District> locked_;
  std::unordered_set<District> numbered_;  // whose row was there at a commit
  std::shared_ptr<CommitNumbers> numbers_;
  std::int64_t commit_number_ = 0;
  std::optional<std::int64_t> commit_number_pending_;
};

// Adds what a seal protects of one record to its digest.
void add_to_seal(Digester& digest, const RecordRow& record);
// The digest of a seal over its records, given the hash of the seal before.
Digest body_hash(Digester& digest, const Salt& salt, std::string_view body);

struct Finding {
  Position position;
  std::string what;  // gap, body, chain, seal
};
struct Verification {
  std::int64_t records = 0;
  std::int64_t seals = 0;
  std::int64_t districts = 0;
  std::int64_t destroyed = 0;     // records that an event tells of as destroyed
  std::vector<Finding> findings;  // at most kFindingsMax, in order of position
};
inline constexpr std::size_t kFindingsMax = 100;

// Walks the whole journal: positions without gaps, bodies that fit their hashes, an unbroken chain.
// A body may be missing only where an event tells of its destruction (destruction.hpp).
Result<Verification> verify(store::Connection& connection);

// Calls each(record) for all records in order of position, for rebuilds. Returns the count.
Result<std::int64_t> replay(store::Connection& connection,
                            const std::function<Status(const RecordRow&)>& each);

// The last seal of each district, in order. Two small reads a district, however long the journal.
Result<std::vector<SealRow>> heads(store::Connection& connection);
// The last seal of one district, and the seal that ends at a position; nothing when there is none.
Result<std::optional<SealRow>> last_seal(store::Connection& connection, District district);
Result<std::optional<SealRow>> seal_at(store::Connection& connection, const Position& position);

// Records of a district after a position, without their bodies, in order, at most `limit`.
struct RecordHeader {
  District district;
  std::int64_t sequence = 0;
  RegionCode region;
  std::string type;
  Uuid subject;
  AccountId actor;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(RecordHeader, district, sequence, region, type, subject, actor, recorded_at)
Result<std::vector<RecordHeader>> headers_after(store::Connection& connection,
                                                const Position& position, std::int64_t limit);

// Highest commit number, and the districts that changed after one, at most `limit` seals.
Result<std::int64_t> last_commit(store::Connection& connection);
Result<std::vector<SealRow>> seals_after(store::Connection& connection, std::int64_t commit_number,
                                         std::int64_t limit);
std::span<const store::Statement> statements();
// Of database servers only: the row of each district that a batch holds while it numbers.
store::TableInfo head_table();

}  // namespace wangdi::journal
