// SPDX-License-Identifier: Apache-2.0
// Walking the whole journal: verification and replay.
#include <algorithm>

#include "journal/destruction.hpp"
#include "journal/journal.hpp"

namespace wangdi::journal {
namespace {

using store::Statement;

constexpr Statement kReplay{
    "journal_replay",
    "SELECT district, sequence, event, command, ordinal, region, type, version, subject, actor,"
    " device, occurred_at, skew_ms, device_sequence, recorded_at, body, salt, body_hash, body_mac, "
    "answer"
    " FROM journal ORDER BY district, sequence"};
constexpr Statement kSeals{
    "journal_seals",
    "SELECT district, last_sequence, first_sequence, commit_number, recorded_at, hash"
    " FROM journal_seal ORDER BY district, last_sequence"};

// Follows seals and records side by side; both come ordered by position.
class Walk {
 public:
  Walk(std::vector<SealRow> seals, const Destructions& destructions, Verification& result)
      : seals_(std::move(seals)), destructions_(destructions), result_(result) {}

  void record(const RecordRow& record) {
    ++result_.records;
    if (record.district != district_ || result_.records == 1) begin_district(record.district);
    if (record.sequence != expected_) find(record, "gap");
    expected_ = record.sequence + 1;
    check_body(record);
    if (seal_ >= seals_.size() || seals_[seal_].district != record.district) {
      find(record, "seal");
      return;
    }
    const auto& seal = seals_[seal_];
    if (record.sequence == seal.first_sequence) {
      running_.finish();
      running_.bytes(previous_)
          .number(std::int64_t{record.district.number})
          .number(seal.first_sequence);
    }
    add_to_seal(running_, record);
    if (record.sequence >= seal.last_sequence) close_seal(record);
  }

  void end() {
    for (; seal_ < seals_.size(); ++seal_) {
      note({seals_[seal_].district, seals_[seal_].last_sequence}, "gap");
    }
  }

 private:
  void begin_district(District district) {
    // Seals that are left promise records which are not there.
    for (; seal_ < seals_.size() && seals_[seal_].district < district; ++seal_) {
      note({seals_[seal_].district, seals_[seal_].last_sequence}, "gap");
    }
    district_ = district;
    ++result_.districts;
    expected_ = 1;
    previous_ = {};
  }

  void check_body(const RecordRow& record) {
    const bool is_destroyed = destructions_.covers({record.district, record.sequence});
    result_.destroyed += is_destroyed;
    const bool is_empty = !record.body && !record.salt && !record.body_mac && !record.answer;
    // What was destroyed is not there, and what is not there was destroyed.
    if (is_destroyed || !record.body || !record.salt) {
      if (!(is_destroyed && is_empty)) find(record, "body");
      return;
    }
    if (body_hash(sha_, *record.salt, *record.body) != record.body_hash) find(record, "body");
  }

  void close_seal(const RecordRow& record) {
    const auto& seal = seals_[seal_++];
    ++result_.seals;
    const auto holds =
        destructions_.changed_seal({seal.district, seal.last_sequence}).value_or(seal.hash);
    if (running_.number(seal.last_sequence).finish() != holds) find(record, "chain");
    previous_ = seal.hash;
  }

  void find(const RecordRow& record, const char* what) {
    note({record.district, record.sequence}, what);
  }
  void note(Position position, const char* what) {
    if (result_.findings.size() < kFindingsMax) result_.findings.push_back({position, what});
  }

  std::vector<SealRow> seals_;
  const Destructions& destructions_;
  Verification& result_;
  std::size_t seal_ = 0;
  District district_;
  std::int64_t expected_ = 1;
  Digest previous_{};
  Digester sha_;
  Digester running_;
};

}  // namespace

Result<std::int64_t> replay(store::Connection& connection,
                            const std::function<Status(const RecordRow&)>& each) {
  std::int64_t count = 0;
  Status outcome = ok();
  WD_TRY([[maybe_unused]] auto read,
         connection.query(kReplay, store::bind_all(), [&](const store::RowReader& reader) {
           outcome = each(store::read_row<RecordRow>(reader));
           ++count;
           return outcome.has_value();
         }));
  if (!outcome) return std::move(outcome).error();
  return count;
}

Result<Verification> verify(store::Connection& connection) {
  Verification result;
  WD_TRY(auto seals, store::select<SealRow>(connection, kSeals));
  WD_TRY(const auto destructions, Destructions::load(connection));
  for (const auto& place : destructions.damaged()) result.findings.push_back({place, "body"});
  Walk walk(std::move(seals), destructions, result);
  WD_TRY([[maybe_unused]] auto count, replay(connection, [&](const RecordRow& record) {
           walk.record(record);
           return ok();
         }));
  walk.end();
  return result;
}

}  // namespace wangdi::journal
