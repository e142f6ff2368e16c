// SPDX-License-Identifier: Apache-2.0
// The new tree and the stored one both come in order of level and code, so one pass merges them.
#include "modules/regions/tree_table.hpp"

#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "modules/regions/tables.hpp"

namespace wangdi::regions {
namespace {

constexpr std::size_t kChunkRows = 8192;

// What must outlive a new edition.
struct Stored {
  RegionLevel level = RegionLevel::nation;
  RegionCode code;
  std::optional<CivilDate> opened, closed;
};

template <class Row>
class Chunk final : public store::RowSource {
 public:
  std::size_t size() const override { return rows_.size(); }
  void reserve(std::size_t rows) { rows_.reserve(rows); }
  void add(Row row) { rows_.push_back(std::move(row)); }
  void clear() { rows_.clear(); }
  // For a write that binds keys only.
  void bind_first(std::size_t columns) { columns_ = columns; }
  void bind(std::size_t row, store::Binder& to) const override {
    store::for_each_member(rows_[row], [&](const auto& member, std::size_t column) {
      if (column >= columns_) return;
      store::ColumnTraits<std::decay_t<decltype(member)>>::bind(to, column, member);
    });
  }

 private:
  std::vector<Row> rows_;
  std::size_t columns_ = std::numeric_limits<std::size_t>::max();
};

// Communities come in order of code, so those of a county stand together.
class CommunityCounter {
 public:
  void take(const TreeNode& node) {
    const bool counts =
        node.code.level() == RegionLevel::community && !node.closed && (node.flags & kVirtual) == 0;
    if (!counts) return;
    if (counties_.empty() || !counties_.back().code.contains(node.code)) {
      counties_.push_back({RegionLevel::county, node.code.at(RegionLevel::county), 0});
    }
    ++counties_.back().communities;
  }

  Status write(store::Connection& to) const {
    constexpr auto kTable = kCommunityCount;
    Chunk<CommunityCountRow> before, now;
    before.bind_first(kTable.kKeyColumns);
    WD_TRY([[maybe_unused]] auto read,
           to.by_key(kTable.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
             before.add(store::read_row<CommunityCountRow>(row));
             return true;
           }));
    WD_TRY([[maybe_unused]] auto erased, to.bulk(kTable.info(), store::BulkMode::kErase, before));
    std::map<std::pair<RegionLevel, RegionCode>, std::int64_t> counts;
    for (const auto& county : counties_) {
      for (auto code = county.code;; code = code.parent()) {
        counts[{code.level(), code}] += county.communities;
        if (code.level() == RegionLevel::nation) break;
      }
    }
    for (const auto& [key, count] : counts) now.add({key.first, key.second, count});
    return to.bulk(kTable.info(), store::BulkMode::kInsert, now);
  }

 private:
  std::vector<CommunityCountRow> counties_;
};

class TreeWriter {
 public:
  explicit TreeWriter(store::Connection& to) : to_(to) { chunk_.reserve(kChunkRows); }

  Result<TreeSummary> run(const TreeSource& source) {
    WD_TRY([[maybe_unused]] auto loaded, load_stored());
    const bool first = stored_.empty();
    mode_ = first ? store::BulkMode::kInsert : store::BulkMode::kPut;
    // The day of the edition is known once the reading began, before the first node is given.
    WD_TRY(const auto summary, read_tree(source, [&](const TreeNode& node, CivilDate edition) {
             return take(node, edition, first);
           }));
    WD_TRY([[maybe_unused]] auto rest, close_before(nullptr, summary.edition));
    WD_TRY([[maybe_unused]] auto flushed, flush());
    WD_TRY([[maybe_unused]] auto counted, counter_.write(to_));
    return summary;
  }

 private:
  Status load_stored() {
    return to_.by_key(kTree.info(), 0, store::bind_all(), [&](const store::RowReader& reader) {
      auto row = store::read_row<TreeRow>(reader);
      stored_.push_back({row.level, std::move(row.code), row.opened, row.closed});
      return true;
    });
  }

  Status take(const TreeNode& node, CivilDate edition, bool first) {
    WD_TRY([[maybe_unused]] auto gone, close_before(&node.code, edition));
    counter_.take(node);
    TreeRow row{node.code.level(), node.code,   std::string(node.name), node.flags,
                node.opened,       node.closed, node.successor};
    const bool known = next_ < stored_.size() && stored_[next_].code == node.code;
    if (known) {
      row.opened = stored_[next_].opened;
      if (row.closed && stored_[next_].closed) row.closed = stored_[next_].closed;
      ++next_;
    } else if (!first && !row.closed) {
      row.opened = edition;
    }
    return put(std::move(row));
  }

  // Stored codes that come before `code` (all that are left for nullptr) are not in the new tree.
  Status close_before(const RegionCode* code, CivilDate edition) {
    for (; next_ < stored_.size(); ++next_) {
      const auto& stored = stored_[next_];
      if (code != nullptr && std::make_tuple(code->level(), std::cref(code->text())) <=
                                 std::make_tuple(stored.level, std::cref(stored.code.text()))) {
        return ok();
      }
      if (stored.closed) continue;
      WD_TRY(auto row, store::get(to_, kTree, {stored.level, stored.code}));
      if (!row) return Error(ErrorCode::storage_failed).because("a region vanished");
      row->closed = edition;
      WD_TRY([[maybe_unused]] auto closed, put(std::move(*row)));
    }
    return ok();
  }

  Status put(TreeRow row) {
    chunk_.add(std::move(row));
    return chunk_.size() < kChunkRows ? ok() : flush();
  }

  Status flush() {
    WD_TRY([[maybe_unused]] auto written, to_.bulk(kTree.info(), mode_, chunk_));
    chunk_.clear();
    return ok();
  }

  store::Connection& to_;
  Chunk<TreeRow> chunk_;
  CommunityCounter counter_;
  store::BulkMode mode_ = store::BulkMode::kPut;
  std::vector<Stored> stored_;
  std::size_t next_ = 0;
};

}  // namespace

Result<TreeSummary> write_tree(store::Connection& to, const TreeSource& source) {
  return TreeWriter(to).run(source);
}

}  // namespace wangdi::regions
