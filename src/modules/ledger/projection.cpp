// SPDX-License-Identifier: Apache-2.0
// Events of requests into their rows. A deadline counts from the server's time.
#include "modules/ledger/projection.hpp"

#include "modules/ledger/rules.hpp"
#include "modules/ledger/tables.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::ledger {
namespace {

using bus::Recorded;
using store::Rows;

void asked(const RequestAsked& event, const Recorded& frame, Rows& rows) {
  rows.put(kRequest, {frame.position.district, event.person, RequestId{frame.subject}, frame.region,
                      event.kind, event.holder, event.way, frame.recorded_at, event.due_on,
                      RequestState::open});
}

void answered(const RequestAnswered& event, const Recorded& frame, Rows& rows) {
  const auto* stored =
      rows.find(kRequest, {frame.position.district, event.person, RequestId{frame.subject}});
  if (stored == nullptr) return;
  auto row = *stored;
  row.state = state_of(event.verdict);
  rows.put(kRequest, std::move(row));
}

void notice_given(const NoticeGiven& event, const Recorded& frame, Rows& rows) {
  const PersonId person{frame.subject};
  const auto district = frame.position.district;
  if (rows.find(kNotice, {district, person, event.version}) != nullptr) return;
  rows.put(kNotice, {district, person, event.version, event.way, event.holder, frame.occurred_at});
}

// With the person goes what they asked and were told.
void person_erased(const residents::PersonErased&, const Recorded& frame, Rows& rows) {
  for (const auto& row : rows.list(kRequest, frame.position.district, PersonId{frame.subject})) {
    rows.erase(kRequest, store::Table<StoredRequest, 3>::key_of(row));
  }
  for (const auto& row : rows.list(kNotice, frame.position.district, PersonId{frame.subject})) {
    rows.erase(kNotice, store::Table<NoticeRow, 3>::key_of(row));
  }
}

}  // namespace

void register_projections(bus::Registry& registry) {
  registry.event<SlipMade>();
  registry.project<RequestAsked>(asked);
  registry.project<RequestAnswered>(answered);
  registry.project<NoticeGiven>(notice_given);
  registry.project<residents::PersonErased>(person_erased);
}

}  // namespace wangdi::ledger
