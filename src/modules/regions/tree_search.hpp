// SPDX-License-Identifier: Apache-2.0
// Finding a region by a part of its name, first letters of its reading, or its code. All names of
// the tree stand folded in one text per level (17 MB in all) that is read from end to end, which
// takes a few milliseconds and needs no index that could miss anything.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/pinyin/table.hpp"
#include "store/engine.hpp"
#include "types/region_code.hpp"

namespace wangdi::regions {

struct SearchRequest {
  std::string_view query;
  RegionCode under = {};  // only this region and what is below it
  RegionLevel deepest = RegionLevel::community;
  std::string_view after = {};  // a Hit's place; empty for the first page
  std::size_t limit = 50;
};

struct Hit {
  RegionCode code;
  std::string place;  // where it stands in the list
};

class TreeSearch {
 public:
  // Nodes in force that are not hidden. Errors: storage_failed.
  static Result<TreeSearch> load(store::Connection& db, const pinyin::Table& pinyin);

  // Best first: the code itself, the whole name, the name's beginning, any part, the same by first
  // letters; then by level and code. Words parted by blanks: the last (or the first) names the
  // region, the others regions above it (福州 鼓楼). A place that is none counts as the beginning.
  std::vector<Hit> find(const SearchRequest& request) const;

  std::size_t nodes() const;
  std::size_t bytes() const;  // of memory

 private:
  using Key = std::u16string;
  struct Layer {
    std::vector<std::uint64_t> codes;  // ascending
    std::vector<std::uint32_t> ends;   // of each name in text, its stop not counted
    Key text;                          // folded names, each followed by a stop
    std::uint32_t begin(std::size_t node) const { return node == 0 ? 0 : ends[node - 1] + 1; }
  };
  // A word of the query in both its readings.
  struct Word {
    Key text;
    std::string initials;  // empty when it can be none
  };
  // Which words the names from the province down to a node hold, a bit each.
  using Held = std::uint8_t;
  struct Plan {
    Word name;
    std::vector<Word> above;
    // By level and node, townships at the deepest; empty when there are no words above.
    std::vector<std::vector<Held>> held = {};
  };
  // rank, level, node: ordered as the list is.
  struct Found {
    std::uint8_t rank;
    std::uint8_t level;
    std::uint32_t node;
    auto operator<=>(const Found&) const = default;
  };
  struct Span {
    std::size_t first, last;  // nodes of a layer, last excluded
  };
  static constexpr std::size_t kLayers = 6;  // by level; the nation's stays empty

  TreeSearch() : layers_(kLayers), letters_(0x10000) {}

  Key key_of(std::u32string_view folded) const;
  char16_t unit_of(char32_t character) const;
  void learn(std::u32string_view folded, const pinyin::Table& pinyin);
  bool reads(char16_t unit, char typed) const;
  std::size_t find_initials(std::u16string_view text, std::string_view typed) const;
  bool occurs(const Word& word, std::u16string_view name) const;
  Word word_of(std::string_view text) const;
  std::vector<Plan> plans_of(std::string_view query) const;
  Span span_of(std::size_t level, const RegionCode& under) const;
  RegionCode code_of(std::size_t level, std::size_t node) const;
  void mark_held(Plan& plan) const;
  Held held_above(const Plan& plan, std::size_t level, std::size_t node) const;
  bool is_below_all(const Plan& plan, std::size_t level, std::size_t node) const;
  void find_code(const SearchRequest& request, std::vector<Found>& found) const;
  void find_text(const Plan& plan, std::size_t level, Span span, std::vector<Found>& found) const;
  void find_by_initials(const Plan& plan, std::size_t level, Span span,
                        std::vector<Found>& found) const;
  static void keep_best(std::vector<Found>& found);
  std::string place_of(const Found& found) const;
  std::optional<Found> start_after(std::string_view place) const;

  std::vector<Layer> layers_;
  std::vector<pinyin::Letters> letters_;  // of each unit
  std::u32string beyond_;                 // characters beyond the basic plane; unit 0xD800 + index
};

// The search of the tree in force, loaded when first asked for and again after an import.
class TreeIndex {
 public:
  explicit TreeIndex(pinyin::Table pinyin) : pinyin_(std::move(pinyin)) {}

  const pinyin::Table& pinyin() const { return pinyin_; }
  // Errors: storage_failed.
  Result<std::shared_ptr<const TreeSearch>> current(store::Connection& db);

 private:
  pinyin::Table pinyin_;
  std::mutex mutex_;
  std::int64_t sequence_ = -1;
  std::shared_ptr<const TreeSearch> search_;
};

std::span<const store::Statement> search_statements();

}  // namespace wangdi::regions
