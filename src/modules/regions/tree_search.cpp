// SPDX-License-Identifier: Apache-2.0
// Folding the tree into one text per level, and reading it from end to end.
#include "modules/regions/tree_search.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/text.hpp"
#include "common/pinyin/search_text.hpp"
#include "modules/regions/facts.hpp"
#include "modules/regions/tables.hpp"

namespace wangdi::regions {
namespace {

constexpr store::Statement kNodesInForce{
    "regions.nodes_in_force",
    "SELECT level, code, name, flags FROM region WHERE closed IS NULL ORDER BY level, code"};
constexpr store::Statement kEditionInForce{
    "regions.edition_in_force",
    "SELECT sequence FROM region_edition WHERE district = $1 ORDER BY sequence DESC LIMIT 1"};
constexpr store::Statement kStatements[] = {kNodesInForce, kEditionInForce};

struct EditionInForce {
  std::int64_t sequence = 0;
};
WD_DESCRIBE(EditionInForce, sequence)

constexpr char16_t kStop = u'\0';
constexpr char16_t kBeyondFirst = 0xD800;  // surrogates: never a character of their own
constexpr std::size_t kBeyondMost = 0x800;
constexpr std::size_t kWordsMost = 4;

constexpr std::uint8_t kRankCode = 0, kRankWhole = 1, kRankBegins = 2, kRankPart = 3;
constexpr std::uint8_t kInitialsAfter = 3;  // added to the rank of a match by text

std::uint64_t number_of(std::string_view code) {
  std::uint64_t number = 0;
  std::from_chars(code.data(), code.data() + code.size(), number);
  return number;
}

std::string padded(std::uint64_t number, std::size_t digits) {
  auto text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

std::size_t digits_at(std::size_t level) { return code_digits(static_cast<RegionLevel>(level)); }

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_code_length(std::size_t digits) {
  return digits == code_digits(RegionLevel::county) ||
         digits == code_digits(RegionLevel::community);
}

std::uint8_t rank_of(bool begins, bool ends) {
  if (!begins) return kRankPart;
  return ends ? kRankWhole : kRankBegins;
}

}  // namespace

// ---- loading ----

Result<TreeSearch> TreeSearch::load(store::Connection& db, const pinyin::Table& pinyin) {
  TreeSearch search;
  for (char32_t unit = 0; unit < search.letters_.size(); ++unit) {
    search.letters_[unit] = pinyin.letters(unit);
  }
  WD_TRY([[maybe_unused]] auto read,
         db.query(kNodesInForce, store::bind_all(), [&](const store::RowReader& row) {
           const auto level = static_cast<std::size_t>(row.integer(0));
           const auto flags = static_cast<NodeFlags>(row.integer(3));
           if (level == 0 || level >= kLayers || (flags & kHidden) != 0) return true;
           auto& layer = search.layers_[level];
           const auto folded = pinyin::search_text(row.text(2));
           search.learn(folded, pinyin);
           layer.codes.push_back(number_of(row.text(1)));
           layer.text += search.key_of(folded);
           layer.ends.push_back(static_cast<std::uint32_t>(layer.text.size()));
           layer.text.push_back(kStop);
           return true;
         }));
  for (auto& layer : search.layers_) {
    layer.codes.shrink_to_fit();
    layer.ends.shrink_to_fit();
    layer.text.shrink_to_fit();
  }
  return search;
}

// Gives each character beyond the basic plane a unit of its own.
void TreeSearch::learn(std::u32string_view folded, const pinyin::Table& pinyin) {
  for (const auto character : folded) {
    if (character < 0x10000 || beyond_.find(character) != std::u32string::npos) continue;
    if (beyond_.size() == kBeyondMost) return;
    letters_[kBeyondFirst + beyond_.size()] = pinyin.letters(character);
    beyond_.push_back(character);
  }
}

char16_t TreeSearch::unit_of(char32_t character) const {
  if (character < 0x10000) return static_cast<char16_t>(character);
  const auto found = beyond_.find(character);
  // The replacement character stands in no name.
  return found == std::u32string::npos ? u'\uFFFD' : static_cast<char16_t>(kBeyondFirst + found);
}

TreeSearch::Key TreeSearch::key_of(std::u32string_view folded) const {
  Key key;
  key.reserve(folded.size());
  for (const auto character : folded) key.push_back(unit_of(character));
  return key;
}

std::size_t TreeSearch::nodes() const {
  std::size_t count = 0;
  for (const auto& layer : layers_) count += layer.codes.size();
  return count;
}

std::size_t TreeSearch::bytes() const {
  std::size_t count = letters_.capacity() * sizeof(pinyin::Letters);
  for (const auto& layer : layers_) {
    count += layer.codes.capacity() * sizeof(std::uint64_t) +
             layer.ends.capacity() * sizeof(std::uint32_t) +
             layer.text.capacity() * sizeof(char16_t);
  }
  return count;
}

// ---- words and names ----

TreeSearch::Word TreeSearch::word_of(std::string_view text) const {
  return {key_of(pinyin::search_text(text)), pinyin::typed_initials(text)};
}

// The whole query as one name; then, of several words, the last and the first as the name.
std::vector<TreeSearch::Plan> TreeSearch::plans_of(std::string_view query) const {
  std::vector<Plan> plans = {{word_of(query), {}}};
  std::vector<Word> words;
  for (const auto part : text::split(query, ' ')) {
    auto word = word_of(part);
    if (!word.text.empty()) words.push_back(std::move(word));
  }
  if (words.size() < 2 || words.size() > kWordsMost) return plans;
  plans.front().name.initials.clear();  // nobody parts the letters of one name
  plans.push_back({words.back(), {words.begin(), words.end() - 1}});
  plans.push_back({words.front(), {words.begin() + 1, words.end()}});
  mark_held(plans[1]);
  mark_held(plans[2]);
  return plans;
}

bool TreeSearch::reads(char16_t unit, char typed) const {
  if (typed >= '0' && typed <= '9') return unit == static_cast<char16_t>(typed);
  return (letters_[unit] >> (typed - 'a') & 1u) != 0;
}

std::size_t TreeSearch::find_initials(std::u16string_view text, std::string_view typed) const {
  for (std::size_t at = 0; at + typed.size() <= text.size(); ++at) {
    std::size_t matched = 0;
    while (matched < typed.size() && reads(text[at + matched], typed[matched])) ++matched;
    if (matched == typed.size()) return at;
  }
  return std::u16string_view::npos;
}

bool TreeSearch::occurs(const Word& word, std::u16string_view name) const {
  if (name.find(word.text) != std::u16string_view::npos) return true;
  return !word.initials.empty() && find_initials(name, word.initials) != std::u16string_view::npos;
}

// ---- places in the tree ----

RegionCode TreeSearch::code_of(std::size_t level, std::size_t node) const {
  return RegionCode::parse(padded(layers_[level].codes[node], digits_at(level))).value();
}

TreeSearch::Span TreeSearch::span_of(std::size_t level, const RegionCode& under) const {
  const auto& codes = layers_[level].codes;
  if (digits_at(level) < under.text().size()) return {0, 0};
  const auto range = codes_within(under, static_cast<RegionLevel>(level));
  const auto first = std::ranges::lower_bound(codes, number_of(range.first));
  const auto last = std::ranges::upper_bound(codes, number_of(range.last));
  return {static_cast<std::size_t>(first - codes.begin()),
          static_cast<std::size_t>(last - codes.begin())};
}

void TreeSearch::mark_held(Plan& plan) const {
  constexpr std::size_t kDeepestAbove = kLayers - 2;  // nothing stands below a community
  plan.held.resize(kLayers);
  for (std::size_t level = 1; level <= kDeepestAbove; ++level) {
    const auto& layer = layers_[level];
    auto& held = plan.held[level];
    held.resize(layer.codes.size());
    for (std::size_t node = 0; node < held.size(); ++node) {
      held[node] = held_above(plan, level, node);
      const auto begin = layer.begin(node);
      const auto name = std::u16string_view(layer.text).substr(begin, layer.ends[node] - begin);
      for (std::size_t word = 0; word < plan.above.size(); ++word) {
        if (occurs(plan.above[word], name)) held[node] |= static_cast<Held>(1u << word);
      }
    }
  }
}

// What the names above a node hold: its nearest node above that is not hidden tells.
TreeSearch::Held TreeSearch::held_above(const Plan& plan, std::size_t level,
                                        std::size_t node) const {
  auto number = layers_[level].codes[node];
  for (auto upper = level - 1; upper >= 1; --upper) {
    for (auto digit = digits_at(upper); digit < digits_at(upper + 1); ++digit) number /= 10;
    const auto& codes = layers_[upper].codes;
    const auto found = std::ranges::lower_bound(codes, number);
    if (found != codes.end() && *found == number) {
      return plan.held[upper][static_cast<std::size_t>(found - codes.begin())];
    }
  }
  return 0;
}

bool TreeSearch::is_below_all(const Plan& plan, std::size_t level, std::size_t node) const {
  const auto all = static_cast<Held>((1u << plan.above.size()) - 1);
  return plan.above.empty() || held_above(plan, level, node) == all;
}

std::string TreeSearch::place_of(const Found& found) const {
  return std::to_string(found.rank) + "-" + std::to_string(found.level) + "-" +
         padded(layers_[found.level].codes[found.node], digits_at(found.level));
}

// ---- finding ----

// The code itself, a code filled up with zeros to six or twelve digits, or the beginning of codes.
void TreeSearch::find_code(const SearchRequest& request, std::vector<Found>& found) const {
  const auto text = text::trim(request.query);
  if (text.size() < 2 || text.size() > digits_at(kLayers - 1) || !is_digits(text)) return;
  bool longer = false;
  for (std::size_t level = 1; level <= static_cast<std::size_t>(request.deepest); ++level) {
    const auto digits = digits_at(level);
    if (longer) break;
    longer = digits >= text.size();
    const auto head = text.substr(0, digits);
    const bool filled = text.size() > digits;
    if (filled && (!is_code_length(text.size()) ||
                   text.find_first_not_of('0', digits) != std::string_view::npos)) {
      continue;
    }
    const auto missing = digits - head.size();
    const auto first = number_of(std::string(head) + std::string(missing, '0'));
    const auto last = number_of(std::string(head) + std::string(missing, '9'));
    const auto span = span_of(level, request.under);
    const auto& codes = layers_[level].codes;
    const auto begin = codes.begin() + static_cast<std::ptrdiff_t>(span.first);
    const auto end = codes.begin() + static_cast<std::ptrdiff_t>(span.last);
    for (auto at = std::lower_bound(begin, end, first); at != end && *at <= last; ++at) {
      found.push_back({kRankCode, static_cast<std::uint8_t>(level),
                       static_cast<std::uint32_t>(at - codes.begin())});
    }
  }
}

void TreeSearch::find_text(const Plan& plan, std::size_t level, Span span,
                           std::vector<Found>& found) const {
  if (span.first == span.last || plan.name.text.empty()) return;
  const auto& layer = layers_[level];
  const auto text = std::u16string_view(layer.text).substr(0, layer.ends[span.last - 1]);
  auto node = span.first;
  for (std::size_t at = layer.begin(node);;) {
    at = text.find(plan.name.text, at);
    if (at == std::u16string_view::npos) return;
    constexpr int kNearby = 8;  // most hits of a frequent word are in a neighbour
    for (int step = 0; step < kNearby && layer.ends[node] <= at; ++step) ++node;
    if (layer.ends[node] <= at) {
      const auto from = layer.ends.begin() + static_cast<std::ptrdiff_t>(node);
      node = static_cast<std::size_t>(std::upper_bound(from, layer.ends.end(), at) -
                                      layer.ends.begin());
    }
    if (is_below_all(plan, level, node)) {
      const auto rank =
          rank_of(at == layer.begin(node), at + plan.name.text.size() == layer.ends[node]);
      found.push_back({rank, static_cast<std::uint8_t>(level), static_cast<std::uint32_t>(node)});
    }
    at = layer.ends[node] + 1;
    if (++node == span.last) return;
  }
}

void TreeSearch::find_by_initials(const Plan& plan, std::size_t level, Span span,
                                  std::vector<Found>& found) const {
  if (plan.name.initials.empty()) return;
  const auto& layer = layers_[level];
  for (auto node = span.first; node < span.last; ++node) {
    const auto begin = layer.begin(node);
    const auto name = std::u16string_view(layer.text).substr(begin, layer.ends[node] - begin);
    const auto at = find_initials(name, plan.name.initials);
    if (at == std::u16string_view::npos || name.find(plan.name.text) != std::u16string_view::npos) {
      continue;  // found by text already
    }
    if (!is_below_all(plan, level, node)) continue;
    const auto rank = rank_of(at == 0, at + plan.name.initials.size() == name.size());
    found.push_back({static_cast<std::uint8_t>(rank + kInitialsAfter),
                     static_cast<std::uint8_t>(level), static_cast<std::uint32_t>(node)});
  }
}

std::vector<Hit> TreeSearch::find(const SearchRequest& request) const {
  std::vector<Found> found;
  find_code(request, found);
  const bool by_code = !found.empty();
  const auto plans = plans_of(request.query);
  for (const auto& plan : plans) {
    for (std::size_t level = 1; level <= static_cast<std::size_t>(request.deepest); ++level) {
      const auto span = span_of(level, request.under);
      find_text(plan, level, span, found);
      find_by_initials(plan, level, span, found);
    }
  }
  if (plans.size() > 1 || by_code) keep_best(found);

  if (const auto start = start_after(request.after)) {
    std::erase_if(found, [&](const Found& one) { return one < *start; });
  }
  const auto page = std::min(request.limit, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(page));
  std::vector<Hit> hits;
  for (const auto& one : std::span(found).first(page)) {
    hits.push_back({code_of(one.level, one.node), place_of(one)});
  }
  return hits;
}

// A region found twice stands at its better place.
void TreeSearch::keep_best(std::vector<Found>& found) {
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::tie(a.level, a.node, a.rank) < std::tie(b.level, b.node, b.rank);
  });
  const auto repeated = std::ranges::unique(
      found, [](const Found& a, const Found& b) { return a.level == b.level && a.node == b.node; });
  found.erase(repeated.begin(), repeated.end());
}

