// SPDX-License-Identifier: Apache-2.0
// What /metrics tells of a running service.
#include "app/metrics.hpp"
#include "app/server.hpp"

namespace wangdi::app {
namespace {

Metric counter(std::string_view name, std::string_view help, std::uint64_t value) {
  return {name, help, MetricType::counter, {{static_cast<double>(value)}}};
}
Metric gauge(std::string_view name, std::string_view help, std::uint64_t value) {
  return {name, help, MetricType::gauge, {{static_cast<double>(value)}}};
}

void add_http(const http::Counters& http, std::vector<Metric>& all) {
  all.push_back(counter("wangdi_http_requests_total", "Requests received", http.requests));
  const auto answered = [](std::uint64_t count, std::string status) {
    return MetricSample{static_cast<double>(count), {{"class", std::move(status)}}};
  };
  all.push_back({"wangdi_http_answers_total",
                 "Answers by class of status",
                 MetricType::counter,
                 {answered(http.answers_2xx, "2xx"), answered(http.answers_3xx, "3xx"),
                  answered(http.answers_4xx, "4xx"), answered(http.answers_5xx, "5xx")}});
  all.push_back(gauge("wangdi_http_connections", "Connections open", http.connections_open));
  all.push_back(gauge("wangdi_http_streams", "Live streams open", http.streams_open));
  all.push_back(counter("wangdi_http_connections_refused_total", "Connections over a limit",
                        http.connections_refused));
  all.push_back(
      counter("wangdi_http_rate_limited_total", "Requests over the rate", http.rate_limited));
  all.push_back(
      counter("wangdi_http_malformed_total", "Requests that could not be read", http.malformed));
  all.push_back(counter("wangdi_tls_handshakes_failed_total", "TLS handshakes that failed",
                        http.handshakes_failed));
  all.push_back(counter("wangdi_http_deadlines_total", "Requests and answers that took too long",
                        http.deadlines_passed));
}

void add_writer(const bus::Writer& writer, std::vector<Metric>& all) {
  const auto& counters = writer.counters();
  const auto result = [](const std::atomic<std::uint64_t>& count, std::string status) {
    return MetricSample{static_cast<double>(count.load()), {{"result", std::move(status)}}};
  };
  all.push_back({"wangdi_commands_total",
                 "Commands by result",
                 MetricType::counter,
                 {result(counters.applied, "applied"), result(counters.duplicates, "duplicate"),
                  result(counters.conflicts, "conflict"), result(counters.held, "held"),
                  result(counters.refused, "refused")}});
  all.push_back(
      counter("wangdi_write_batches_total", "Transactions of the writer", counters.batches.load()));
  all.push_back(counter("wangdi_write_batches_failed_total", "Transactions that were undone",
                        counters.failed_batches.load()));
  all.push_back(gauge("wangdi_write_queue", "Commands and jobs waiting", writer.waiting()));
}

void add_guard(Guard& guard, std::vector<Metric>& all) {
  const auto& counters = guard.counters();
  all.push_back(gauge("wangdi_journal_alarm",
                      "1: records are missing or changed, the server is read-only",
                      guard.is_alarmed() ? 1 : 0));
  all.push_back(counter("wangdi_anchors_written_total", "Times the anchor file was written",
                        counters.anchors_written.load()));
  all.push_back(counter("wangdi_anchors_failed_total", "Times it could not be written",
                        counters.anchors_failed.load()));
  all.push_back(counter("wangdi_claims_unproven_total",
                        "Positions above the journal that devices claimed without proof",
                        counters.claims_unproven.load()));
}

void add_keys(const KeyKeeper& keeper, std::vector<Metric>& all) {
  all.push_back(gauge("wangdi_keys_copy", "1: a second copy of the keys is configured",
                      keeper.has_copy() ? 1 : 0));
  all.push_back(gauge("wangdi_keys_copy_lost",
                      "1: the second copy of the keys is lost or cannot be written",
                      keeper.is_copy_lost() ? 1 : 0));
  all.push_back(gauge("wangdi_keys_epoch_late",
                      "1: the nightly epoch is a day late, old copies still open what was erased",
                      keeper.is_epoch_late() ? 1 : 0));
  all.push_back(
      counter("wangdi_keys_epochs_total", "Epochs of the keys that began", keeper.epochs()));
}

void add_judge(const CaseJudge& judge, std::vector<Metric>& all) {
  all.push_back(counter("wangdi_audit_days_judged_total",
                        "Days of districts whose access log was judged", judge.days()));
  all.push_back(counter("wangdi_audit_cases_total",
                        "Cases that were opened for the auditor, or went on", judge.cases()));
  all.push_back(gauge("wangdi_audit_judge_failing", "1: the access log cannot be judged",
                      judge.is_failing() ? 1 : 0));
}

void add_log_copy(const LogCopy& copy, std::vector<Metric>& all) {
  all.push_back(gauge("wangdi_log_copy_age_seconds",
                      "Since everything of the access log stood in its copy",
                      static_cast<std::uint64_t>(copy.age_seconds())));
  all.push_back(gauge("wangdi_log_copy_differs", "1: the access log does not fit its copy",
                      copy.differs() ? 1 : 0));
  all.push_back(counter("wangdi_log_copy_lines_total", "Lines copied", copy.lines()));
  all.push_back(counter("wangdi_log_copy_failed_total", "Passes of the copy that failed",
                        copy.passes_failed()));
}

}  // namespace

std::string Service::metrics() const {
  std::vector<Metric> all;
  add_http(server_->counters(), all);
  add_writer(runtime_.writer(), all);
  add_guard(runtime_.guard(), all);
  add_keys(*keeper_, all);
  if (log_copy_) add_log_copy(*log_copy_, all);
  add_judge(*case_judge_, all);
  all.push_back(counter("wangdi_log_lines_lost_total", "Log lines that could not be written",
                        log_.lines_lost()));
  if (certificate_) {
    all.push_back(gauge("wangdi_tls_certificate_end_seconds",
                        "When the certificate ends, in seconds since 1970",
                        static_cast<std::uint64_t>(certificate_->ends_at() / 1'000)));
  }
  return render_metrics(all);
}

}  // namespace wangdi::app
