// SPDX-License-Identifier: Apache-2.0
// The append-only record. A Journal belongs to the one writing connection: records are appended
// inside the write transaction, each commit is sealed per district by a hash over the one before,
// and a command id that was used before is found by the insert itself.
#pragma once

#include <functional>
#include <span>
#include <unordered_map>
#include <variant>
#include <vector>

#include "journal/record.hpp"
#include "store/engine.hpp"

namespace wangdi::journal {

// The first record a command id gave: what a repeat is answered with.
struct Repeat {
  Position position;
  std::optional<std::string> answer;
  std::optional<Mac> body_mac;
  UnixMs recorded_at = 0;
};

struct Sealed {
  District district;
  std::int64_t first_sequence;
  std::int64_t last_sequence;
  Digest hash;
};

using FillRandom = std::function<void(std::span<std::uint8_t>)>;

class Journal {
 public:
  // `random` fills salts and event ids. The heads are read from the connection when first needed.
  Journal(store::Connection& connection, FillRandom random);

  static Status create(store::Connection& connection);

  // The record a command id gave in a district, if any.
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

  std::int64_t commit_number() const { return commit_number_; }

 private:
  struct Head {
    std::int64_t sequence = 0;         // last appended
    std::int64_t sealed_sequence = 0;  // last sealed
    Digest hash{};                     // of the last seal
    Digester running;                  // over what was appended since
  };

  Result<Head*> head(District district);

  store::Connection& connection_;
  FillRandom random_;
  std::unordered_map<District, std::unique_ptr<Head>> heads_;
  std::vector<District> touched_;
  std::int64_t commit_number_ = -1;  // -1: not read yet
  std::int64_t commit_number_pending_ = -1;
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
  std::vector<Finding> findings;  // at most kFindingsMax, in order of position
};
inline constexpr std::size_t kFindingsMax = 100;

// Walks the whole journal: positions without gaps, bodies that fit their hashes, an unbroken chain.
Result<Verification> verify(store::Connection& connection);

// Calls each(record) for all records in order of position, for rebuilds. Returns the count.
Result<std::int64_t> replay(store::Connection& connection,
                            const std::function<Status(const RecordRow&)>& each);

// The last seal of each district, in order. Two small reads a district, however long the journal.
Result<std::vector<SealRow>> heads(store::Connection& connection);
// The last seal of one district, and the seal that ends at a position; nothing when there is none.
Result<std::optional<SealRow>> last_seal(store::Connection& connection, District district);
Result<std::optional<SealRow>> seal_at(store::Connection& connection, const Position& position);

// Highest commit number, and the districts that changed after one, at most `limit` seals.
Result<std::int64_t> last_commit(store::Connection& connection);
Result<std::vector<SealRow>> seals_after(store::Connection& connection, std::int64_t commit_number,
                                         std::int64_t limit);
std::span<const store::Statement> statements();

}  // namespace wangdi::journal
