// SPDX-License-Identifier: Apache-2.0
// Sending in portions.
#include "app/sending.hpp"

#include <algorithm>
#include <iterator>

namespace wangdi::app {

Result<std::vector<bus::Outcome>> Sending::send_all(const access::Actor& actor,
                                                    std::vector<bus::PreparedCommand> commands) {
  std::vector<bus::Outcome> all;
  for (std::size_t from = 0; from < commands.size(); from += limits::kCommandsPerBatch) {
    const auto first = commands.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(limits::kCommandsPerBatch, commands.size() - from);
    std::vector<bus::PreparedCommand> portion(
        std::make_move_iterator(first),
        std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
    WD_TRY(auto outcomes, runtime_.writer().send(actor, std::move(portion)));
    for (auto& outcome : outcomes) {
      if (outcome.error) return std::move(*outcome.error);
      all.push_back(std::move(outcome));
    }
  }
  return all;
}

}  // namespace wangdi::app
