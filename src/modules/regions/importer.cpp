// SPDX-License-Identifier: Apache-2.0
// Levels one to three are small and completed in memory; townships and communities stream through.
#include "modules/regions/importer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "modules/regions/csv_file.hpp"

namespace wangdi::regions {
namespace {

constexpr std::size_t kNameCharactersMost = 60;
constexpr std::int64_t kNodesMost = 5'000'000;

struct PublishedFile {
  RegionLevel level;
  std::string_view name;
  std::array<std::string_view, 4> parent_columns;  // empty where there are fewer
};
constexpr PublishedFile kProvinces = {RegionLevel::province, "provinces.csv.gz", {}};
constexpr PublishedFile kCities = {RegionLevel::city, "cities.csv.gz", {"provinceCode"}};
constexpr PublishedFile kCounties = {
    RegionLevel::county, "areas.csv.gz", {"cityCode", "provinceCode"}};
constexpr PublishedFile kTownships = {
    RegionLevel::township, "streets.csv.gz", {"areaCode", "provinceCode", "cityCode"}};
constexpr PublishedFile kCommunities = {RegionLevel::community,
                                        "villages.csv.gz",
                                        {"streetCode", "provinceCode", "cityCode", "areaCode"}};

// A node of levels one to three.
struct UpperNode {
  RegionCode code;
  std::string name;
  bool own = false;
  std::optional<CivilDate> opened, closed;
  std::optional<RegionCode> successor;
};
using UpperNodes = std::map<std::string, UpperNode, std::less<>>;  // by code

using Codes = std::vector<std::uint64_t>;  // ascending

std::uint64_t number_of(std::string_view code) {
  std::uint64_t number = 0;
  std::from_chars(code.data(), code.data() + code.size(), number);
  return number;
}

bool is_good_name(std::string_view name) {
  if (name.empty() || text::trim(name) != name) return false;
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return false;
  }
  return name.size() <= kNameCharactersMost || text::length(name) <= kNameCharactersMost;
}

Result<RegionCode> code_at(const CsvFile& file, std::string_view text, RegionLevel level) {
  if (text.size() != code_digits(level)) return file.refused("code_length");
  auto code = RegionCode::parse(text);
  if (!code) return file.refused("code_digits");
  return code;
}

class TreeReader {
 public:
  TreeReader(const TreeSource& source, const EachNode& each) : source_(source), each_(each) {}

  Result<TreeSummary> run() {
    WD_TRY([[maybe_unused]] auto edition, read_edition());
    WD_TRY([[maybe_unused]] auto upper, read_upper());
    WD_TRY([[maybe_unused]] auto completed, complete());
    WD_TRY([[maybe_unused]] auto changed, read_changes());
    WD_TRY([[maybe_unused]] auto emitted, emit_upper());
    Codes counties, townships;
    for (const auto& [code, node] : counties_) {
      if (!node.closed && !node.own) counties.push_back(number_of(code));
    }
    WD_TRY([[maybe_unused]] auto fourth, stream(kTownships, counties, &townships));
    WD_TRY([[maybe_unused]] auto fifth, stream(kCommunities, townships, nullptr));
    return summary_;
  }

 private:
  using EachRow = std::function<Status(const CsvFile&, RegionCode, std::string_view name)>;

  Result<CsvFile> open(std::string_view name, std::span<const std::string_view> columns) const {
    return CsvFile::open(source_.path(name), columns);
  }

  Status read_edition() {
    constexpr std::string_view kColumns[] = {"name", "day"};
    WD_TRY(auto file, open("edition.csv", kColumns));
    for (;;) {
      WD_TRY(const bool more, file.next());
      if (!more) return file.refused("edition_missing");
      const auto day = CivilDate::parse(file.field(1));
      if (!day) return file.refused("day");
      if (file.field(0) != "statistical_codes") continue;
      summary_.edition = *day;
      return ok();
    }
  }

