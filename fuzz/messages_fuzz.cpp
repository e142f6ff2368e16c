// SPDX-License-Identifier: Apache-2.0
// Any bytes as the body or the query of each operation: the outbox's batch, log-in, every command,
// every question. What is accepted encodes, and decodes again to the same text; a refusal is the
// sender's fault and names a place. json_fuzz.cpp is about the decoder, this is about what the
// messages are made of. A new command or question is a line below.
#include "base/text.hpp"
#include "common/bus/messages.hpp"
#include "fuzz/support.hpp"
#include "modules/accounts/messages.hpp"
#include "modules/accounts/token_messages.hpp"
#include "modules/approvals/messages.hpp"
#include "modules/approvals/views.hpp"
#include "modules/audit/views.hpp"
#include "modules/holds/views.hpp"
#include "modules/ledger/views.hpp"
#include "modules/matching/messages.hpp"
#include "modules/matching/views.hpp"
#include "modules/regions/messages.hpp"
#include "modules/reporting/messages.hpp"
#include "modules/residents/messages.hpp"
#include "modules/residents/roster_messages.hpp"
#include "modules/residents/views.hpp"
#include "modules/retention/views.hpp"
#include "modules/screening/messages.hpp"
#include "modules/screening/views.hpp"
#include "modules/status/messages.hpp"
#include "modules/status/views.hpp"

namespace {

using namespace wangdi;
using fuzz::require;

void check_refusal(const Error& error) {
  const auto status = error_entry(error.code()).http_status;
  require(status >= 400 && status < 500);
  require(error.code() != ErrorCode::invalid_fields || !error.fields().empty());
}

template <class T>
void check_accepted(const T& value) {
  const auto text = codec::encode(value);
  require(text::is_valid_utf8(text));
  const auto again = codec::decode<T>(text);
  require(again.has_value() && codec::encode(*again) == text);
}

template <class T>
void body(std::string_view bytes) {
  const auto read = codec::decode<T>(bytes);
  if (read) return check_accepted(*read);
  check_refusal(read.error());
}

template <class T>
void query(std::string_view bytes) {
  const auto read = codec::decode_query<T>(bytes);
  if (read) return check_accepted(*read);
  check_refusal(read.error());
}

constexpr fuzz::Parse kParsers[] = {
    body<bus::CommandBatch>,
    body<accounts::OpenSession>,
    body<accounts::ChangePassword>,
    body<accounts::OpenAccount>,
    body<accounts::MoveAccount>,
    body<accounts::ResetAccount>,
    body<accounts::CloseAccount>,
    body<accounts::MakeToken>,
    body<accounts::RevokeToken>,
    body<regions::ImportTree>,
    body<regions::AddGrid>,
    body<regions::AddCompound>,
    body<regions::AddBuilding>,
    body<residents::AddHousehold>,
    body<residents::CorrectHousehold>,
    body<residents::AddPerson>,
    body<residents::CorrectPerson>,
    body<residents::AddKeyGroup>,
    body<residents::EndKeyGroup>,
    body<residents::ErasePerson>,
    body<residents::EraseHousehold>,
    body<residents::SearchResidents>,
    body<residents::FindPerson>,
    body<residents::Unmask>,
    body<residents::ExportHouseholds>,
    body<screening::StartRound>,
    body<screening::EndRound>,
    body<screening::RecordVisit>,
    body<screening::CorrectVisit>,
    body<approvals::AskApproval>,
    body<approvals::DecideApproval>,
    query<approvals::ApprovalsParams>,
    body<status::SetStatus>,
    body<status::ConfirmStatus>,
    body<status::AskReview>,
    body<status::DecideReview>,
    body<status::AnswerAlarm>,
    query<status::DeskParams>,
    query<status::AlarmsParams>,
    body<holds::SetHold>,
    body<holds::LiftHold>,
    body<ledger::MakeSlip>,
    body<ledger::AskRequest>,
    body<ledger::AnswerRequest>,
    body<ledger::GiveNotice>,
    body<matching::AskMatch>,
    body<matching::RunMatch>,
    query<matching::UploadParams>,
    query<matching::MatchesParams>,
    query<matching::ResultParams>,
    body<ledger::OpenSlip>,
    body<ledger::AskOnline>,
    body<reporting::TakeCutOff>,
    query<accounts::AccountsParams>,
    query<accounts::MeParams>,
    body<audit::ExportReads>,
    body<audit::CloseCase>,
    query<audit::AuditCasesParams>,
    query<audit::AuditCaseLinesParams>,
    query<audit::AuditDistrictsParams>,
    query<audit::AuditReadsParams>,
    query<audit::AuditChainParams>,
    query<accounts::TokensParams>,
    query<holds::HoldsParams>,
    query<ledger::RequestsParams>,
    query<retention::PreviewParams>,
    query<retention::CertificatesParams>,
    query<regions::RegionParams>,
    query<regions::ChildrenParams>,
    query<regions::SearchParams>,
    query<regions::BuildingsParams>,
    query<reporting::BoardParams>,
    query<reporting::IndicatorsParams>,
    query<reporting::CutOffsParams>,
    query<residents::HouseholdParams>,
    query<residents::ImportStateParams>,
    query<residents::ImportParams>,
    query<residents::ImportErrorsParams>,
    query<residents::TemplateParams>,
    query<screening::DoorsParams>,
    query<screening::BuildingParams>,
    query<screening::VisitsParams>,
    body<accounts::OfferFactor>,
    body<accounts::ConfirmFactor>,
    body<accounts::ProveSession>,
    body<accounts::EnrolDevice>,
    body<accounts::MakeDeviceCode>,
    body<accounts::AskDeviceState>,
    query<accounts::DeviceParams>,
    body<bus::SealedContent>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
