// SPDX-License-Identifier: Apache-2.0
// What was lawfully destroyed. A record keeps its position, its event id, the time at which it was
// recorded and the hash of its body; body, salt and answer go, and where the record is one person's
// or its time is over also what could tell whose it was: subject, command, device, place, type.
//
// An event says so in the same transaction (RecordsDestroyed): which positions, by which rule, with
// a signed statement. The seals of those records no longer fit what stands there, so it also tells
// what each is from now on. The event lies in the chain itself. verify() and rebuilds accept an
// empty record only where such an event covers it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "journal/record.hpp"
#include "store/engine.hpp"
#include "types/list.hpp"

namespace wangdi::journal {

inline constexpr std::size_t kDestroyedMost = 20'000;  // records of one event
// What stands in the place of the type of a record that is destroyed whole.
inline constexpr std::string_view kDestroyedType = "journal.destroyed";

struct SequenceRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
WD_DESCRIBE(SequenceRange, first, last)

// A seal whose records were changed by a destruction: the digest that they give now.
struct ChangedSeal {
  std::int64_t last_sequence = 0;
  std::string digest;  // hexadecimal
};
WD_DESCRIBE(ChangedSeal, last_sequence, digest)

struct RecordsDestroyed {
  static constexpr std::string_view kType = "journal.records_destroyed";
  static constexpr int kVersion = 1;
  std::string rule;  // why: a name of retention
  List<SequenceRange, kDestroyedMost> records;
  List<ChangedSeal, kDestroyedMost> seals;
  std::string statement;  // what was signed: the certificate's text
  std::string signature;  // base64 of an ECDSA signature over it (DER)
};
WD_DESCRIBE(RecordsDestroyed, rule, records, seals, statement, signature)

// All destructions that a journal tells of.
class Destructions {
 public:
  // Reads the whole journal once, but only the bodies of these events.
  static Result<Destructions> load(store::Connection& connection);

  void add(const Position& told_at, const RecordsDestroyed& event);
  bool covers(const Position& position) const;
  // What the records of a seal give since they were changed; nothing where they were not.
  std::optional<Digest> changed_seal(const Position& last) const;
  // Events of the type that cannot be read.
  const std::vector<Position>& damaged() const { return damaged_; }

 private:
  std::map<District, std::map<std::int64_t, std::int64_t>> ranges_;  // first to last, joined
  std::map<Position, Digest> seals_;
  std::vector<Position> damaged_;
};

// How much of a record goes: `content` where the record is about somebody else too, who is told
// anew; `whole` where it is one person's, or its time is over.
enum class Destroy : std::uint8_t { content, whole };
struct Doomed {
  std::int64_t sequence = 0;
  Destroy how = Destroy::whole;
};

// What of a destruction an event has to tell.
struct Destroyed {
  List<SequenceRange, kDestroyedMost> records;
  List<ChangedSeal, kDestroyedMost> seals;
};

// Destroys records of one district inside the caller's write transaction; each must be of an
// earlier commit. Looks first whether their seals hold: nothing is destroyed of a journal that was
// changed. `before`: what was destroyed earlier. Errors: journal_damaged, storage failures.
Result<Destroyed> destroy(store::Connection& connection, District district,
                          std::span<const Doomed> doomed, const Destructions& before);

// Records of a district in order, after a sequence, at most `limit`.
Result<std::vector<RecordRow>> records_after(store::Connection& connection,
                                             const Position& position, std::int64_t limit);
Result<std::optional<RecordRow>> record_at(store::Connection& connection, const Position& position);

std::span<const store::Statement> destruction_statements();

}  // namespace wangdi::journal
