// SPDX-License-Identifier: Apache-2.0
// Appending, sealing and looking up of records.
#include "journal/journal.hpp"

#include <algorithm>

namespace wangdi::journal {
namespace {

using store::Statement;

constexpr Statement kHead{
    "journal_head",
    "SELECT district, last_sequence, first_sequence, commit_number, recorded_at, hash"
    " FROM journal_seal WHERE district = $1 ORDER BY last_sequence DESC LIMIT 1"};
constexpr Statement kNextDistrict{
    "journal_next_district",
    "SELECT district, last_sequence, first_sequence, commit_number, recorded_at, hash"
    " FROM journal_seal WHERE district > $1 ORDER BY district, last_sequence LIMIT 1"};
constexpr Statement kLastCommit{"journal_last_commit",
                                "SELECT coalesce(max(commit_number), 0) FROM journal_seal"};
constexpr Statement kSealsAfter{
    "journal_seals_after",
    "SELECT district, last_sequence, first_sequence, commit_number, recorded_at, hash"
    " FROM journal_seal WHERE commit_number > $1 ORDER BY commit_number, district LIMIT $2"};
constexpr Statement kFind{"journal_find",
                          "SELECT district, sequence, answer, body_mac, recorded_at FROM journal"
                          " WHERE district = $1 AND command = $2 AND ordinal = 0"};
constexpr Statement kAppend{
    "journal_append",
    "INSERT INTO journal (district, sequence, event, command, ordinal, region, type, version,"
    " subject, actor, device, occurred_at, skew_ms, device_sequence, recorded_at, body, salt,"
    " body_hash, body_mac, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
    " $14, $15, $16, $17, $18, $19, $20) ON CONFLICT (district, command, ordinal) DO NOTHING"};
constexpr Statement kFirstNumber{
    "journal_first_number",
    "INSERT INTO journal_head (district, last_sequence) VALUES ($1, $2)"
    " ON CONFLICT (district) DO NOTHING"};
constexpr Statement kHeadersAfter{
    "journal_headers_after",
    "SELECT district, sequence, region, type, subject, actor, recorded_at FROM journal"
    " WHERE district = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"};
constexpr Statement kAll[] = {kHead, kNextDistrict, kLastCommit,  kSealsAfter,
                              kFind, kAppend,       kFirstNumber, kHeadersAfter};

struct RepeatRow {
  District district;
  std::int64_t sequence = 0;
  std::optional<std::string> answer;
  std::optional<Mac> body_mac;
  UnixMs recorded_at = 0;
};
WD_DESCRIBE(RepeatRow, district, sequence, answer, body_mac, recorded_at)

struct NumberRow {
  std::int64_t number = 0;
};
WD_DESCRIBE(NumberRow, number)

// It says no more than the last seal, which is what counts.
struct HeadRow {
  District district;
  std::int64_t last_sequence = 0;
};
WD_DESCRIBE(HeadRow, district, last_sequence)
constexpr store::Table<HeadRow, 1> kHeadRow{"journal_head", {}, false};

template <class Row>
void bind_row(const Row& row, store::Binder& to) {
  store::for_each_member(row, [&](const auto& member, std::size_t column) {
    store::ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
  });
}

template <class Row>
Status write_all(store::Connection& to, const store::TableInfo& table, store::BulkMode mode,
                 std::span<const Row> rows) {
  struct Source final : store::RowSource {
    explicit Source(std::span<const Row> all) : rows(all) {}
    std::span<const Row> rows;
    std::size_t size() const override { return rows.size(); }
    void bind(std::size_t row, store::Binder& binder) const override {
      bind_row(rows[row], binder);
    }
  };
  return to.bulk(table, mode, Source(rows));
}

class Wanted final : public store::RowSource {
 public:
  explicit Wanted(std::span<const CommandKey> keys) : keys_(keys) {}
  std::size_t size() const override { return keys_.size(); }
  void bind(std::size_t row, store::Binder& to) const override {
    to.integer(0, keys_[row].district.number);
    to.blob(1, keys_[row].command.value.bytes);
  }

