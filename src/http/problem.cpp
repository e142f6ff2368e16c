// SPDX-License-Identifier: Apache-2.0
// Errors as problem+json, the language a request asks for, and the check of its Origin.
#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "http/characters.hpp"
#include "http/http.hpp"
#include "http/json_text.hpp"

namespace wangdi::http {
namespace {

constexpr std::string_view kProblemType = "urn:wangdi:problem:";
constexpr int kLanguagesMax = 16;

struct Wish {
  std::string_view language;
  double weight = 1;
};

Wish parse_wish(std::string_view item) {
  const auto semicolon = item.find(';');
  Wish wish{trim_blanks(item.substr(0, semicolon))};
  if (semicolon == std::string_view::npos) return wish;
  const auto parameter = trim_blanks(item.substr(semicolon + 1));
  if (parameter.substr(0, 2) != "q=") return wish;
  const auto number = parameter.substr(2);
  if (std::from_chars(number.data(), number.data() + number.size(), wish.weight).ec !=
      std::errc{}) {
    wish.weight = 0;
  }
  return wish;
}

bool is_language(std::string_view tag, std::string_view primary) {
  return equals_ignoring_case(tag.substr(0, 2), primary) && (tag.size() == 2 || tag[2] == '-');
}

void append_field(const FieldError& field, std::size_t language, std::string& out) {
  const auto& entry = error_entry(field.code);
  out.append("{\"pointer\":");
  append_json_text(field.pointer, out);
  out.append(",\"code\":").append(std::to_string(static_cast<int>(field.code)));
  out.append(",\"name\":");
  append_json_text(entry.name, out);
  out.append(",\"title\":");
  append_json_text(fill_text(entry.title[language], field.details), out);
  out.append(",\"advice\":");
  append_json_text(fill_text(entry.advice[language], field.details), out);
  out.push_back('}');
}

// host[:port] in lower case without the port that the scheme implies.
std::string authority_of(std::string_view text, std::string_view default_port) {
  std::string authority(text);
  std::ranges::transform(authority, authority.begin(), lower);
  if (authority.ends_with(default_port)) authority.resize(authority.size() - default_port.size());
  return authority;
}

}  // namespace

void append_json_text(std::string_view text, std::string& out) {
  const bool valid = text::is_valid_utf8(text);
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20) {
      out.append("\\u00").append({kHexDigits[byte >> 4], kHexDigits[byte & 15]});
    } else {
      out.push_back(!valid && byte >= 0x80 ? '?' : c);
    }
  }
  out.push_back('"');
}

Language language_of(const Request& request) {
  double best[2] = {-1, -1};
  int place[2] = {0, 0};
  int index = 0;
  for (const auto item : text::split(request.header("accept-language"), ',')) {
    if (++index > kLanguagesMax) break;
    const auto wish = parse_wish(trim_blanks(item));
    const int which = is_language(wish.language, "zh")   ? 0
                      : is_language(wish.language, "en") ? 1
                                                         : -1;
    if (which < 0 || wish.weight <= best[which]) continue;
    best[which] = wish.weight;
    place[which] = index;
  }
  if (best[1] <= 0) return Language::kChinese;
  const bool english = best[1] > best[0] || (best[1] == best[0] && place[1] < place[0]);
  return english ? Language::kEnglish : Language::kChinese;
}

Response problem(const Error& error, const Request& request) {
  return problem(error, language_of(request), request.request_id);
}

Response problem(const Error& error, Language language, std::string_view request_id) {
  const auto at = static_cast<std::size_t>(language);
  const auto& entry = error_entry(error.code());
  std::string out;
  out.reserve(512);
  out.append("{\"type\":\"").append(kProblemType).append(entry.name);
  out.append("\",\"title\":");
  append_json_text(fill_text(entry.title[at], error.details()), out);
  out.append(",\"status\":").append(std::to_string(entry.http_status));
  out.append(",\"detail\":");
  append_json_text(fill_text(entry.advice[at], error.details()), out);
  out.append(",\"code\":").append(std::to_string(static_cast<int>(error.code())));
  out.append(",\"name\":");
  append_json_text(entry.name, out);
  out.append(",\"instance\":");
  append_json_text(request_id, out);
  const auto challenge = std::ranges::find(error.details(), kChallengeDetail, &ErrorDetail::name);
  if (challenge != error.details().end()) {
    out.append(",\"challenge\":");
    append_json_text(challenge->value, out);
  }
  if (!error.fields().empty()) {
    out.append(",\"errors\":[");
    for (const auto& field : error.fields()) {
      if (out.back() != '[') out.push_back(',');
      append_field(field, at, out);
    }
    out.push_back(']');
  }
  out.push_back('}');

  Response response(entry.http_status);
  response.header("Content-Language", language == Language::kEnglish ? "en" : "zh-CN");
  const auto seconds = std::ranges::find(error.details(), "seconds", &ErrorDetail::name);
  if (seconds != error.details().end() && !seconds->value.empty() &&
      std::ranges::all_of(seconds->value, is_digit)) {
    response.header("Retry-After", seconds->value);
  }
  response.body("application/problem+json", std::move(out));
  return response;
}

bool origin_is_own(const Request& request) {
  if (!request.has_header("origin")) return true;
  const auto origin = request.header_all("origin");
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string::npos) return false;
  const auto scheme = std::string_view(origin).substr(0, scheme_end);
  const std::string_view default_port = scheme == "https" ? ":443" : ":80";
  if (scheme != "https" && scheme != "http") return false;
  return authority_of(std::string_view(origin).substr(scheme_end + 3), default_port) ==
         authority_of(request.header("host"), default_port);
}

}  // namespace wangdi::http
