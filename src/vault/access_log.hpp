// SPDX-License-Identifier: Apache-2.0
// The log of who looked at whom, why, and at which fields: written and committed before the data
// leave, one chain of hashes for each district, never changed. A cut-off end is not seen by the
// chain itself, but by the copy off the host (app/log_copy).
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "common/crypto/crypto.hpp"
#include "store/engine.hpp"
#include "vault/tables.hpp"

namespace wangdi::vault {

struct AccessEntry {
  District district;
  AccountId actor;
  Purpose purpose = Purpose::home_visit;
  Operation operation = Operation::unmask;
  RegionCode region;  // where the operation looked
  Uuid subject;       // nil for an operation on many
  Fields fields;
  std::int64_t count = 1;  // persons or households concerned
  // A permission for once, given at this time: the same operation of the same account and region
  // since then used it.
  std::optional<UnixMs> once_since = {};
};

// Exact searches of one account within an hour (security.md VA2).
inline constexpr std::int64_t kExactSearchesPerHour = 100;

// The writing end; belongs to the writer thread. Rows wait until the batch is written.
class AccessLog {
 public:
  explicit AccessLog(store::Connection& main) : main_(main) {}
  // Errors: quota_used_up for exact searches above the hour's number, second_person_needed where a
  // permission for once was used.
  Status add(const AccessEntry& entry, UnixMs now);
  std::size_t waiting() const { return waiting_.size(); }
  // Forgets all but the first `count` waiting rows.
  void keep(std::size_t count);
  Status write();
  // Beside other writers: a head may have moved on since the last batch of its district.
  void begin() { heads_.clear(); }
  void settled() { waiting_.clear(); }
  void abandoned();

 private:
  struct Head {
    std::int64_t sequence = 0;
    crypto::Digest hash{};
  };
  struct Waiting {
    AccessLogRow row;
    crypto::Digest hash_before;
  };
  Result<Head*> head(District district);
  Status check_quota(const AccessEntry& entry, UnixMs now);
  Status check_once(const AccessEntry& entry);

  store::Connection& main_;
  std::unordered_map<District, Head> heads_;
  std::vector<Waiting> waiting_;
};

// The first sequence of a district whose row was changed, is missing or was put in; nothing when
// the chain holds.
Result<std::optional<std::int64_t>> first_broken_access_row(store::Connection& from,
                                                            District district);
// Districts that have a log.
Result<std::vector<District>> access_log_districts(store::Connection& from);

// Rows of a district after a sequence, in order, at most `limit`.
Result<std::vector<AccessLogRow>> access_rows_after(store::Connection& from, District district,
                                                    std::int64_t sequence, std::int64_t limit);
// Rows about one subject, or with a nil one about many at once, the latest first.
Result<std::vector<AccessLogRow>> access_rows_about(store::Connection& from, District district,
                                                    const Uuid& subject, std::int64_t limit);
// What a row's hash binds beside the hash before it: hash = SHA-256(hash before, these bytes).
std::vector<std::uint8_t> access_row_content(const AccessLogRow& row);

std::span<const store::Statement> access_log_statements();

}  // namespace wangdi::vault
