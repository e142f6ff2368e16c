// SPDX-License-Identifier: Apache-2.0
// What residents are handed to look at their own record (slips), and what they may ask for
// (requests). What somebody asks or is answered in words is in the vault, under the request's own
// key.
#pragma once

#include <optional>

#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/region_code.hpp"
#include "types/text.hpp"

namespace wangdi::ledger {

using SlipId = Id<struct SlipTag>;
using RequestId = Id<struct RequestTag>;

// All enumerations are stored: never renumber.
enum class Holder : std::uint8_t { self = 1, guardian = 2, proxy = 3 };
WD_ENUM(Holder, (self, "本人", "The person"), (guardian, "监护人", "Guardian"),
        (proxy, "代办人", "Somebody acting for them"))

enum class RequestKind : std::uint8_t { correction = 1, copy = 2, objection = 3, deletion = 4 };
WD_ENUM(RequestKind, (correction, "改正", "Correct"), (copy, "要一份复印件", "Get a copy"),
        (objection, "不同意这样用", "Object"), (deletion, "删除", "Delete"))

enum class RequestWay : std::uint8_t { online = 1, paper = 2 };
WD_ENUM(RequestWay, (online, "网上", "Online"), (paper, "当面或纸上", "In person or on paper"))

enum class RequestState : std::uint8_t { open = 1, granted = 2, partly = 3, declined = 4 };
WD_ENUM(RequestState, (open, "待答复", "Open"), (granted, "已照办", "Done as asked"),
        (partly, "办了一部分", "Done in part"), (declined, "没有照办", "Not done"))

enum class Verdict : std::uint8_t { granted = 2, partly = 3, declined = 4 };
WD_ENUM(Verdict, (granted, "照办", "Do as asked"), (partly, "办一部分", "Do a part"),
        (declined, "不能照办", "Do not"))

// How somebody was told before their data were taken.
enum class NoticeWay : std::uint8_t { read_aloud = 1, shown = 2, paper = 3 };
WD_ENUM(NoticeWay, (read_aloud, "读给对方听了", "Read to them"),
        (shown, "给对方看了", "Shown to them"), (paper, "给了纸质的", "Given on paper"))

// ---- commands ----

struct MakeSlip {
  static constexpr std::string_view kType = "ledger.make_slip";
  SlipId slip;
  PersonId person;
  Holder holder = Holder::self;
};
WD_STRUCT(MakeSlip, (slip, "查阅条编号", "Slip id", "", "ledger"),
          (person, "人员", "Person", "", "ledger"), (holder, "交给谁", "Handed to", "", "ledger"))

// The answer to it, given once: the journal never holds it.
struct SlipCode {
  std::string slip_code;
  std::int64_t expires_at = 0;
};
WD_STRUCT(SlipCode, (slip_code, "查阅码", "Code of the slip", "", "ledger"),
          (expires_at, "有效期至", "Expires at", "unix_ms", "ledger"))

struct AskRequest {
  static constexpr std::string_view kType = "ledger.ask";
  RequestId request;
  PersonId person;
  RequestKind kind = RequestKind::correction;
  Holder holder = Holder::self;
  Text<500, 1> words;
};
WD_STRUCT(AskRequest, (request, "申请编号", "Request id", "", "ledger"),
          (person, "人员", "Person", "", "ledger"),
          (kind, "想要什么", "What is asked", "", "ledger"),
          (holder, "谁来办", "Who asks", "", "ledger"),
          (words, "具体要求", "In words", "", "ledger"))

struct AnswerRequest {
  static constexpr std::string_view kType = "ledger.answer";
  RequestId request;
  PersonId person;
  Verdict verdict = Verdict::granted;
  Text<500, 1> reason;
};
WD_STRUCT(AnswerRequest, (request, "申请", "Request", "", "ledger"),
          (person, "人员", "Person", "", "ledger"), (verdict, "怎么办", "Verdict", "", "ledger"),
          (reason, "答复和理由", "Answer and reason", "", "ledger"))

struct GiveNotice {
  static constexpr std::string_view kType = "ledger.give_notice";
  PersonId person;
  std::int64_t version = 0;
  NoticeWay way = NoticeWay::read_aloud;
  Holder holder = Holder::self;
};
WD_STRUCT(GiveNotice, (person, "人员", "Person", "", "ledger"),
          (version, "告知书第几版", "Version of the notice", "", "ledger"),
          (way, "怎么告知的", "How they were told", "", "ledger"),
          (holder, "告知了谁", "Who was told", "", "ledger"))

// ---- events ----

// The subject is the slip.
struct SlipMade {
  static constexpr std::string_view kType = "ledger.slip_made";
  static constexpr int kVersion = 1;
  PersonId person;
  Holder holder = Holder::self;
  std::int64_t expires_at = 0;
};
WD_DESCRIBE(SlipMade, person, holder, expires_at)

// The subject is the request.
struct RequestAsked {
  static constexpr std::string_view kType = "ledger.asked";
  static constexpr int kVersion = 1;
  PersonId person;
  RequestKind kind = RequestKind::correction;
  Holder holder = Holder::self;
  RequestWay way = RequestWay::paper;
  CivilDate due_on;  // that day included
};
WD_DESCRIBE(RequestAsked, person, kind, holder, way, due_on)

struct RequestAnswered {
  static constexpr std::string_view kType = "ledger.answered";
  static constexpr int kVersion = 1;
  PersonId person;
  Verdict verdict = Verdict::granted;
};
WD_DESCRIBE(RequestAnswered, person, verdict)

// The subject is the person.
struct NoticeGiven {
  static constexpr std::string_view kType = "ledger.notice_given";
  static constexpr int kVersion = 1;
  std::int64_t version = 0;
  NoticeWay way = NoticeWay::read_aloud;
  Holder holder = Holder::self;
};
WD_DESCRIBE(NoticeGiven, version, way, holder)

}  // namespace wangdi::ledger
