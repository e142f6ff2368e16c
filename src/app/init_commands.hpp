// SPDX-License-Identifier: Apache-2.0
// Putting a division tree in force, for `init`, `import tree` and `demo`.
#pragma once

#include <string>

#include "app/runtime.hpp"

namespace wangdi::app {

// `folder` holds the files of a tree; empty: the shipped one. The writer runs.
Status import_tree(Runtime& runtime, const std::string& folder);

}  // namespace wangdi::app
