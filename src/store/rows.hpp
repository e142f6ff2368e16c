// SPDX-License-Identifier: Apache-2.0
// Rows is the working set of one write batch: what commands load and what projections change, typed
// by table. A command sees the effect of those before it in the batch; counters are summed; at the
// end flush() writes one bulk per table. In a rebuild the tables are known to be empty, so nothing
// is loaded.
//
// On a database server each of those loads is a round trip. Before the commands of a batch run,
// what they will read is wanted, and brought together by fetch(); what was not wanted costs its
// round trip and is right all the same.
//
// A failing database latches the first error in status(); finds then answer "not there", and the
// writer fails the whole batch before anything is answered.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "store/remote.hpp"

namespace wangdi::store {

enum class Start : std::uint8_t { kStored, kEmpty };  // kEmpty: a rebuild into new tables

namespace detail {

template <class T>
std::size_t hash_part(const T& part) {
  if constexpr (std::is_enum_v<T>) {
    return std::hash<std::underlying_type_t<T>>{}(static_cast<std::underlying_type_t<T>>(part));
  } else if constexpr (std::is_same_v<T, CivilDate>) {
    return std::hash<std::int32_t>{}(part.days());
  } else {
    return std::hash<T>{}(part);
  }
}

template <class... Parts>
std::size_t hash_parts(const std::tuple<Parts...>& key) {
  std::size_t seed = 0;
  std::apply(
      [&](const auto&... part) {
        ((seed ^= hash_part(part) + 0x9E3779B97F4A7C15ull + (seed << 6) + (seed >> 2)), ...);
      },
      key);
  return seed;
}
class CacheBase {
 public:
  virtual ~CacheBase() = default;
  virtual Status flush(Connection& to) = 0;
  virtual std::size_t pending() const = 0;
  // Adds what is wanted of the table; what the questions point to stays until answered().
  virtual void ask(std::vector<Question>& questions) = 0;
  virtual void answered() = 0;
};

}  // namespace detail

class Rows {
 public:
  Rows(Connection& connection, Start start) : connection_(connection), start_(start) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // The row of a key as the batch sees it, or nullptr. Valid until the next call on this table.
  template <class Row, std::size_t K>
  const Row* find(const Table<Row, K>& table, const typename Table<Row, K>::Key& key);
  // Inserts or replaces the whole row.
  template <class Row, std::size_t K>
  void put(const Table<Row, K>& table, Row row);
  // Adds the non-key members (integers) of `delta` to the stored row, or creates it. A table is
  // written either by put or by add, never by both.
  template <class Row, std::size_t K>
  void add(const Table<Row, K>& table, const Row& delta);
  template <class Row, std::size_t K>
  void erase(const Table<Row, K>& table, const typename Table<Row, K>::Key& key);
  // All rows whose key begins with `prefix`, in key order, this batch's changes included.
  template <class Row, std::size_t K, class... Prefix>
  std::vector<Row> list(const Table<Row, K>& table, const Prefix&... prefix);

  // The row if it is known by now; else nullptr, and the next fetch() asks for it. The table's
  // first column is the district.
  template <class Row, std::size_t K>
  const Row* want(const Table<Row, K>& table, const typename Table<Row, K>::Key& key);
  // The same for what list() gives of a prefix, as it is stored.
  template <class Row, std::size_t K, class... Prefix>
  const std::vector<Row>* want_list(const Table<Row, K>& table, const Prefix&... prefix);
  // Asks for all that was wanted in one round trip; false when there was nothing to ask for.
  Result<bool> fetch(RemoteConnection& from);

  // Writes all changes of the batch; the rows stay readable.
  Status flush();
  // Changed rows not yet flushed: a rebuild flushes when this grows large.
  std::size_t pending() const;
  // Forgets everything loaded and changed.
  void clear() { caches_.clear(); }

  const Status& status() const { return status_; }
  // For a projection that writes past the working set and cannot: the whole batch fails with it.
  void fail(Error error) { latch(std::move(error)); }
  Connection& connection() { return connection_; }

