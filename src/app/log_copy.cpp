// SPDX-License-Identifier: Apache-2.0
// Passes of the log copy.
#include "app/log_copy.hpp"

#include <array>

#include "base/hex.hpp"
#include "codec/json.hpp"
#include "journal/journal.hpp"
#include "types/list.hpp"
#include "vault/access_log.hpp"

namespace wangdi::app {
namespace {

constexpr std::string_view kMark = "LOG_COPY";  // of the data folder: the copy that was begun
constexpr std::int64_t kRowsAtOnce = 2'000;     // of one district, in one append
constexpr std::int64_t kRecordsAtOnce = 10'000;
constexpr std::int64_t kTellEachMs = 30'000;  // that nothing happened is written this often
constexpr int kRoundsMax = 500;  // of one pass; a new copy of an old installation takes several
// Modules whose records tell of rights, of loss, of who was let in to look, and of what the auditor
// made of it.
constexpr std::array<std::string_view, 4> kSecurityModules = {"accounts.", "audit.", "bus.",
                                                              "ledger."};

struct AccessLine {
  std::string stream = "access";
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  UnixMs at = 0;
  AccountId actor;
  vault::Purpose purpose = vault::Purpose::home_visit;
  vault::Operation operation = vault::Operation::unmask;
  RegionCode region;
  Uuid subject;
  List<vault::Field, vault::kLastField> fields;
  std::int64_t count = 0;
  std::string before;   // hash of the row before
  std::string content;  // SHA-256(before, content) is hash
  std::string hash;
};
WD_DESCRIBE(AccessLine, stream, district, sequence, at, actor, purpose, operation, region, subject,
            fields, count, before, content, hash)
struct JournalLine {
  std::string stream = "journal";
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  UnixMs at = 0;
  AccountId actor;
  std::string type;
  RegionCode region;
  Uuid subject;
};
WD_DESCRIBE(JournalLine, stream, district, sequence, at, actor, type, region, subject)

Error differs(District district, std::int64_t sequence) {
  return Error(ErrorCode::log_copy_differs)
      .with("where", std::to_string(district.number) + "/" + std::to_string(sequence));
}

std::string line_of(const vault::AccessLogRow& row, const crypto::Digest& before,
                    const std::vector<std::uint8_t>& content) {
  AccessLine line;
  line.district = row.district.number;
  line.sequence = row.sequence;
  line.at = row.at;
  line.actor = row.actor;
  line.purpose = row.purpose;
  line.operation = row.operation;
  line.region = row.region;
  line.subject = row.subject;
  line.fields.items = vault::Fields::from_bits(row.fields).list();
  line.count = row.count;
  line.before = to_hex(before);
  line.content = to_hex(content);
  line.hash = to_hex(row.hash);
  return codec::encode(line) + '\n';
}

bool is_security(std::string_view type) {
  for (const auto module : kSecurityModules) {
    if (type.starts_with(module)) return true;
  }
  return false;
}

// Lines of one round, and whether there is more.
struct Round {
  std::string text;
  std::uint64_t lines = 0;
  bool more = false;
};

Status add_access(store::Connection& from, CopyPosition& position, Round& round) {
  WD_TRY(const auto districts, vault::access_log_districts(from));
  for (const auto district : districts) {
    auto& copied = position.access[district];
    WD_TRY(const auto rows, vault::access_rows_after(from, district, copied.sequence, kRowsAtOnce));
    for (const auto& row : rows) {
      const auto content = vault::access_row_content(row);
      const bool follows =
          row.sequence == copied.sequence + 1 && row.hash == crypto::sha256({copied.hash, content});
      if (!follows) return differs(district, copied.sequence + 1);
      round.text += line_of(row, copied.hash, content);
      ++round.lines;
      copied = {row.sequence, row.hash};
    }
    round.more = round.more || std::ssize(rows) == kRowsAtOnce;
  }
  return ok();
}

Status add_journal(store::Connection& from, CopyPosition& position, Round& round) {
  WD_TRY(const auto heads, journal::heads(from));
  for (const auto& head : heads) {
    auto& copied = position.journal[head.district];
    if (copied >= head.last_sequence) continue;
    WD_TRY(const auto records,
           journal::headers_after(from, {head.district, copied}, kRecordsAtOnce));
    for (const auto& record : records) {
      copied = record.sequence;
      if (!is_security(record.type)) continue;
      round.text += codec::encode(JournalLine{"journal", record.district.number, record.sequence,
                                              record.recorded_at, record.actor, record.type,
                                              record.region, record.subject}) +
                    '\n';
      ++round.lines;
    }
    round.more = round.more || std::ssize(records) == kRecordsAtOnce;
  }
  return ok();
}

std::string new_name() {
  crypto::Random random;
  return to_hex(random.take<8>());
}

}  // namespace

Status compare_with_copy(store::Connection& connection, const CopyPosition& position) {
  for (const auto& [district, copied] : position.access) {
    if (copied.sequence == 0) continue;
    WD_TRY(const auto row, store::get(connection, vault::kAccessLog, {district, copied.sequence}));
    if (!row || row->hash != copied.hash) return differs(district, copied.sequence);
  }
  return ok();
}

LogCopy::LogCopy(const std::string& place, Folder& folder,
                 std::unique_ptr<store::Connection> reader, const Clock& clock, ZoneOffset zone)
    : files_(place),
      folder_(folder),
      reader_(std::move(reader)),
      clock_(clock),
      zone_(zone),
      complete_ms_(clock.monotonic_ms()) {}

std::int64_t LogCopy::age_seconds() const { return (clock_.monotonic_ms() - complete_ms_) / 1'000; }

Status LogCopy::copy() {
  const auto begun_ms = clock_.monotonic_ms();
  auto passed = pass();
  if (passed) {
    complete_ms_ = begun_ms;
    differs_ = false;
  } else {
    ++passes_failed_;
    differs_ = passed.error().code() == ErrorCode::log_copy_differs;
  }
  return passed;
}

// A mount point whose storage is away looks like an empty folder: only what both sides know, or an
// operator's word, is gone on with.
Result<CopyPosition> LogCopy::start_position() {
  if (!files_.is_there()) return Error(ErrorCode::log_copy_away).with("what", "-");
  const auto begun = folder_.read_mark(kMark);
  WD_TRY(auto position, files_.position());
  if (files_.is_told_to_begin()) {
    CopyPosition fresh;
    fresh.copy = new_name();
    WD_TRY([[maybe_unused]] auto written, files_.write_position(fresh));
    WD_TRY([[maybe_unused]] auto marked, folder_.write_mark(kMark, fresh.copy));
    WD_TRY([[maybe_unused]] auto removed, files_.forget_begin());
    return fresh;
  }
  if (begun && position && *begun == position->copy) return std::move(*position);
  if (begun) return Error(ErrorCode::log_copy_away).with("what", "position.json");
  if (!position) {
    position.emplace();
    position->copy = new_name();
    WD_TRY([[maybe_unused]] auto written, files_.write_position(*position));
  } else if (!position->file.empty()) {
    return Error(ErrorCode::log_copy_away).with("what", "position.json");
  }
  WD_TRY([[maybe_unused]] auto marked, folder_.write_mark(kMark, position->copy));
  return std::move(*position);
}

Status LogCopy::pass() {
  WD_TRY(auto position, start_position());
  const auto now = clock_.now();
  for (int rounds = 0; rounds < kRoundsMax; ++rounds) {
    Round round;
    auto next = position;
    WD_TRY([[maybe_unused]] auto begun, reader_->begin());
    auto gathered = compare_with_copy(*reader_, next);
    if (gathered) gathered = add_access(*reader_, next, round);
    if (gathered) gathered = add_journal(*reader_, next, round);
    reader_->rollback();
    if (!gathered) return gathered;
    WD_TRY([[maybe_unused]] auto appended,
           files_.append(next, round.text, CivilDate::of(now, zone_)));
    const bool moved = next.journal != position.journal || round.lines > 0;
    if (!round.more) next.complete_at = now;
    if (moved || now - position.complete_at >= kTellEachMs) {
      WD_TRY([[maybe_unused]] auto written, files_.write_position(next));
    }
    position = std::move(next);
    lines_ += round.lines;
    if (!round.more) break;
  }
  return ok();
}

}  // namespace wangdi::app
