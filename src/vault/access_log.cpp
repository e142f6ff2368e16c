// SPDX-License-Identifier: Apache-2.0
// Chain and quota of the access log.
#include "vault/access_log.hpp"

#include <algorithm>

#include "vault/bulk.hpp"

namespace wangdi::vault {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

constexpr store::Statement kLast{
    "access_log_last",
    "SELECT sequence, hash FROM access_log WHERE district = $1 ORDER BY sequence DESC LIMIT 1"};
constexpr store::Statement kCountOfHour{"access_log_count",
                                        "SELECT count(*), min(at) FROM access_log WHERE district = "
                                        "$1 AND actor = $2 AND operation = $3 "
                                        "AND at > $4"};
constexpr store::Statement kCountSince{
    "access_log_count_since",
    "SELECT count(*) FROM access_log WHERE district = $1 AND actor = $2 AND operation = $3"
    " AND at > $4 AND region = $5"};
constexpr store::Statement kNextDistrict{
    "access_log_next_district",
    "SELECT district FROM access_log WHERE district > $1 ORDER BY district, sequence LIMIT 1"};
constexpr store::Statement kAfter{
    "access_log_after",
    "SELECT district, sequence, at, actor, purpose, operation, region, subject, fields, count, hash"
    " FROM access_log WHERE district = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"};
constexpr store::Statement kAbout{
    "access_log_about",
    "SELECT district, sequence, at, actor, purpose, operation, region, subject, fields, count, hash"
    " FROM access_log WHERE district = $1 AND subject = $2"
    " ORDER BY at DESC, sequence DESC LIMIT $3"};
constexpr store::Statement kStatements[] = {kLast,         kCountOfHour, kCountSince,
                                            kNextDistrict, kAfter,       kAbout};

crypto::Digest hash_of(const AccessLogRow& row, const crypto::Digest& before) {
  return crypto::sha256({before, access_row_content(row)});
}

}  // namespace

Result<AccessLog::Head*> AccessLog::head(District district) {
  auto found = heads_.find(district);
  if (found == heads_.end()) {
    Head head;
    WD_TRY([[maybe_unused]] auto read,
           main_.query(kLast, store::bind_all(district), [&](const store::RowReader& row) {
             head.sequence = row.integer(0);
             head.hash = store::ColumnTraits<crypto::Digest>::read(row, 1);
             return false;
           }));
    found = heads_.emplace(district, head).first;
  }
  return &found->second;
}

Status AccessLog::check_quota(const AccessEntry& entry, UnixMs now) {
  if (entry.operation != Operation::exact_search) return ok();
  std::int64_t count = 0;
  UnixMs oldest = now;
  WD_TRY([[maybe_unused]] auto read,
         main_.query(kCountOfHour,
                     store::bind_all(entry.district, entry.actor, entry.operation, now - kHourMs),
                     [&](const store::RowReader& row) {
                       count = row.integer(0);
                       if (!row.is_null(1)) oldest = row.integer(1);
                       return false;
                     }));
  count += std::ranges::count_if(waiting_, [&](const Waiting& waiting) {
    return waiting.row.actor == entry.actor && waiting.row.district == entry.district &&
           waiting.row.operation == entry.operation;
  });
  if (count < kExactSearchesPerHour) return ok();
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto minutes =
      std::max<std::int64_t>(1, (oldest + kHourMs - now + kMinuteMs - 1) / kMinuteMs);
  return Error(ErrorCode::quota_used_up)
      .with("limit", std::to_string(kExactSearchesPerHour))
      .with("minutes", std::to_string(minutes));
}

// Judged where the log is written: two readers at the same moment both saw it unused.
Status AccessLog::check_once(const AccessEntry& entry) {
  if (!entry.once_since) return ok();
  bool used = std::ranges::any_of(waiting_, [&](const Waiting& waiting) {
    const auto& row = waiting.row;
    return row.district == entry.district && row.actor == entry.actor &&
           row.operation == entry.operation && row.region == entry.region;
  });
  WD_TRY([[maybe_unused]] auto read,
         main_.query(kCountSince,
                     store::bind_all(entry.district, entry.actor, entry.operation,
                                     *entry.once_since, entry.region),
                     [&](const store::RowReader& row) {
                       used = used || row.integer(0) > 0;
                       return false;
                     }));
  if (used) return Error(ErrorCode::second_person_needed);
  return ok();
}

