// SPDX-License-Identifier: Apache-2.0
// What devices claim to have been answered: a restore or an accepted loss explains a claim above
// what is there, and then it is sent again; a proved one that nothing explains means that the
// journal lost its end.
#pragma once

#include <functional>

#include "common/bus/messages.hpp"
#include "common/bus/restored.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// Who is told; without `head` claims are only answered.
struct ClaimWatch {
  std::function<std::int64_t(District)> head;  // last committed, from memory
  std::function<void(const journal::Alarm&)> lost;
  std::function<void()> unproven;  // above the head, without a receipt that holds
};

// After which position of which district the sender of the batch has to send again.
List<bus::PositionView, 200> judge_claims(const bus::CommandBatch& batch, const vault::Vault& vault,
                                          const bus::Restores& restores, const ClaimWatch& watch);

}  // namespace wangdi::app
