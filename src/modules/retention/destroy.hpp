// SPDX-License-Identifier: Apache-2.0
// One portion of what a rule destroys: an act inside the writer's transaction.
//
// The records about the households concerned are replayed twice in memory, with and without those
// that go. The live rows become what the replay without them gives, since a rebuild will give no
// more; the events of the act then tell again what has to stay: visits without the erased person,
// the id that must not come back, and the figures that were counted.
#pragma once

#include <functional>
#include <string>

#include "common/bus/registry.hpp"
#include "journal/journal.hpp"
#include "modules/retention/index.hpp"

namespace wangdi::retention {

// So many households or held commands go in one act: it holds the writer for a moment only.
inline constexpr std::size_t kPortion = 50;

struct Portion {
  Rule rule = Rule::visits;
  std::vector<HouseholdId> households;
  std::vector<std::int64_t> held;  // positions
};

// Signs a text for whoever trusts the public key: base64 of an ECDSA signature (DER).
using Sign = std::function<std::string(std::string_view)>;

struct Tools {
  const bus::Registry& registry;
  const Sign& sign;
};

// Brings the index up to date, destroys, and gives the events. No event when nothing was left to
// do. `before` learns of what is destroyed; after an error index and `before` are of no use any
// more. Errors: queue_full when the batch has written into the district already: try again;
// journal_damaged when the journal or the rows are not what they should be.
Result<bus::Decision> destroy(const Portion& portion, const Tools& tools, Index& index,
                              journal::Destructions& before, bus::CommandContext& context,
                              journal::Journal& journal);

}  // namespace wangdi::retention