Status AccessLog::add(const AccessEntry& entry, UnixMs now) {
  WD_TRY([[maybe_unused]] auto within, check_quota(entry, now));
  WD_TRY([[maybe_unused]] auto unused, check_once(entry));
  WD_TRY(auto* head, this->head(entry.district));
  Waiting waiting{.row = {.district = entry.district,
                          .sequence = head->sequence + 1,
                          .at = now,
                          .actor = entry.actor,
                          .purpose = entry.purpose,
                          .operation = entry.operation,
                          .region = entry.region,
                          .subject = entry.subject,
                          .fields = entry.fields.bits(),
                          .count = entry.count},
                  .hash_before = head->hash};
  waiting.row.hash = hash_of(waiting.row, head->hash);
  head->sequence = waiting.row.sequence;
  head->hash = waiting.row.hash;
  waiting_.push_back(std::move(waiting));
  return ok();
}

void AccessLog::keep(std::size_t count) {
  while (waiting_.size() > count) {
    const auto& last = waiting_.back();
    heads_[last.row.district] = {last.row.sequence - 1, last.hash_before};
    waiting_.pop_back();
  }
}

Status AccessLog::write() {
  std::vector<AccessLogRow> rows;
  rows.reserve(waiting_.size());
  for (const auto& waiting : waiting_) rows.push_back(waiting.row);
  return bulk(main_, kAccessLog, store::BulkMode::kInsert, rows);
}

void AccessLog::abandoned() {
  waiting_.clear();
  heads_.clear();
}

Result<std::optional<std::int64_t>> first_broken_access_row(store::Connection& from,
                                                            District district) {
  std::optional<std::int64_t> broken;
  std::int64_t expected = 1;
  crypto::Digest before{};
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(kAccessLog.info(), 1, store::bind_all(district),
                     [&](const store::RowReader& reader) {
                       const auto row = store::read_row<AccessLogRow>(reader);
                       if (row.sequence != expected || row.hash != hash_of(row, before)) {
                         broken = expected;
                         return false;
                       }
                       before = row.hash;
                       ++expected;
                       return true;
                     }));
  return broken;
}

Result<std::vector<District>> access_log_districts(store::Connection& from) {
  std::vector<District> districts;
  // A step for each district instead of a look at every row.
  for (District before{-1};; before = districts.back()) {
    bool more = false;
    WD_TRY([[maybe_unused]] auto read,
           from.query(kNextDistrict, store::bind_all(before), [&](const store::RowReader& row) {
             districts.push_back(store::ColumnTraits<District>::read(row, 0));
             more = true;
             return false;
           }));
    if (!more) return districts;
  }
}

Result<std::vector<AccessLogRow>> access_rows_after(store::Connection& from, District district,
                                                    std::int64_t sequence, std::int64_t limit) {
  return store::select<AccessLogRow>(from, kAfter, district, sequence, limit);
}

Result<std::vector<AccessLogRow>> access_rows_about(store::Connection& from, District district,
                                                    const Uuid& subject, std::int64_t limit) {
  return store::select<AccessLogRow>(from, kAbout, district, subject, limit);
}

std::vector<std::uint8_t> access_row_content(const AccessLogRow& row) {
  std::vector<std::uint8_t> content;
  const auto add = [&](const auto& bytes) {
    content.insert(content.end(), std::begin(bytes), std::end(bytes));
  };
  // All parts have a fixed width but the last.
  add(crypto::big_endian(row.district.number));
  add(crypto::big_endian(row.sequence));
  add(crypto::big_endian(row.at));
  add(row.actor.value.bytes);
  add(std::array{static_cast<std::uint8_t>(row.purpose), static_cast<std::uint8_t>(row.operation)});
  add(row.subject.bytes);
  add(crypto::big_endian(row.fields));
  add(crypto::big_endian(row.count));
  add(crypto::bytes_of(row.region.text()));
  return content;
}

std::span<const store::Statement> access_log_statements() { return kStatements; }

}  // namespace wangdi::vault
