// SPDX-License-Identifier: Apache-2.0
// What officers see of retention: the rules, what dies in the days to come, the certificates.
#pragma once

#include <optional>

#include "base/limits.hpp"
#include "codec/json.hpp"
#include "modules/retention/rules.hpp"
#include "types/list.hpp"
#include "types/region_code.hpp"

namespace wangdi::retention {

struct PreviewParams {
  RegionCode region;
};
WD_STRUCT(PreviewParams, (region, "辖区", "Region", "", "retention"))

struct RuleView {
  Rule rule{};
  std::optional<std::int64_t> days;  // nothing: the night after
  std::string document;
  std::string clause;
};
WD_STRUCT(RuleView, (rule, "规则", "Rule", "", "retention"),
          (days, "保存天数", "Kept for", "days", "retention"),
          (document, "依据", "Document", "", "retention"),
          (clause, "条款", "Clause", "", "retention"))

struct DueView {
  Rule rule{};
  CivilDate day;
  std::int64_t records = 0;
};
WD_STRUCT(DueView, (rule, "规则", "Rule", "", "retention"),
          (day, "哪天夜里", "In the night of", "", "retention"),
          (records, "多少条", "Records", "records", "retention"))

inline constexpr std::size_t kRulesMost = 8;
static_assert(kRules.size() <= kRulesMost);
inline constexpr std::size_t kDueMost = kRulesMost * kDaysAhead;
// Counts only: no household and no person.
struct PreviewView {
  std::optional<std::int64_t> counted_at;  // nothing: no night has counted yet
  CivilDate from;                          // the first of the days shown
  CivilDate until;
  List<DueView, kDueMost> rows;
  std::int64_t erased = 0;        // people of the district erased since the night
  std::int64_t erased_doors = 0;  // and households
  std::int64_t held = 0;          // households of the district that are not destroyed
  List<RuleView, kRulesMost> rules;
};
WD_STRUCT(PreviewView, (counted_at, "什么时候数的", "Counted at", "unix_ms", "retention"),
          (from, "从哪天", "From", "", "retention"), (until, "到哪天", "Until", "", "retention"),
          (rows, "将销毁的", "What dies", "", "retention"),
          (erased, "今天删除的人", "Persons erased since", "persons", "retention"),
          (erased_doors, "今天删除的户", "Households erased since", "households", "retention"),
          (held, "依法留存的户", "Households held", "households", "retention"),
          (rules, "规则", "Rules", "", "retention"))

struct CertificatesParams {
  RegionCode region;
  std::optional<std::int64_t> before;
};
WD_STRUCT(CertificatesParams, (region, "辖区", "Region", "", "retention"),
          (before, "从哪张之前", "Before this one", "", "retention"))

struct CertificateView {
  std::string name;  // of its two files
  std::int64_t sequence = 0;
  std::int64_t recorded_at = 0;
  std::optional<Rule> rule;
  std::int64_t records = 0;
  std::string statement;
  std::string signature;
};
WD_STRUCT(CertificateView, (name, "文件名", "Name of its files", "", "retention"),
          (sequence, "序号", "Sequence", "", "retention"),
          (recorded_at, "什么时候销毁的", "Destroyed at", "unix_ms", "retention"),
          (rule, "规则", "Rule", "", "retention"),
          (records, "多少条", "Records", "records", "retention"),
          (statement, "证明原文", "Text of the certificate", "", "retention"),
          (signature, "签名（Base64）", "Signature, base64", "", "retention"))

// Of the whole district, the latest first.
inline constexpr std::size_t kCertificatesAtOnce = 50;
struct CertificatesView {
  List<CertificateView, kCertificatesAtOnce> rows;
  std::optional<std::int64_t> next;
  std::string public_key;  // PEM, as openssl takes it
};
WD_STRUCT(CertificatesView, (rows, "证明", "Certificates", "", "retention"),
          (next, "下一页从哪张之前", "Next page before", "", "retention"),
          (public_key, "公钥（PEM）", "Public key, PEM", "", "retention"))

}  // namespace wangdi::retention
