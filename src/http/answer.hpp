// SPDX-License-Identifier: Apache-2.0
// The bytes of an answer: one string for head and small bodies, the fixed security headers on each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/civil_date.hpp"
#include "http/http.hpp"
#include "http/static_files.hpp"

namespace wangdi::http {

// IMF-fixdate, e.g. "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(UnixMs at);

struct AnswerContext {
  std::string_view date;
  std::string_view request_id;
  bool api = false;           // path below /api/: never stored, a policy that allows nothing
  bool secure = false;        // adds Strict-Transport-Security
  bool close = false;         // the connection ends after this answer
  bool http_1_0 = false;      // needs "keep-alive" spelled out
  bool without_body = false;  // answer to HEAD
};

// Head plus body to write. Small bodies are copied behind the head, so that one write sends all;
// `tail` is what still follows, held by `owned` or by the static file.
struct Answer {
  std::string head;
  std::string owned;
  std::string_view tail;
  int status = 0;
  std::uint64_t body_bytes = 0;
};

// An invalid Response (refused header) becomes a plain 500 without its body.
Answer make_answer(Response response, const AnswerContext& context);
Answer make_static_answer(const StaticFile& file, const StaticChoice& choice,
                          const AnswerContext& context);
// Head of an event stream; it has no length and ends with the connection.
Answer make_stream_answer(const AnswerContext& context);

// One event as text/event-stream. A line break or NUL in `event` or `id` drops that field.
std::string format_event(std::string_view event, std::string_view id, std::string_view data);

}  // namespace wangdi::http
