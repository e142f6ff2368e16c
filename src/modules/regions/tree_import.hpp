// SPDX-License-Identifier: Apache-2.0
// Puts a tree in force the way every change goes: through the one door of commands. For
// `wangdi init`, `wangdi demo` and `wangdi import tree`.
#pragma once

#include "common/bus/context.hpp"
#include "modules/regions/tree_source.hpp"

namespace wangdi::regions {

struct TreeOrder {
  access::Actor actor;  // a system administrator of the nation
  CommandId id;         // new for each import
  UnixMs now = 0;
};

// Keeps a copy of the files, then sends the command and waits for its commit. Errors: tree_refused,
// storage_failed, not_found when the actor may not, and those of the sender.
Status import_tree(const TreeSource& source, const TreeStore& trees, bus::CommandSender& sender,
                   const TreeOrder& order);

}  // namespace wangdi::regions
