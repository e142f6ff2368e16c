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
constexpr store::Statement kDistricts{"access_log_districts",
                                      "SELECT DISTINCT district FROM access_log ORDER BY district"};
constexpr store::Statement kStatements[] = {kLast, kCountOfHour, kDistricts};

crypto::Digest hash_of(const AccessLogRow& row, const crypto::Digest& before) {
  const std::array kinds = {static_cast<std::uint8_t>(row.purpose),
                            static_cast<std::uint8_t>(row.operation)};
  // All parts have a fixed width but the last.
  return crypto::sha256({before, crypto::big_endian(row.district.number),
                         crypto::big_endian(row.sequence), crypto::big_endian(row.at),
                         row.actor.value.bytes, kinds, row.subject.bytes,
                         crypto::big_endian(row.fields), crypto::big_endian(row.count),
                         crypto::bytes_of(row.region.text())});
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

Status AccessLog::add(const AccessEntry& entry, UnixMs now) {
  WD_TRY([[maybe_unused]] auto within, check_quota(entry, now));
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
  WD_TRY([[maybe_unused]] auto read,
         from.query(kDistricts, store::bind_all(), [&](const store::RowReader& row) {
           districts.push_back(store::ColumnTraits<District>::read(row, 0));
           return true;
         }));
  return districts;
}

std::span<const store::Statement> access_log_statements() { return kStatements; }

}  // namespace wangdi::vault