  // The rows of a published file: codes of the level's length that ascend, good names, and parent
  // columns that say what the code says.
  Status read_published(const PublishedFile& published, const EachRow& each) {
    std::vector<std::string_view> columns = {"code", "name"};
    for (const auto column : published.parent_columns) {
      if (!column.empty()) columns.push_back(column);
    }
    WD_TRY(auto file, open(published.name, columns));
    RegionCode before;
    for (;;) {
      WD_TRY(const bool more, file.next());
      if (!more) return ok();
      WD_TRY(auto code, code_at(file, file.field(0), published.level));
      if (code.text() <= before.text()) return file.refused("not_ascending");
      if (!is_good_name(file.field(1))) return file.refused("name");
      for (std::size_t column = 2; column < columns.size(); ++column) {
        const auto parent = file.field(column);
        if (parent.empty() || parent.size() >= code.text().size() ||
            !code.text().starts_with(parent)) {
          return file.refused("parent_column " + std::string(columns[column]));
        }
      }
      if (++summary_.published > kNodesMost) return file.refused("too_many_nodes");
      before = code;
      WD_TRY([[maybe_unused]] auto taken, each(file, std::move(code), file.field(1)));
    }
  }

  Status read_upper() {
    const auto into = [](UpperNodes& nodes, const UpperNodes* parents) -> EachRow {
      return [&nodes, parents](const CsvFile& file, RegionCode code, std::string_view name) {
        if (parents != nullptr && !parents->contains(code.parent().text())) {
          return Status(file.refused("no_parent"));
        }
        auto key = code.text();
        nodes.emplace(std::move(key),
                      UpperNode{std::move(code), std::string(name), false, {}, {}, {}});
        return ok();
      };
    };
    WD_TRY([[maybe_unused]] auto first, read_published(kProvinces, into(provinces_, nullptr)));
    WD_TRY([[maybe_unused]] auto second, read_published(kCities, into(cities_, &provinces_)));
    return read_published(kCounties, into(counties_, &cities_));
  }

  // Adds a node that the statistical files lack.
  Status add(const CsvFile& file, std::string_view text, std::string_view name, bool own,
             std::optional<CivilDate> closed = {}) {
    RegionLevel level = RegionLevel::county;
    if (text.size() == code_digits(RegionLevel::province)) level = RegionLevel::province;
    if (text.size() == code_digits(RegionLevel::city)) level = RegionLevel::city;
    WD_TRY(auto code, code_at(file, text, level));
    if (!is_good_name(name)) return file.refused("name");
    auto& nodes = nodes_of(level);
    const bool orphan = level != RegionLevel::province &&
                        !nodes_of(code.parent().level()).contains(code.parent().text());
    if (orphan) return file.refused("no_parent");
    auto key = code.text();
    const bool added =
        nodes
            .emplace(std::move(key),
                     UpperNode{std::move(code), std::string(name), own, {}, closed, {}})
            .second;
    return added ? ok() : Status(file.refused("code_twice"));
  }

  UpperNodes& nodes_of(RegionLevel level) {
    if (level == RegionLevel::province) return provinces_;
    return level == RegionLevel::city ? cities_ : counties_;
  }

  Status complete() {
    // Taiwan, Hong Kong and Macao: the provinces that the statistical files do not count.
    constexpr std::string_view kLegal[] = {"code", "name", "level"};
    WD_TRY(auto legal, open("gbt2260_2020_codes.csv.gz", kLegal));
    for (;;) {
      WD_TRY(const bool more, legal.next());
      if (!more) break;
      const auto code = legal.field(0).substr(0, 2);
      if (legal.field(2) != "province" || provinces_.contains(code)) continue;
      WD_TRY([[maybe_unused]] auto added, add(legal, code, legal.field(1), false));
    }
    constexpr std::string_view kOwn[] = {"code", "name"};
    WD_TRY(auto own, open("own_codes.csv", kOwn));
    for (;;) {
      WD_TRY(const bool more, own.next());
      if (!more) break;
      WD_TRY([[maybe_unused]] auto added, add(own, own.field(0), own.field(1), true));
    }
    constexpr std::string_view kDistricts[] = {"code", "name", "parent_code"};
    WD_TRY(auto districts, open("hk_mo_codes.csv", kDistricts));
    for (;;) {
      WD_TRY(const bool more, districts.next());
      if (!more) return ok();
      const auto code = districts.field(0);
      if (districts.field(2) != std::string(code.substr(0, 2)) + "0000") {
        return districts.refused("parent_column parent_code");
      }
      WD_TRY([[maybe_unused]] auto added, add(districts, code, districts.field(1), false));
    }
  }

