// SPDX-License-Identifier: Apache-2.0
// What officers and residents see of requests and of looks, and what a resident's visit sends.
#pragma once

#include <optional>

#include "access/role_names.hpp"
#include "base/limits.hpp"
#include "modules/holds/facts.hpp"
#include "modules/ledger/messages.hpp"
#include "modules/regions/messages.hpp"
#include "types/list.hpp"
#include "vault/fields.hpp"

namespace wangdi::ledger {

// ---- for officers ----

struct RequestsParams {
  RegionCode region;
  std::optional<Text<100>> after;
};
WD_STRUCT(RequestsParams, (region, "辖区", "Region", "", "ledger"),
          (after, "从哪个之后", "After this place in the list", "", "ledger"))

struct RequestRow {
  RequestId request;
  PersonId person;
  std::optional<HouseholdId> household;
  std::string name;  // masked
  regions::RegionStep grid;
  RequestKind kind = RequestKind::correction;
  Holder holder = Holder::self;
  RequestWay way = RequestWay::paper;
  std::int64_t asked_at = 0;
  CivilDate due_on;
  std::int64_t days_left = 0;  // 0 on the last day, below when late
  RequestState state = RequestState::open;
  std::optional<std::string> words;  // for the community only
  std::optional<std::string> reason;
};
WD_STRUCT(RequestRow, (request, "申请", "Request", "", "ledger"),
          (person, "人员", "Person", "", "ledger"), (household, "住户", "Household", "", "ledger"),
          (name, "姓名", "Name", "", "ledger"), (grid, "网格", "Grid", "", "ledger"),
          (kind, "想要什么", "What is asked", "", "ledger"),
          (holder, "谁来办", "Who asks", "", "ledger"),
          (way, "怎么提的", "By which way", "", "ledger"),
          (asked_at, "什么时候提的", "Asked at", "unix_ms", "ledger"),
          (due_on, "最晚哪天答复", "To be answered by", "", "ledger"),
          (days_left, "还剩几天", "Days left", "days", "ledger"),
          (state, "状态", "State", "", "ledger"), (words, "具体要求", "In words", "", "ledger"),
          (reason, "答复和理由", "Answer and reason", "", "ledger"))

// Open ones first, by the day they are due; then those that were answered.
struct Requests {
  List<RequestRow, limits::kPageRows> rows;
  std::optional<std::string> next;
};
WD_STRUCT(Requests, (rows, "申请", "Requests", "", "ledger"),
          (next, "下一页从哪个之后", "Next page after", "", "ledger"))

// ---- for the resident: these bodies never become commands ----

struct OpenSlip {
  SlipId slip;
  Text<40, 1> slip_code;
};
WD_STRUCT(OpenSlip, (slip, "查阅条", "Slip", "", "ledger"),
          (slip_code, "查阅码", "Code of the slip", "", "ledger"))

struct AskOnline {
  RequestId request;
  RequestKind kind = RequestKind::correction;
  Text<500, 1> words;
};
WD_STRUCT(AskOnline, (request, "申请编号", "Request id", "", "ledger"),
          (kind, "想要什么", "What is asked", "", "ledger"),
          (words, "具体要求", "In words", "", "ledger"))

// What a look was about.
enum class LookedAt : std::uint8_t { person = 1, household = 2, list = 3, log = 4 };
WD_ENUM(LookedAt, (person, "您的信息", "Your record"), (household, "您家的信息", "Your household"),
        (list, "含有您的名单", "A list you are in"),
        (log, "查阅记录，不含姓名", "Lines of the access log, without names"))

struct Look {
  std::int64_t at = 0;
  std::optional<access::Role> role;  // of that day; nothing for the system itself
  std::string office;                // the community, township or county, with the way to it
  vault::Operation operation = vault::Operation::unmask;
  vault::Purpose purpose = vault::Purpose::home_visit;
  List<vault::Field, vault::kLastField> fields;
  LookedAt about = LookedAt::person;
};
WD_STRUCT(Look, (at, "什么时候", "When", "unix_ms", "ledger"),
          (role, "哪个岗位", "Role", "", "ledger"),
          (office, "哪里的人", "Of which office", "", "ledger"),
          (operation, "做了什么", "What was done", "", "ledger"),
          (purpose, "为了什么", "For what", "", "ledger"),
          (fields, "看了哪几项", "Which fields", "", "ledger"),
          (about, "看的是什么", "About what", "", "ledger"))

struct OwnRequest {
  RequestId request;
  RequestKind kind = RequestKind::correction;
  std::int64_t asked_at = 0;
  CivilDate due_on;
  std::int64_t days_left = 0;
  RequestState state = RequestState::open;
  std::optional<std::string> words;
  std::optional<std::string> reason;
};
WD_STRUCT(OwnRequest, (request, "申请", "Request", "", "ledger"),
          (kind, "想要什么", "What is asked", "", "ledger"),
          (asked_at, "什么时候提的", "Asked at", "unix_ms", "ledger"),
          (due_on, "最晚哪天答复", "To be answered by", "", "ledger"),
          (days_left, "还剩几天", "Days left", "days", "ledger"),
          (state, "状态", "State", "", "ledger"), (words, "具体要求", "In words", "", "ledger"),
          (reason, "答复和理由", "Answer and reason", "", "ledger"))

struct GivenNotice {
  std::int64_t version = 0;
  NoticeWay way = NoticeWay::read_aloud;
  Holder holder = Holder::self;
  std::int64_t given_at = 0;
};
WD_STRUCT(GivenNotice, (version, "告知书第几版", "Version of the notice", "", "ledger"),
          (way, "怎么告知的", "How they were told", "", "ledger"),
          (holder, "告知了谁", "Who was told", "", "ledger"),
          (given_at, "什么时候告知的", "Told at", "unix_ms", "ledger"))

inline constexpr std::size_t kOwnRequestsMax = 50, kNoticesMax = 50;
struct LedgerView {
  SlipId slip;       // that opened the visit
  std::string name;  // masked
  std::string community;
  Holder holder = Holder::self;
  std::int64_t ends_at = 0;
  std::string csrf;
  List<Look, limits::kPageRows> looks;  // the latest first
  bool has_more = false;                // earlier ones than are shown
  List<OwnRequest, kOwnRequestsMax> requests;
  List<GivenNotice, kNoticesMax> notices;           // the newest wording first
  List<holds::OwnHold, holds::kOwnHoldsMax> holds;  // those the resident may read of
};
WD_STRUCT(LedgerView, (slip, "查阅条", "Slip", "", "ledger"), (name, "姓名", "Name", "", "ledger"),
          (community, "社区", "Community", "", "ledger"),
          (holder, "谁在看", "Who looks", "", "ledger"),
          (ends_at, "这次看到什么时候", "This visit ends at", "unix_ms", "ledger"),
          (csrf, "防伪令牌", "Token against forged writes", "", "ledger"),
          (looks, "谁看过", "Who looked", "", "ledger"),
          (has_more, "还有更早的", "There are earlier ones", "", "ledger"),
          (requests, "提过的申请", "Requests", "", "ledger"),
          (notices, "告知过您的", "Notices given", "", "ledger"),
          (holds, "依法留存", "Legal holds", "", "holds"))

}  // namespace wangdi::ledger
