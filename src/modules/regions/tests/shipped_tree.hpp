// SPDX-License-Identifier: Apache-2.0
// The whole shipped tree in a database, imported once for all tests of the room.
#pragma once

#include <memory>

#include "modules/regions/importer.hpp"
#include "modules/regions/tree_search.hpp"
#include "store/engine.hpp"

namespace wangdi::regions {

class ShippedTree {
 public:
  static ShippedTree& get();  // aborts when the import fails

  store::Connection& writer() { return *writer_; }
  store::Connection& reader() { return *reader_; }
  const TreeSearch& search() { return *search_; }
  const TreeSummary& summary() const { return summary_; }
  static TreeSource source();
  static const pinyin::Table& pinyin();

 private:
  ShippedTree();

  std::unique_ptr<store::Engine> engine_;
  std::unique_ptr<store::Connection> writer_, reader_;
  std::unique_ptr<TreeSearch> search_;
  TreeSummary summary_;
};

// CPU seconds this process has used.
double cpu_seconds();

}  // namespace wangdi::regions
