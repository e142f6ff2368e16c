// SPDX-License-Identifier: Apache-2.0
// The files a division tree is imported from, as one thing with one digest. A copy is kept in the
// data folder under that digest, because a rebuild of the tables reads it again.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "modules/regions/messages.hpp"

namespace wangdi::regions {

class TreeSource {
 public:
  // `folder` holds the files named in data/README.md. Nothing is read yet.
  explicit TreeSource(std::string folder) : folder_(std::move(folder)) {}

  std::string path(std::string_view file) const { return folder_ + "/" + std::string(file); }
  // SHA-256 over name and bytes of each file in a fixed order. Errors: tree_refused.
  Result<SourceDigest> digest() const;

 private:
  std::string folder_;
};

// The kept copies, each in a folder named by its digest.
class TreeStore {
 public:
  explicit TreeStore(std::string folder) : folder_(std::move(folder)) {}

  // Copies a source and gives its digest; on disk when it returns. A copy that is there already is
  // left alone. Errors: tree_refused, storage_failed.
  Result<SourceDigest> keep(const TreeSource& source) const;
  // The kept copy of a digest, its bytes compared with it. Errors: tree_refused when it is missing
  // or changed.
  Result<TreeSource> find(const SourceDigest& digest) const;

 private:
  std::string folder_;
};

}  // namespace wangdi::regions