  Status read_changes() {
    constexpr std::string_view kChanges[] = {"code", "name", "status"};
    WD_TRY(auto changes, open("county_codes_diff_2020_2023.csv", kChanges));
    for (;;) {
      WD_TRY(const bool more, changes.next());
      if (!more) break;
      const auto code = changes.field(0);
      if (changes.field(2) == "gone_by_2023") {
        WD_TRY([[maybe_unused]] auto added,
               add(changes, code, changes.field(1), false, summary_.edition));
      } else if (changes.field(2) == "new_after_2020") {
        const auto found = counties_.find(code);
        if (found == counties_.end()) return changes.refused("no_such_county");
        if ((flags_at(found->second) & kPseudoCounty) == 0) {
          found->second.opened = summary_.edition;
        }
      }
    }
    constexpr std::string_view kSuccessors[] = {"code", "successor_code"};
    WD_TRY(auto successors, open("county_successors.csv", kSuccessors));
    for (;;) {
      WD_TRY(const bool more, successors.next());
      if (!more) return ok();
      const auto gone = counties_.find(successors.field(0));
      const auto next = counties_.find(successors.field(1));
      if (gone == counties_.end() || !gone->second.closed || next == counties_.end() ||
          next->second.closed) {
        return successors.refused("successor");
      }
      gone->second.successor = next->second.code;
    }
  }

  NodeFlags flags_at(const UpperNode& node) {
    const bool county = node.code.level() == RegionLevel::county;
    const auto parent = county ? cities_.find(node.code.parent().text()) : cities_.end();
    return flags_of(node.code, node.name, county ? parent->second.name : std::string_view(),
                    node.own);
  }

  Status emit(const TreeNode& node) {
    ++(node.closed ? summary_.closed : summary_.nodes);
    return each_(node, summary_.edition);
  }

  Status emit_upper() {
    WD_TRY([[maybe_unused]] auto nation,
           each_({RegionCode(), kNationName, 0, {}, {}, {}}, summary_.edition));
    for (const auto* nodes : {&provinces_, &cities_, &counties_}) {
      for (const auto& [code, node] : *nodes) {
        WD_TRY([[maybe_unused]] auto emitted, emit({node.code, node.name, flags_at(node),
                                                    node.opened, node.closed, node.successor}));
      }
    }
    return ok();
  }

  // `codes` receives what was read, when asked for. Both ascend, so one pass finds every parent.
  Status stream(const PublishedFile& published, const Codes& parents, Codes* codes) {
    const auto digits = code_digits(published.level) - code_digits(parent_level(published.level));
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i < digits; ++i) scale *= 10;
    auto parent = parents.begin();
    return read_published(
        published, [&](const CsvFile& file, RegionCode code, std::string_view name) -> Status {
          const auto number = number_of(code.text());
          while (parent != parents.end() && *parent < number / scale) ++parent;
          if (parent == parents.end() || *parent != number / scale)
            return file.refused("no_parent");
          if (codes != nullptr) codes->push_back(number);
          const auto flags = flags_of(code, name, {}, false);
          return emit({std::move(code), name, flags, {}, {}, {}});
        });
  }

  static RegionLevel parent_level(RegionLevel level) {
    return static_cast<RegionLevel>(static_cast<int>(level) - 1);
  }

  const TreeSource& source_;
  const EachNode& each_;
  TreeSummary summary_;
  UpperNodes provinces_, cities_, counties_;
};

}  // namespace

Result<TreeSummary> read_tree(const TreeSource& source, const EachNode& each) {
  return TreeReader(source, each).run();
}

}  // namespace wangdi::regions