 private:
  std::span<const CommandKey> keys_;
};

constexpr std::size_t kCommandColumn = 3;
static_assert(kRecord.info().columns[kCommandColumn].name == "command");

Repeat repeat_of(const RecordRow& first) {
  return {{first.district, first.sequence}, first.answer, first.body_mac, first.recorded_at};
}

}  // namespace

std::span<const Statement> statements() { return kAll; }

store::TableInfo head_table() { return kHeadRow.info(); }

Digest body_hash(Digester& digest, const Salt& salt, std::string_view body) {
  return digest.bytes(salt).bytes(crypto::bytes_of(body)).finish();
}

void add_to_seal(Digester& digest, const RecordRow& record) {
  digest.number(record.sequence)
      .bytes(record.event.value.bytes)
      .bytes(record.command.value.bytes)
      .number(std::int64_t{record.ordinal})
      .field(record.region.text())
      .field(record.type)
      .number(std::int64_t{record.version})
      .bytes(record.subject.bytes)
      .bytes(record.actor.value.bytes)
      .bytes(record.device.value.bytes)
      .number(record.occurred_at)
      .number(record.skew_ms)
      .number(record.device_sequence)
      .number(record.recorded_at)
      .bytes(record.body_hash);
  if (record.body_mac) digest.bytes(*record.body_mac);
  digest.field(record.answer ? std::string_view(*record.answer) : std::string_view());
}

Result<std::int64_t> CommitNumbers::next(store::Connection& connection) {
  const std::lock_guard lock(mutex_);
  if (first_ < 0) {
    WD_TRY(first_, last_commit(connection));
    last_ = first_;
  }
  return ++last_;
}

void CommitNumbers::give_back(std::int64_t number) {
  const std::lock_guard lock(mutex_);
  if (number == last_) --last_;
}

std::int64_t CommitNumbers::before_first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

Journal::Journal(store::Connection& connection, FillRandom random,
                 std::shared_ptr<CommitNumbers> numbers)
    : connection_(connection),
      remote_(dynamic_cast<store::RemoteConnection*>(&connection)),
      random_(std::move(random)),
      numbers_(std::move(numbers)) {}

Status Journal::create(store::Connection& connection) {
  WD_TRY([[maybe_unused]] auto records, connection.create(kRecord.info()));
  if (dynamic_cast<store::RemoteConnection*>(&connection) != nullptr) {
    WD_TRY([[maybe_unused]] auto heads, connection.create(kHeadRow.info()));
  }
  return connection.create(kSeal.info());
}

Status Journal::expect(std::vector<CommandKey> commands) {
  if (!gathers()) return ok();
  remote_->gather_writes();
  if (commands.empty()) return ok();
  // In one order everywhere, so that two batches never wait for each other.
  std::ranges::sort(commands);
  commands.erase(std::ranges::unique(commands).begin(), commands.end());
  std::vector<District> districts;
  for (const auto& key : commands) {
    if (districts.empty() || districts.back() != key.district) districts.push_back(key.district);
    known_.try_emplace(key);
  }
  WD_TRY([[maybe_unused]] auto locked, lock(std::move(districts)));
  return remote_->by_values(kRecord.info(), kCommandColumn, Wanted(commands),
                            [this](const store::RowReader& reader) {
                              const auto row = store::read_row<RecordRow>(reader);
                              if (row.ordinal == 0) {
                                known_[{row.district, row.command}] = repeat_of(row);
                              }
                              return true;
                            });
}

Status Journal::lock(std::vector<District> districts) {
  if (!gathers()) return ok();
  std::erase_if(districts, [this](District district) {
    return std::ranges::find(locked_, district) != locked_.end();
  });
  if (districts.empty()) return ok();
  // First all rows that may have to be made, in order, then all locks: who waits to make one holds
  // none that another could wait for.
  for (const auto district : districts) {
    if (numbered_.contains(district)) continue;
    WD_TRY([[maybe_unused]] auto made,
           store::run(connection_, kFirstNumber, district, std::int64_t{0}));
  }
  WD_TRY(const auto missing, lock_rows(districts));
  if (missing.empty()) return ok();
  return Error(ErrorCode::storage_failed).because("no row of the district to lock");
}

// Those of which there is no row yet.
Result<std::vector<District>> Journal::lock_rows(std::span<const District> districts) {
  struct Keys final : store::RowSource {
    explicit Keys(std::span<const District> all) : districts(all) {}
    std::span<const District> districts;
    std::size_t size() const override { return districts.size(); }
    void bind(std::size_t row, store::Binder& to) const override {
      to.integer(0, districts[row].number);
    }
  };
  const auto before = locked_.size();
  WD_TRY([[maybe_unused]] auto found,
         remote_->lock(kHeadRow.info(), Keys(districts), [this](const store::RowReader& reader) {
           const auto stored = store::read_row<HeadRow>(reader);
           const auto known = heads_.find(stored.district);
           if (known != heads_.end() && known->second->sequence != stored.last_sequence) {
             heads_.erase(known);
           }
           locked_.push_back(stored.district);
           return true;
         }));
  const auto locked = std::span(locked_).subspan(before);
  std::vector<District> missing;
  for (const auto district : districts) {
    if (std::ranges::find(locked, district) == locked.end()) missing.push_back(district);
  }
  return missing;
}

Result<std::optional<Repeat>> Journal::find(District district, CommandId command) {
  if (const auto known = known_.find({district, command}); known != known_.end()) {
    return known->second;
  }
  WD_TRY(auto row, store::select_one<RepeatRow>(connection_, kFind, district, command));
  if (!row) return std::optional<Repeat>();
  return std::optional<Repeat>(
      Repeat{{row->district, row->sequence}, row->answer, row->body_mac, row->recorded_at});
}

Result<Journal::Head*> Journal::head(District district) {
  WD_TRY([[maybe_unused]] auto locked, lock({district}));
  auto& slot = heads_[district];
  if (!slot) {
    WD_TRY(auto row, last_seal(connection_, district));
    slot = std::make_unique<Head>();
    if (row) {
      slot->sequence = slot->sealed_sequence = row->last_sequence;
      slot->hash = row->hash;
    }
  }
  return slot.get();
}

void Journal::complete(RecordRow& record, std::int64_t sequence, Digester& sha) {
  record.sequence = sequence;
  std::array<std::uint8_t, 26> random;
  random_(random);
  std::array<std::uint8_t, 10> for_id;
  std::copy_n(random.begin(), for_id.size(), for_id.begin());
  record.event = {make_uuid_v7(record.recorded_at, for_id)};
  record.salt.emplace();
  std::copy_n(random.begin() + for_id.size(), record.salt->size(), record.salt->begin());
  record.body_hash = body_hash(sha, *record.salt, *record.body);
}

// False when the id was used before.
Result<bool> Journal::insert(const RecordRow& record) {
  if (gathers()) {
    gathered_.push_back(record);
    return true;
  }
  WD_TRY(const auto inserted,
         connection_.execute(kAppend, [&record](store::Binder& to) { bind_row(record, to); }));
  return inserted > 0;
}

Result<std::variant<Position, Repeat>> Journal::append(std::span<RecordRow> records) {
  WD_ASSERT(!records.empty());
  const auto district = records.front().district;
  const auto command = records.front().command;
  WD_TRY(auto* head, this->head(district));
  if (gathers()) {
    WD_TRY(auto repeat, find(district, command));
    if (repeat) return std::variant<Position, Repeat>(std::move(*repeat));
  }
  Digester sha;
  const auto first = head->sequence + 1;
  for (auto& record : records) {
    WD_ASSERT(record.district == district && record.body);
    complete(record, first + record.ordinal, sha);
    WD_TRY(const bool inserted, insert(record));
    if (!inserted) {
      WD_ASSERT(record.ordinal == 0);
      WD_TRY(auto repeat, find(district, command));
      if (!repeat) return Error(ErrorCode::journal_damaged).with("where", "command index");
      return std::variant<Position, Repeat>(std::move(*repeat));
    }
    if (head->sequence == head->sealed_sequence) {
      touched_.push_back(district);
      head->running.bytes(head->hash).number(std::int64_t{district.number}).number(first);
    }
    add_to_seal(head->running, record);
    head->sequence = record.sequence;
  }
  if (gathers()) known_[{district, command}] = repeat_of(records.front());
  return std::variant<Position, Repeat>(Position{district, first});
}

Status Journal::write_gathered() {
  if (!gathers()) return ok();
  using store::BulkMode;
  std::ranges::stable_sort(gathered_, {}, &RecordRow::district);
  WD_TRY([[maybe_unused]] auto written,
         write_all<RecordRow>(connection_, kRecord.info(), BulkMode::kInsert, gathered_));
  gathered_.clear();
  std::vector<HeadRow> heads;
  for (const auto district : touched_) heads.push_back({district, heads_.at(district)->sequence});
  return write_all<HeadRow>(connection_, kHeadRow.info(), BulkMode::kPut, heads);
}

Result<std::vector<Sealed>> Journal::seal(UnixMs now) {
  std::vector<Sealed> sealed;
  if (touched_.empty()) return sealed;
  WD_TRY([[maybe_unused]] auto written, write_gathered());
  WD_TRY(commit_number_pending_, numbers_->next(connection_));
  for (const auto district : touched_) {
    auto& head = *heads_.at(district);
    const auto hash = head.running.number(head.sequence).finish();
    const SealRow row{district, head.sequence, head.sealed_sequence + 1, *commit_number_pending_,
                      now,      hash};
    WD_TRY([[maybe_unused]] auto done,
           write_all<SealRow>(connection_, kSeal.info(), store::BulkMode::kInsert, {&row, 1}));
    sealed.push_back({district, row.first_sequence, row.last_sequence, row.commit_number, hash});
    head.hash = hash;
    head.sealed_sequence = head.sequence;
  }
  return sealed;
}

void Journal::committed() {
  if (commit_number_pending_) commit_number_ = *std::exchange(commit_number_pending_, std::nullopt);
  numbered_.insert(locked_.begin(), locked_.end());
  end_batch();
}

void Journal::rolled_back() {
  // The heads of the touched districts are read again from what is really stored.
  for (const auto district : touched_) heads_.erase(district);
  if (commit_number_pending_) numbers_->give_back(*commit_number_pending_);
  commit_number_pending_.reset();
  numbered_.clear();
  end_batch();
}

void Journal::end_batch() {
  touched_.clear();
  known_.clear();
  gathered_.clear();
  locked_.clear();
}

Result<std::optional<SealRow>> last_seal(store::Connection& connection, District district) {
  return store::select_one<SealRow>(connection, kHead, district);
}

Result<std::optional<SealRow>> seal_at(store::Connection& connection, const Position& position) {
  return store::get(connection, kSeal, {position.district, position.sequence});
}

Result<std::vector<SealRow>> heads(store::Connection& connection) {
  std::vector<SealRow> heads;
  for (District before{-1};; before = heads.back().district) {
    WD_TRY(const auto next, store::select_one<SealRow>(connection, kNextDistrict, before));
    if (!next) return heads;
    WD_TRY(auto last, last_seal(connection, next->district));
    if (!last) return heads;
    heads.push_back(*last);
  }
}

Result<std::vector<RecordHeader>> headers_after(store::Connection& connection,
                                                const Position& position, std::int64_t limit) {
  return store::select<RecordHeader>(connection, kHeadersAfter, position.district,
                                     position.sequence, limit);
}

Result<std::int64_t> last_commit(store::Connection& connection) {
  WD_TRY(auto row, store::select_one<NumberRow>(connection, kLastCommit));
  return row ? row->number : 0;
}

Result<std::vector<SealRow>> seals_after(store::Connection& connection, std::int64_t commit_number,
                                         std::int64_t limit) {
  return store::select<SealRow>(connection, kSealsAfter, commit_number, limit);
}

}  // namespace wangdi::journal
