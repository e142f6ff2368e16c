// SPDX-License-Identifier: Apache-2.0
// List<T, Most>: a list that tells its own bound; the codec refuses a longer one.
#pragma once

#include <compare>
#include <cstddef>
#include <vector>

namespace wangdi {

template <class T, std::size_t Most>
struct List {
  static_assert(Most > 0);
  using value_type = T;
  static constexpr std::size_t kMost = Most;

  std::vector<T> items;

  auto begin() const { return items.begin(); }
  auto end() const { return items.end(); }
  std::size_t size() const { return items.size(); }
  bool empty() const { return items.empty(); }
  auto operator<=>(const List&) const = default;
};

}  // namespace wangdi
