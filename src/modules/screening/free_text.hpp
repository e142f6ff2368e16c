// SPDX-License-Identifier: Apache-2.0
// What a visit says in words, and where somebody came from, is the person's own: it is in the
// vault, the note under the visit and the journey under the person, and never in the journal.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/bus/context.hpp"
#include "modules/screening/messages.hpp"

namespace wangdi::screening {

// Journeys of one person, by the visit that wrote them down; the oldest makes room.
struct Journey {
  VisitId visit;
  Returned returned;
};
WD_DESCRIBE(Journey, visit, returned)
inline constexpr std::size_t kJourneysMax = 16;
struct Journeys {
  List<Journey, kJourneysMax> journeys;
};
WD_DESCRIBE(Journeys, journeys)

// The journey that a visit wrote, from the vault's text; nothing when there is none.
std::optional<Returned> journey_of(std::string_view kept, VisitId visit);

Status keep_text(const RecordVisit& form, bus::CommandContext& context);
// The same for a correction of a visit with these findings. Words that the form leaves out stay as
// they are, because no view shows them and a screen cannot send them back; an empty note removes
// it.
Status correct_text(const RecordVisit& form, std::span<const Finding> before,
                    bus::CommandContext& context);

}  // namespace wangdi::screening
