// SPDX-License-Identifier: Apache-2.0
// The decision about a request head.
#include "http/admission.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace wangdi::http {
namespace {

constexpr std::size_t kForeignIdBytesMin = 8;
constexpr std::size_t kForeignIdBytesMax = 64;

// A proxy's own request id is kept when it is harmless, so that both logs can be joined.
bool is_request_id(std::string_view id) {
  return id.size() >= kForeignIdBytesMin && id.size() <= kForeignIdBytesMax &&
         std::ranges::all_of(id, [](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
}

}  // namespace

std::string bytes_text(std::size_t bytes) {
  if (bytes >= (1u << 20)) return std::to_string(bytes >> 20) + " MB";
  if (bytes >= (1u << 10)) return std::to_string(bytes >> 10) + " KB";
  return std::to_string(bytes) + " B";
}

std::string RequestIds::next() {
  static constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  // splitmix64: a bijection of the counter, so no id repeats before 2^60 of them do by chance.
  std::uint64_t mixed = seed_ + ++count_ * 0x9E3779B97F4A7C15ull;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ull;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBull;
  mixed ^= mixed >> 31;
  std::string id;
  for (int place = 0; place < 12; ++place) {
    if (place == 4 || place == 8) id.push_back('-');
    id.push_back(kAlphabet[mixed & 31]);
    mixed >>= 5;
  }
  return id;
}

ClientMemory Admission::remember(const Address& peer) const {
  ClientMemory memory;
  memory.peer = peer;
  memory.peer_trusted = proxies_.trusts(peer);
  memory.client = peer.client();
  memory.client_text = memory.client.text();
  return memory;
}

void Admission::identify(Request& request, ClientMemory& memory) {
  request.request_id = ids_.next();
  request.client_is_loopback = memory.peer.is_loopback();
  const bool forwards = request.has_header("x-forwarded-for") || request.has_header("forwarded");
  if (memory.peer_trusted) {
    const auto hop = proxies_.client_of(memory.peer, request.header_all("x-forwarded-for"));
    if (hop.client() != memory.client) {
      memory.client = hop.client();
      memory.client_text = memory.client.text();
    }
    if (const auto id = request.header("x-request-id"); is_request_id(id)) request.request_id = id;
    request.secure = equals_ignoring_case(request.header("x-forwarded-proto"), "https");
    request.client_is_loopback = hop.is_loopback();
  } else if (forwards) {
    // A tunnel that nobody declared: whoever is behind it is not this machine.
    request.client_is_loopback = false;
  }
  request.client_address = memory.client_text;
  const auto wished = request.header("accept-language");
  if (wished != memory.accept_language) {
    memory.accept_language = wished;
    memory.language = language_of(request);
  }
}

Decision Admission::find(const RequestHead& head, Request& request) {
  Decision decision;
  auto match = router_.find(request.method, request.path);
  if (match.route != nullptr) {
    decision.log_route = match.route->path;
    const auto limit = match.route->body_bytes_max;
    if (head.content_length().value_or(0) > limit) {
      decision.refusal =
          problem(Error(ErrorCode::body_too_large).with("limit", bytes_text(limit)), request);
    } else {
      decision.route = match.route;
    }
    return decision;
  }
  const bool reads = request.method == Method::get || request.method == Method::head;
  const StaticFile* file = nullptr;
  if (files_ && match.allow.empty()) {
    file = files_->find(request.path);
    if (file == nullptr) file = files_->fallback(request);
  }
  if (file != nullptr && reads) {
    decision.file = file;
    decision.log_route = file->path;
    decision.choice = choose_form(*file, request);
    return decision;
  }
  if (file != nullptr) match.allow = "GET, HEAD";
  const bool wrong_method = !match.allow.empty();
  decision.refusal =
      problem(Error(wrong_method ? ErrorCode::method_not_allowed : ErrorCode::not_found), request);
  if (wrong_method) decision.refusal->header("Allow", match.allow);
  return decision;
}

Decision Admission::decide(RequestHead& head, ClientMemory& memory, std::int64_t now_ms) {
  auto& request = head.request();
  identify(request, memory);
  Decision decision;
  if (const int seconds = limiter_.wait_seconds(memory.client, now_ms); seconds > 0) {
    decision.rate_limited = true;
    decision.refusal = problem(
        Error(ErrorCode::too_many_requests).with("seconds", std::to_string(seconds)), request);
    return decision;
  }
  const bool reads = request.method == Method::get || request.method == Method::head;
  if (!reads && !origin_is_own(request)) {
    decision.refusal = problem(Error(ErrorCode::csrf_missing), request);
    return decision;
  }
  return find(head, request);
}

}  // namespace wangdi::http
