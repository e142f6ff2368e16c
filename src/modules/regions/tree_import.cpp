// SPDX-License-Identifier: Apache-2.0
// The two steps of an import: the copy, then the command that names it.
#include "modules/regions/tree_import.hpp"

#include "codec/json.hpp"

namespace wangdi::regions {

Status import_tree(const TreeSource& source, const TreeStore& trees, bus::CommandSender& sender,
                   const TreeOrder& order) {
  WD_TRY(const auto digest, trees.keep(source));
  const ImportTree command{digest};
  bus::PreparedCommand prepared;
  prepared.id = order.id;
  prepared.type = ImportTree::kType;
  prepared.occurred_at = order.now;
  prepared.skew_measured = true;
  prepared.body = codec::encode(command);
  prepared.value = std::make_shared<const ImportTree>(command);
  std::vector<bus::PreparedCommand> commands;
  commands.push_back(std::move(prepared));
  WD_TRY(auto outcomes, sender.send(order.actor, std::move(commands)));
  WD_ASSERT(outcomes.size() == 1);
  auto& outcome = outcomes.front();
  if (outcome.status == bus::CommandStatus::applied ||
      outcome.status == bus::CommandStatus::duplicate) {
    return ok();
  }
  if (outcome.error) return std::move(*outcome.error);
  // Held for review: the administrator lost the right between asking and writing.
  return Error(ErrorCode::not_found);
}

}  // namespace wangdi::regions
