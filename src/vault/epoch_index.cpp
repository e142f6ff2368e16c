// SPDX-License-Identifier: Apache-2.0
// The blind index of a new epoch. Each entry is enciphered anew and with it gets another place.
// Rows are written in the order of their new places: at random ones each transaction would touch
// nearly every page of a large file. What does not fit into memory is read once for each part of
// the order.
#include "vault/bulk.hpp"
#include "vault/epoch.hpp"

namespace wangdi::vault {
namespace {

// Entries of one district and field, which stay together.
struct Group {
  District district;
  Field kind;
  std::size_t rows = 0;
};

Result<std::vector<Group>> groups_in(store::Connection& from) {
  std::vector<Group> groups;
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(kBlindIndex.info(), 0, store::bind_all(), [&](const store::RowReader& row) {
           const auto district = store::ColumnTraits<District>::read(row, 0);
           const auto kind = store::ColumnTraits<Field>::read(row, 1);
           if (groups.empty() || groups.back().district != district || groups.back().kind != kind) {
             groups.push_back({district, kind});
           }
           ++groups.back().rows;
           return true;
         }));
  return groups;
}

// Which of so many equal parts of the order a row belongs to.
std::size_t part_of(const BlindIndexRow& row, std::size_t parts) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 4; ++i) head = head << 8 | row.enciphered[i];
  return static_cast<std::size_t>(head * parts >> 32);
}

}  // namespace

Status EpochChange::fill_index(store::Connection& from) {
  WD_TRY(const auto groups, groups_in(from));
  std::vector<BlindIndexRow> rows;
  const auto write = [&] {
    auto written = in_each([&](store::Connection& to) {
      return bulk(to, kBlindIndex, store::BulkMode::kInsert, rows);
    });
    rows.clear();
    return written;
  };
  for (const auto& group : groups) {
    const auto parts = (group.rows + index_rows_at_once_ - 1) / index_rows_at_once_;
    for (std::size_t part = 0; part < parts; ++part) {
      WD_TRY([[maybe_unused]] auto read,
             from.by_key(kBlindIndex.info(), 2, store::bind_all(group.district, group.kind),
                         [&](const store::RowReader& reader) {
                           const auto old = store::read_row<BlindIndexRow>(reader);
                           const auto row = to_index_.row_of(from_index_.entry_of(old));
                           if (part_of(row, parts) == part) rows.push_back(row);
                           return true;
                         }));
      if (rows.size() < index_rows_at_once_ / 2) continue;
      WD_TRY([[maybe_unused]] auto written, write());
    }
  }
  return write();
}

}  // namespace wangdi::vault
