// SPDX-License-Identifier: Apache-2.0
// Notes and journeys into the vault.
#include "modules/screening/free_text.hpp"

#include <algorithm>

#include "modules/screening/facts.hpp"
#include "vault/writer.hpp"

namespace wangdi::screening {
namespace {

using bus::CommandContext;
using vault::Field;

Journeys journeys_in(std::string_view kept) {
  if (kept.empty()) return {};
  return codec::decode<Journeys>(kept).value_or(Journeys{});
}

// Puts the person's journey of this visit in the place of an earlier one; nothing removes it.
Status put_journey(PersonId person, VisitId visit, std::optional<Returned> returned,
                   CommandContext& context) {
  const auto district = context.region.district();
  WD_TRY(const auto kept, context.vault.get(district, person.value, Field::journey));
  auto journeys = journeys_in(kept.value_or(""));
  auto& items = journeys.journeys.items;
  const auto at = std::ranges::find(items, visit, &Journey::visit);
  if (at != items.end()) {
    const bool same = returned && returned->from_region == at->returned.from_region &&
                      returned->on == at->returned.on;
    if (same && !returned->from_text) returned->from_text = at->returned.from_text;
    items.erase(at);
  }
  if (returned) {
    if (items.size() == kJourneysMax) items.erase(items.begin());
    items.push_back({visit, std::move(*returned)});
  }
  return context.vault.put(district, person.value, Field::journey,
                           items.empty() ? std::string() : codec::encode(journeys));
}

Status put_note(const RecordVisit& form, CommandContext& context) {
  if (!form.note) return ok();
  const auto district = context.region.district();
  // What is taken out is gone for good, key and all: the visit owns nothing else.
  if (form.note->text.empty()) return context.vault.erase(district, form.visit.value);
  return context.vault.put(district, form.visit.value, Field::note, form.note->text);
}

}  // namespace

std::optional<Returned> journey_of(std::string_view kept, VisitId visit) {
  for (auto& journey : journeys_in(kept).journeys.items) {
    if (journey.visit == visit) return std::move(journey.returned);
  }
  return std::nullopt;
}

Status keep_text(const RecordVisit& form, CommandContext& context) {
  WD_TRY([[maybe_unused]] auto noted, put_note(form, context));
  for (const auto& exception : form.exceptions) {
    if (!exception.returned) continue;
    WD_TRY([[maybe_unused]] auto kept,
           put_journey(exception.person, form.visit, exception.returned, context));
  }
  return ok();
}

Status forget_visit_text(VisitId visit, std::span<const PersonId> returned,
                         CommandContext& context) {
  for (const auto person : returned) {
    WD_TRY([[maybe_unused]] auto gone, put_journey(person, visit, std::nullopt, context));
  }
  return context.vault.erase(context.region.district(), visit.value);
}

Status correct_text(const RecordVisit& form, std::span<const Finding> before,
                    CommandContext& context) {
  WD_TRY([[maybe_unused]] auto kept, keep_text(form, context));
  for (const auto& finding : before) {
    if (!finding.returned) continue;
    const bool still = std::ranges::any_of(form.exceptions, [&](const VisitException& exception) {
      return exception.person == finding.person && exception.returned;
    });
    if (still) continue;
    WD_TRY([[maybe_unused]] auto removed,
           put_journey(finding.person, form.visit, std::nullopt, context));
  }
  return ok();
}

}  // namespace wangdi::screening
