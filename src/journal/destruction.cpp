// SPDX-License-Identifier: Apache-2.0
// Emptying records, and what the events about it cover.
#include "journal/destruction.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "codec/json.hpp"
#include "journal/journal.hpp"

namespace wangdi::journal {
namespace {

using store::Statement;

constexpr Statement kTold{"journal_destructions",
                          "SELECT district, sequence, body FROM journal WHERE type = $1"
                          " ORDER BY district, sequence"};
constexpr Statement kSealOver{
    "journal_seal_over",
    "SELECT district, last_sequence, first_sequence, commit_number, recorded_at, hash"
    " FROM journal_seal WHERE district = $1 AND last_sequence >= $2"
    " ORDER BY last_sequence LIMIT 1"};
constexpr Statement kRecordsAfter{
    "journal_records_after",
    "SELECT district, sequence, event, command, ordinal, region, type, version, subject, actor,"
    " device, occurred_at, skew_ms, device_sequence, recorded_at, body, salt, body_hash, body_mac,"
    " answer FROM journal WHERE district = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"};
constexpr Statement kEmpty{
    "journal_empty",
    "UPDATE journal SET command = $1, ordinal = $2, region = $3, type = $4, version = $5,"
    " subject = $6, actor = $7, device = $8, occurred_at = $9, skew_ms = $10,"
    " device_sequence = $11, body = NULL, salt = NULL, body_mac = NULL, answer = NULL"
    " WHERE district = $12 AND sequence = $13"};
constexpr Statement kAll[] = {kTold, kSealOver, kRecordsAfter, kEmpty};

struct ToldRow {
  District district;
  std::int64_t sequence = 0;
  std::optional<std::string> body;
};
WD_DESCRIBE(ToldRow, district, sequence, body)

std::optional<Digest> digest_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Digest digest;
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

Error does_not_fit(const Position& position) {
  return Error(ErrorCode::journal_damaged)
      .with("where",
            std::to_string(position.district.number) + "/" + std::to_string(position.sequence));
}

// What of the record nobody needs any more. Its event id stands for the command, so that the id of
// the command is free of it and the pair stays unique.
void empty_record(RecordRow& record, Destroy how) {
  record.body.reset();
  record.salt.reset();
  record.body_mac.reset();
  record.answer.reset();
  if (how == Destroy::content) return;
  record.command = {record.event.value};
  record.ordinal = 0;
  record.region = RegionCode::of(record.district).value_or(RegionCode());
  record.type = kDestroyedType;
  record.version = 1;
  record.subject = {};
  record.actor = {};
  record.device = {};
  record.occurred_at = record.recorded_at;
  record.skew_ms = 0;
  record.device_sequence = 0;
}

Status store_emptied(store::Connection& connection, const RecordRow& record) {
  WD_TRY(const auto changed,
         store::run(connection, kEmpty, record.command, record.ordinal, record.region, record.type,
                    record.version, record.subject, record.actor, record.device, record.occurred_at,
                    record.skew_ms, record.device_sequence, record.district, record.sequence));
  if (changed != 1) return does_not_fit({record.district, record.sequence});
  return ok();
}

Digest digest_over(const Digest& before, const SealRow& seal, std::span<const RecordRow> records) {
  Digester digest;
  digest.bytes(before).number(std::int64_t{seal.district.number}).number(seal.first_sequence);
  for (const auto& record : records) add_to_seal(digest, record);
  return digest.number(seal.last_sequence).finish();
}

void add_record(List<SequenceRange, kDestroyedMost>& to, std::int64_t sequence) {
  if (!to.empty() && to.items.back().last + 1 == sequence) {
    to.items.back().last = sequence;
  } else {
    to.items.push_back({sequence, sequence});
  }
}

// The doomed records of one seal, from the first of them on; the next one's is where it ends.
Result<std::size_t> destroy_in_seal(store::Connection& connection, District district,
                                    std::span<const Doomed> doomed, const Destructions& before,
                                    Destroyed& into) {
  const Position first{district, doomed.front().sequence};
  WD_TRY(const auto seal,
         store::select_one<SealRow>(connection, kSealOver, district, first.sequence));
  if (!seal || seal->first_sequence > first.sequence) return does_not_fit(first);
  WD_TRY(const auto earlier, seal_at(connection, {district, seal->first_sequence - 1}));
  if (!earlier && seal->first_sequence != 1) return does_not_fit(first);
  const auto count = seal->last_sequence - seal->first_sequence + 1;
  WD_TRY(auto records, records_after(connection, {district, seal->first_sequence - 1}, count));
  if (static_cast<std::int64_t>(records.size()) != count) return does_not_fit(first);
  const auto previous = earlier ? earlier->hash : Digest{};
  const Position place{district, seal->last_sequence};
  const auto holds = before.changed_seal(place).value_or(seal->hash);
  if (digest_over(previous, *seal, records) != holds) return does_not_fit(place);
  std::size_t done = 0;
  for (; done < doomed.size() && doomed[done].sequence <= seal->last_sequence; ++done) {
    auto& record = records[static_cast<std::size_t>(doomed[done].sequence - seal->first_sequence)];
    empty_record(record, doomed[done].how);
    WD_TRY([[maybe_unused]] auto emptied, store_emptied(connection, record));
    add_record(into.records, record.sequence);
  }
  into.seals.items.push_back({seal->last_sequence, to_hex(digest_over(previous, *seal, records))});
  return done;
}

}  // namespace

std::span<const Statement> destruction_statements() { return kAll; }

Result<Destructions> Destructions::load(store::Connection& connection) {
  Destructions all;
  WD_TRY(const auto rows,
         store::select<ToldRow>(connection, kTold, std::string(RecordsDestroyed::kType)));
  for (const auto& row : rows) {
    const Position place{row.district, row.sequence};
    const auto event = row.body ? codec::decode<RecordsDestroyed>(*row.body)
                                : Result<RecordsDestroyed>(does_not_fit(place));
    if (event) {
      all.add(place, *event);
    } else {
      all.damaged_.push_back(place);
    }
  }
  return all;
}

void Destructions::add(const Position& told_at, const RecordsDestroyed& event) {
  auto& ranges = ranges_[told_at.district];
  for (auto [first, last] : event.records) {
    // An event speaks of what came before it.
    if (first < 1 || last < first || last >= told_at.sequence) {
      damaged_.push_back(told_at);
      continue;
    }
    auto at = ranges.upper_bound(last + 1);
    while (at != ranges.begin() && std::prev(at)->second + 1 >= first) {
      --at;
      first = std::min(first, at->first);
      last = std::max(last, at->second);
      at = ranges.erase(at);
    }
    ranges[first] = last;
  }
  for (const auto& seal : event.seals) {
    const auto digest = digest_of(seal.digest);
    if (digest) seals_[{told_at.district, seal.last_sequence}] = *digest;
  }
}

bool Destructions::covers(const Position& position) const {
  const auto ranges = ranges_.find(position.district);
  if (ranges == ranges_.end()) return false;
  const auto after = ranges->second.upper_bound(position.sequence);
  return after != ranges->second.begin() && std::prev(after)->second >= position.sequence;
}

std::optional<Digest> Destructions::changed_seal(const Position& last) const {
  const auto found = seals_.find(last);
  if (found == seals_.end()) return std::nullopt;
  return found->second;
}

Result<Destroyed> destroy(store::Connection& connection, District district,
                          std::span<const Doomed> doomed, const Destructions& before) {
  std::vector<Doomed> ordered(doomed.begin(), doomed.end());
  std::ranges::sort(ordered, {}, &Doomed::sequence);
  WD_ASSERT(ordered.size() <= kDestroyedMost);
  Destroyed destroyed;
  for (std::span<const Doomed> left = ordered; !left.empty();) {
    WD_TRY(const auto done, destroy_in_seal(connection, district, left, before, destroyed));
    left = left.subspan(done);
  }
  return destroyed;
}

Result<std::vector<RecordRow>> records_after(store::Connection& connection,
                                             const Position& position, std::int64_t limit) {
  return store::select<RecordRow>(connection, kRecordsAfter, position.district, position.sequence,
                                  limit);
}

Result<std::optional<RecordRow>> record_at(store::Connection& connection,
                                           const Position& position) {
  return store::get(connection, kRecord, {position.district, position.sequence});
}

}  // namespace wangdi::journal
