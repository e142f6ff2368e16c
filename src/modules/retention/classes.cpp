// SPDX-License-Identifier: Apache-2.0
// The lists, by module.
#include "modules/retention/classes.hpp"

#include <algorithm>

#include "codec/json.hpp"
#include "modules/ledger/messages.hpp"

namespace wangdi::retention {
namespace {

constexpr EventClass kEvents[] = {
    {"bus.command_held", 1, About::held_command},
    {"bus.data_restored", 1, About::nobody},
    {"bus.loss_accepted", 1, About::nobody},
    {"journal.records_destroyed", 1, About::nobody},
    {"regions.tree_imported", 1, About::nobody},
    {"regions.grid_added", 1, About::nobody},
    {"regions.compound_added", 1, About::nobody},
    {"regions.building_added", 1, About::nobody},
    {"accounts.opened", 1, About::nobody},
    {"accounts.moved", 1, About::nobody},
    {"accounts.closed", 1, About::nobody},
    {"accounts.reset_done", 1, About::nobody},
    {"accounts.token_made", 1, About::nobody},
    {"accounts.token_revoked", 1, About::nobody},
    // Words are in the vault under the request and may name anybody; nothing else does.
    {"approvals.asked", 1, About::nobody},
    {"approvals.decided", 1, About::nobody},
    {"residents.household_added", 1, About::household},
    {"residents.household_corrected", 1, About::household},
    {"residents.person_added", 1, About::person},
    {"residents.person_corrected", 1, About::person},
    {"residents.key_group_added", 1, About::person},
    {"residents.key_group_ended", 1, About::person},
    {"residents.person_erased", 1, About::person},
    {"residents.household_erased", 1, About::household},
    {"residents.erased_person_kept", 1, About::nobody},     // so that it stays
    {"residents.erased_household_kept", 1, About::nobody},  // so that it stays
    {"screening.round_started", 1, About::nobody},
    {"screening.round_ended", 1, About::nobody},
    {"screening.visit_recorded", 1, About::visit},
    {"screening.visit_corrected", 1, About::visit},
    {"screening.visit_restated", 1, About::visit},
    {"status.set_done", 1, About::person},
    {"status.confirm_done", 1, About::person},
    {"status.review_asked", 1, About::person},
    {"status.review_decided", 1, About::person},
    // Of an officer or a district: counts.
    {"status.alarm_raised", 1, About::nobody},
    {"status.alarm_answered", 1, About::nobody},
    {"ledger.slip_made", 1, About::person},
    {"ledger.asked", 1, About::person},
    {"ledger.answered", 1, About::person},
    {"ledger.notice_given", 1, About::person},
    // Counts; who was on a list or found is in the vault under the match, which forgets itself.
    {"matching.asked", 1, About::nobody},
    {"matching.done", 1, About::nobody},
    {"matching.forgotten", 1, About::nobody},
    // Of staff: numbers of lines of the access log. Words are in the vault under the case.
    {"audit.case_opened", 1, About::nobody},
    {"audit.case_continued", 1, About::nobody},
    {"audit.case_closed", 1, About::nobody},
    {"audit.day_judged", 1, About::nobody},
    // They stay as long as the household does: that data were kept longer is to be seen later.
    {"holds.set_done", 1, About::household},
    {"holds.lifted", 1, About::household},
    // Of staff: ids that stay.
    {"retention.names_destroyed", 1, About::nobody},
    {"reporting.cut_off_taken", 1, About::nobody},
    {"reporting.figures_kept", 1, About::nobody},
};

constexpr TableClass kTables[] = {
    {"held_command", Holds::of_one},
    {"household", Holds::of_one},
    {"person", Holds::of_one},
    {"key_member", Holds::of_one},
    {"field_change", Holds::of_one},
    {"erased_person", Holds::of_one},
    {"erased_household", Holds::of_one},
    {"visit", Holds::of_one},
    {"door", Holds::of_one},
    {"door_day", Holds::of_one},
    {"person_day", Holds::of_one},
    {"status_entry", Holds::of_one},
    {"ledger_request", Holds::of_one},
    {"ledger_notice", Holds::of_one},
    {"legal_hold", Holds::of_one},
    {"community_day", Holds::of_many},
    {"district_day", Holds::of_many},
    {"community_change", Holds::of_many},
    {"district_change", Holds::of_many},
    {"ledger_slip", Holds::forgotten},
    {"login", Holds::forgotten},
    {"credential", Holds::forgotten},
    {"second_factor", Holds::forgotten},
    {"recovery_code", Holds::forgotten},
    {"device_key", Holds::forgotten},
    {"device_code", Holds::forgotten},
    {"session", Holds::forgotten},
    {"api_token", Holds::forgotten},
    {"readiness", Holds::forgotten},
    {"region", Holds::nobody},
    {"region_edition", Holds::nobody},
    {"region_communities", Holds::nobody},
    {"region_grid", Holds::nobody},
    {"region_compound", Holds::nobody},
    {"region_building", Holds::nobody},
    {"account", Holds::nobody},
    {"account_term", Holds::nobody},
    {"account_home", Holds::nobody},
    {"account_token", Holds::nobody},
    {"round", Holds::nobody},
    {"region_rounds", Holds::nobody},
    {"cut_off", Holds::nobody},
    {"cut_off_place", Holds::nobody},
    {"approval", Holds::nobody},
    {"status_alarm", Holds::nobody},
    {"list_match", Holds::nobody},
    {"audit_case", Holds::nobody},
    {"audit_judged", Holds::nobody},
    {"data_restored", Holds::nobody},
    {"certificate", Holds::nobody},
    {"retention_due", Holds::forgotten},
    {"retention_counted", Holds::forgotten},
};

template <class Event>
Result<PersonId> named(const journal::RecordRow& record) {
  WD_TRY(const auto event, codec::decode<Event>(*record.body));
  return event.person;
}

Error unknown(std::string_view what) {
  return Error(ErrorCode::internal).because("not classified for retention: " + std::string(what));
}

}  // namespace

std::span<const EventClass> event_classes() { return kEvents; }
std::span<const TableClass> table_classes() { return kTables; }

Result<About> about(const journal::RecordRow& record) {
  const auto* found = std::ranges::find_if(kEvents, [&](const EventClass& known) {
    return known.type == record.type && known.version == record.version;
  });
  if (found == std::end(kEvents)) return unknown(record.type);
  return found->about;
}

Result<PersonId> person_of(const journal::RecordRow& record) {
  if (record.type == ledger::SlipMade::kType) return named<ledger::SlipMade>(record);
  if (record.type == ledger::RequestAsked::kType) return named<ledger::RequestAsked>(record);
  if (record.type == ledger::RequestAnswered::kType) return named<ledger::RequestAnswered>(record);
  return PersonId{record.subject};
}

Result<Holds> holds(std::string_view table) {
  const auto* found = std::ranges::find(kTables, table, &TableClass::table);
  if (found == std::end(kTables)) return unknown(table);
  return found->holds;
}

}  // namespace wangdi::retention
