// SPDX-License-Identifier: Apache-2.0
// What devices claim to have been answered: a restore or an accepted loss explains a claim above
// what is there, and then it is sent again; a proved one that nothing explains means that the
// journal lost its end.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/receipts.hpp"
#include "common/bus/messages.hpp"
#include "common/bus/restored.hpp"
#include "vault/vault.hpp"

namespace wangdi::app {

// Receipts that were made or found right since the start: their records stand, since a journal
// loses nothing while it is served. So a phone costs one look into the journal after a start, and
// none from then on. Any thread.
class KnownReceipts {
 public:
  void learn(std::string_view receipt);
  bool knows(std::string_view receipt) const;

 private:
  // One megabyte from the start, so that a busy day takes no more than a quiet one. A newer receipt
  // takes the place of one with the same end of its hash; what gave way is looked up.
  static constexpr std::size_t kPlaces = 131'072;

  mutable std::mutex mutex_;
  std::vector<std::size_t> places_ = std::vector<std::size_t>(kPlaces);  // hashes; 0: free
};

// A position that the journal has and that a device was answered, by its receipt.
struct ProvenClaim {
  Answered answered;
  std::string receipt;
};

// Who is told; without `head` claims are only answered.
struct ClaimWatch {
  std::function<std::int64_t(District)> head;  // last committed, from memory
  std::function<void(const journal::Alarm&)> lost;
  std::function<void()> unproven;  // above the head, without a receipt that holds
  // Claims whose records have to be looked at, all of a batch at once; without it none is.
  std::function<void(std::vector<ProvenClaim>)> compare;
  std::shared_ptr<KnownReceipts> known = std::make_shared<KnownReceipts>();
};

// After which position of which district the sender of the batch has to send again.
List<bus::PositionView, 200> judge_claims(const bus::CommandBatch& batch, const vault::Vault& vault,
                                          const bus::Restores& restores, const ClaimWatch& watch);

// A claim that is for another record than the one at its place: that one's place was taken after
// the journal had lost its end.
struct ClaimDifference {
  journal::Position place;
  CommandId standing;  // whose record is there
};
// Looks at the records of claims, one read by key each; the first that differs. Those that fit are
// learnt. Error: storage_failed.
Result<std::optional<ClaimDifference>> compare_claims(const std::vector<ProvenClaim>& claims,
                                                      store::Connection& connection,
                                                      RecordReceipts& receipts,
                                                      KnownReceipts& known);

}  // namespace wangdi::app
