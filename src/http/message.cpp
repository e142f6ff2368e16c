// SPDX-License-Identifier: Apache-2.0
// Request and Response: header storage, cookies, and the checked setter through which every header
// of an answer goes.
#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "base/text.hpp"
#include "http/characters.hpp"
#include "http/http.hpp"

namespace wangdi::http {
namespace {

constexpr std::size_t kHeaderValueBytesMax = 8 << 10;
constexpr std::size_t kFileNameBytesMax = 180;  // of UTF-8; percent-encoding triples it

// The server writes these itself; a handler that sets them could break framing or a policy.
constexpr std::array kServerHeaders = {
    std::string_view("connection"),
    std::string_view("content-length"),
    std::string_view("content-security-policy"),
    std::string_view("content-type"),
    std::string_view("date"),
    std::string_view("keep-alive"),
    std::string_view("strict-transport-security"),
    std::string_view("trailer"),
    std::string_view("transfer-encoding"),
    std::string_view("upgrade"),
    std::string_view("x-content-type-options"),
    std::string_view("x-request-id"),
};

// Up to `bytes_max` bytes of a valid text, cut at a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "OTHER";
  }
  return "OTHER";
}

std::string_view Request::name_of(const Field& field) const {
  return std::string_view(head_).substr(field.name_at, field.name_bytes);
}

std::string_view Request::value_of(const Field& field) const {
  return std::string_view(head_).substr(field.value_at, field.value_bytes);
}

Request& Request::add_header(std::string_view name, std::string_view value) {
  if (fields_.empty()) {
    head_.reserve(512);
    fields_.reserve(16);
  }
  Field field{};
  field.name_at = static_cast<std::uint32_t>(head_.size());
  field.name_bytes = static_cast<std::uint32_t>(name.size());
  for (const char c : name) head_.push_back(lower(c));
  field.value_at = static_cast<std::uint32_t>(head_.size());
  field.value_bytes = static_cast<std::uint32_t>(value.size());
  head_.append(value);
  fields_.push_back(field);
  return *this;
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& field : fields_) {
    if (name_of(field) == name) return value_of(field);
  }
  return {};
}

bool Request::has_header(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const Field& field) { return name_of(field) == name; });
}

std::string Request::header_all(std::string_view name) const {
  std::string all;
  for (const auto& field : fields_) {
    if (name_of(field) != name) continue;
    if (!all.empty()) all.append(", ");
    all.append(value_of(field));
  }
  return all;
}

std::string_view Request::cookie(std::string_view name) const {
  std::string_view found;
  int times = 0;
  for (const auto& field : fields_) {
    if (name_of(field) != "cookie") continue;
    auto rest = value_of(field);
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const auto pair = trim_blanks(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      found = pair.substr(equals + 1);
      ++times;
    }
  }
  return times == 1 ? found : std::string_view{};
}

Response Response::json(int status, std::string body) {
  Response response(status);
  response.body("application/json", std::move(body));
  return response;
}

Response& Response::header(std::string_view name, std::string_view value) {
  std::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), lower);
  if (!is_token(lowered) || !is_header_value(value) || value.size() > kHeaderValueBytesMax ||
      std::ranges::find(kServerHeaders, lowered) != kServerHeaders.end()) {
    valid_ = false;
    return *this;
  }
  headers_.emplace_back(std::move(lowered), value);
  return *this;
}

Response& Response::body(std::string content_type, std::string bytes) {
  if (!is_header_value(content_type)) {
    valid_ = false;
    return *this;
  }
  content_type_ = std::move(content_type);
  body_ = std::move(bytes);
  return *this;
}

Response& Response::attachment(std::string_view file_name) {
  std::string ascii;
  std::string encoded;
  const bool readable = text::is_valid_utf8(file_name) && !file_name.empty();
  for (const char c : readable ? cut_utf8(file_name, kFileNameBytesMax) : "download") {
    const bool plain = is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_';
    ascii.push_back(plain ? c : '_');
    if (plain) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]});
    }
  }
  return header("Content-Disposition",
                "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded);
}

}  // namespace wangdi::http