 private:
  template <class Row, std::size_t K>
  class Cache;

  template <class Row, std::size_t K>
  Cache<Row, K>& cache(const Table<Row, K>& table);
  void latch(Status status) {
    if (!status && status_) status_ = std::move(status);
  }

  Connection& connection_;
  Start start_;
  Status status_ = ok();
  // By table name (string literals: compared by address and length first, few tables).
  std::vector<std::pair<std::string_view, std::unique_ptr<detail::CacheBase>>> caches_;
};

template <class Row, std::size_t K>
class Rows::Cache final : public detail::CacheBase {
 public:
  using Key = typename Table<Row, K>::Key;
  enum class State : std::uint8_t { kLoaded, kAbsent, kPut, kErased, kAdded };
  struct Entry {
    State state = State::kAbsent;
    Row row{};
  };
  struct Hash {
    std::size_t operator()(const Key& key) const { return detail::hash_parts(key); }
  };

  explicit Cache(TableInfo info) : info_(info) {}

  std::unordered_map<Key, Entry, Hash> entries;
  // A prefix: its number of columns, and a key of which the rest is empty.
  using ListKey = std::pair<std::size_t, Key>;
  std::map<ListKey, std::vector<Row>> lists;  // as stored, until the table is written
  std::vector<Key> wanted_keys;
  std::map<std::size_t, std::vector<Key>> wanted_lists;

  template <class... Prefix>
  static ListKey list_key(const Prefix&... prefix) {
    ListKey start{sizeof...(Prefix), Key{}};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((std::get<I>(start.second) = prefix), ...);
    }(std::index_sequence_for<Prefix...>{});
    return start;
  }

  template <class... Prefix>
  const std::vector<Row>* listed(const Prefix&... prefix) const {
    if (lists.empty()) return nullptr;
    const auto found = lists.find(list_key(prefix...));
    return found == lists.end() ? nullptr : &found->second;
  }

  void ask(std::vector<Question>& questions) override {
    sources_.clear();
    tidy(wanted_keys);
    std::erase_if(wanted_keys, [this](const Key& key) { return entries.contains(key); });
    ask_for(wanted_keys, K, questions, [this](Key key, Row row) {
      entries.emplace(std::move(key), Entry{State::kLoaded, std::move(row)});
    });
    for (auto& [bound, starts] : wanted_lists) {
      tidy(starts);
      ask_for(starts, bound, questions, [this, columns = bound](Key key, Row row) {
        forget_from(key, columns);
        lists[{columns, std::move(key)}].push_back(std::move(row));
      });
    }
  }

  void answered() override {
    for (auto& key : wanted_keys) entries.try_emplace(std::move(key));
    for (auto& [bound, starts] : wanted_lists) {
      for (auto& start : starts) lists.try_emplace({bound, std::move(start)});
    }
    wanted_keys.clear();
    wanted_lists.clear();
  }

  Status flush(Connection& to) override {
    for (const auto mode : {BulkMode::kErase, BulkMode::kPut, BulkMode::kAdd}) {
      auto done = flush_mode(to, mode);
      if (!done) return done;
    }
    return ok();
  }

  std::size_t pending() const override { return pending_; }
  void touched() { ++pending_; }

 private:
  static State state_of(BulkMode mode) {
    switch (mode) {
      case BulkMode::kErase:
        return State::kErased;
      case BulkMode::kAdd:
        return State::kAdded;
      case BulkMode::kInsert:
      case BulkMode::kPut:
        return State::kPut;
    }
    return State::kPut;
  }

  struct Source final : RowSource {
    std::vector<std::pair<const Key*, const Row*>> rows;
    std::size_t columns = 0;
    std::size_t size() const override { return rows.size(); }
    void bind(std::size_t row, Binder& to) const override {
      for_each_member(*rows[row].second, [&](const auto& member, std::size_t column) {
        if (column < columns)
          ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
      });
    }
  };