// The first place after one that place_of wrote; nothing when it is none.
std::optional<TreeSearch::Found> TreeSearch::start_after(std::string_view place) const {
  const auto parts = text::split(place, '-');
  if (parts.size() != 3 || !std::ranges::all_of(parts, is_digits)) return std::nullopt;
  const auto rank = number_of(parts[0]);
  const auto level = number_of(parts[1]);
  if (parts[0].size() != 1 || level == 0 || level >= kLayers ||
      parts[2].size() != digits_at(level)) {
    return std::nullopt;
  }
  const auto& codes = layers_[level].codes;
  const auto after = std::ranges::upper_bound(codes, number_of(parts[2])) - codes.begin();
  return Found{static_cast<std::uint8_t>(rank), static_cast<std::uint8_t>(level),
               static_cast<std::uint32_t>(after)};
}

Result<std::shared_ptr<const TreeSearch>> TreeIndex::current(store::Connection& db) {
  WD_TRY(const auto edition,
         store::select_one<EditionInForce>(db, kEditionInForce, RegionCode().district()));
  const auto sequence = edition ? edition->sequence : 0;
  const std::lock_guard lock(mutex_);
  if (search_ == nullptr || sequence_ != sequence) {
    WD_TRY(auto loaded, TreeSearch::load(db, pinyin_));
    search_ = std::make_shared<const TreeSearch>(std::move(loaded));
    sequence_ = sequence;
  }
  return search_;
}

std::span<const store::Statement> search_statements() { return kStatements; }

}  // namespace wangdi::regions