  struct Keys final : RowSource {
    Keys(const std::vector<Key>& all, std::size_t columns) : keys(all), bound(columns) {}
    const std::vector<Key>& keys;
    std::size_t bound;
    std::size_t size() const override { return keys.size(); }
    void bind(std::size_t row, Binder& to) const override {
      std::size_t column = 0;
      const auto bind_part = [&](const auto& part) {
        if (column < bound) ColumnTraits<std::decay_t<decltype(part)>>::bind(to, column, part);
        ++column;
      };
      std::apply([&](const auto&... part) { (bind_part(part), ...); }, keys[row]);
    }
  };

  static void tidy(std::vector<Key>& keys) {
    std::ranges::sort(keys, [](const Key& a, const Key& b) { return a < b; });
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }

  // Empties what of a key comes after the first columns.
  static void forget_from(Key& key, std::size_t columns) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((I < columns ? void() : void(std::get<I>(key) = {})), ...);
    }(std::make_index_sequence<K>{});
  }

  template <class Take>
  void ask_for(const std::vector<Key>& keys, std::size_t bound, std::vector<Question>& questions,
               Take take) {
    if (keys.empty()) return;
    sources_.push_back(std::make_unique<Keys>(keys, bound));
    questions.push_back(
        {info_, bound, sources_.back().get(), [take = std::move(take)](const RowReader& reader) {
           auto row = read_row<Row>(reader);
           auto key = Table<Row, K>::key_of(row);
           take(std::move(key), std::move(row));
           return true;
         }});
  }

  Status flush_mode(Connection& to, BulkMode mode) {
    Source source;
    source.columns = mode == BulkMode::kErase ? K : info_.columns.size();
    const auto wanted = state_of(mode);
    for (const auto& [key, entry] : entries) {
      if (entry.state == wanted) source.rows.emplace_back(&key, &entry.row);
    }
    if (source.rows.empty()) return ok();
    // Key order keeps neighbouring rows on neighbouring pages.
    std::ranges::sort(source.rows,
                      [](const auto& a, const auto& b) { return *a.first < *b.first; });
    auto done = to.bulk(info_, mode, source);
    if (!done) return done;
    for (auto it = entries.begin(); it != entries.end();) {
      if (it->second.state != wanted) {
        ++it;
      } else if (mode == BulkMode::kAdd) {
        it = entries.erase(it);  // its row is a delta, not the stored row
      } else {
        it->second.state = mode == BulkMode::kErase ? State::kAbsent : State::kLoaded;
        ++it;
      }
    }
    pending_ = 0;
    lists.clear();
    return ok();
  }

  TableInfo info_;
  std::size_t pending_ = 0;
  std::vector<std::unique_ptr<Keys>> sources_;
};

template <class Row, std::size_t K>
Rows::Cache<Row, K>& Rows::cache(const Table<Row, K>& table) {
  for (auto& [name, cache] : caches_) {
    if (name == table.name) return static_cast<Cache<Row, K>&>(*cache);
  }
  auto created = std::make_unique<Cache<Row, K>>(table.info());
  auto& reference = *created;
  caches_.emplace_back(table.name, std::move(created));
  return reference;
}

template <class Row, std::size_t K>
const Row* Rows::find(const Table<Row, K>& table, const typename Table<Row, K>::Key& key) {
  using State = typename Cache<Row, K>::State;
  auto& entries = cache(table).entries;
  auto found = entries.find(key);
  if (found == entries.end()) {
    if (start_ == Start::kEmpty) return nullptr;
    auto stored = get(connection_, table, key);
    if (!stored) {
      latch(std::move(stored).error());
      return nullptr;
    }
    const auto state = stored->has_value() ? State::kLoaded : State::kAbsent;
    found = entries
                .emplace(key,
                         typename Cache<Row, K>::Entry{
                             state, stored->has_value() ? std::move(**stored) : Row{}})
                .first;
  }
  const auto state = found->second.state;
  WD_ASSERT(state != State::kAdded);
  return state == State::kLoaded || state == State::kPut ? &found->second.row : nullptr;
}

template <class Row, std::size_t K>
const Row* Rows::want(const Table<Row, K>& table, const typename Table<Row, K>::Key& key) {
  static_assert(K >= 2, "the district alone is no key to gather");
  using State = typename Cache<Row, K>::State;
  auto& into = cache(table);
  const auto found = into.entries.find(key);
  if (found == into.entries.end()) {
    into.wanted_keys.push_back(key);
    return nullptr;
  }
  const auto state = found->second.state;
  return state == State::kLoaded || state == State::kPut ? &found->second.row : nullptr;
}

template <class Row, std::size_t K, class... Prefix>
const std::vector<Row>* Rows::want_list(const Table<Row, K>& table, const Prefix&... prefix) {
  static_assert(sizeof...(Prefix) >= 2 && sizeof...(Prefix) < K);
  auto& into = cache(table);
  if (const auto* known = into.listed(prefix...)) return known;
  auto start = into.list_key(prefix...);
  into.wanted_lists[start.first].push_back(std::move(start.second));
  return nullptr;
}

template <class Row, std::size_t K>
void Rows::put(const Table<Row, K>& table, Row row) {
  using State = typename Cache<Row, K>::State;
  auto& into = cache(table);
  auto& entry = into.entries[Table<Row, K>::key_of(row)];
  if (entry.state != State::kPut && entry.state != State::kErased) into.touched();
  entry.state = State::kPut;
  entry.row = std::move(row);
}

template <class Row, std::size_t K>
void Rows::add(const Table<Row, K>& table, const Row& delta) {
  using State = typename Cache<Row, K>::State;
  auto& into = cache(table);
  auto [entry, created] = into.entries.try_emplace(
      Table<Row, K>::key_of(delta), typename Cache<Row, K>::Entry{State::kAdded, delta});
  if (created) return into.touched();
  WD_ASSERT(entry->second.state == State::kAdded);
  boost::mp11::mp_for_each<boost::mp11::mp_drop_c<detail::Members<Row>, K>>(
      [&](auto member) { entry->second.row.*member.pointer += delta.*member.pointer; });
}

template <class Row, std::size_t K>
void Rows::erase(const Table<Row, K>& table, const typename Table<Row, K>::Key& key) {
  using State = typename Cache<Row, K>::State;
  const Row* present = find(table, key);
  if (present == nullptr) return;
  auto& into = cache(table);
  auto& state = into.entries.at(key).state;
  if (state == State::kLoaded) into.touched();
  state = State::kErased;
}

template <class Row, std::size_t K, class... Prefix>
std::vector<Row> Rows::list(const Table<Row, K>& table, const Prefix&... prefix) {
  static_assert(sizeof...(Prefix) < K, "a whole key is a find()");
  using State = typename Cache<Row, K>::State;
  auto& entries = cache(table).entries;
  const auto wanted = std::tuple<Prefix...>(prefix...);
  const auto starts = [&]<std::size_t... I>(const typename Table<Row, K>::Key& key,
                                            std::index_sequence<I...>) {
    return ((std::get<I>(key) == std::get<I>(wanted)) && ...);
  };
  std::map<typename Table<Row, K>::Key, Row> ordered;
  if (const auto* known = cache(table).listed(prefix...)) {
    for (const auto& row : *known) ordered.emplace(Table<Row, K>::key_of(row), row);
  } else if (start_ == Start::kStored) {
    latch(connection_.by_key(table.info(), sizeof...(Prefix), bind_all(prefix...),
                             [&](const RowReader& reader) {
                               auto row = read_row<Row>(reader);
                               auto key = Table<Row, K>::key_of(row);
                               ordered.emplace(std::move(key), std::move(row));
                               return true;
                             }));
  }
  for (const auto& [key, entry] : entries) {
    if (!starts(key, std::index_sequence_for<Prefix...>{})) continue;
    if (entry.state == State::kPut) ordered.insert_or_assign(key, entry.row);
    if (entry.state == State::kErased) ordered.erase(key);
  }
  std::vector<Row> rows;
  rows.reserve(ordered.size());
  for (auto& [key, row] : ordered) rows.push_back(std::move(row));
  return rows;
}

}  // namespace wangdi::store
