// SPDX-License-Identifier: Apache-2.0
// The error registry and the Error value. Every error a person can meet has a stable number, an
// HTTP status, a title (what happened) and an advice (what to do) in Chinese and English. Numbers
// are never reused: a retired one stays in errors.def. Texts hold {placeholders} filled from
// details.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wangdi {

enum class ErrorCode : std::uint16_t {
#define WD_ERROR(number, name, status, title_zh, advice_zh, title_en, advice_en) name = number,
#include "base/errors.def"
#undef WD_ERROR
};

enum class Language : std::uint8_t { kChinese = 0, kEnglish = 1 };

struct ErrorEntry {
  ErrorCode code;
  std::string_view name;  // stable slug, the last part of the problem type URI
  int http_status;
  std::string_view title[2];   // indexed by Language
  std::string_view advice[2];  // indexed by Language
};

// All entries, ordered by number.
std::span<const ErrorEntry> error_registry();
// The entry of a code; a code outside the registry is a programmer error and aborts.
const ErrorEntry& error_entry(ErrorCode code);
// Replaces each {name} of a registry text by the detail of that name; an unknown name stays.
struct ErrorDetail {
  std::string name;
  std::string value;  // never a personal value: errors travel to logs and screens
};
std::string fill_text(std::string_view text, std::span<const ErrorDetail> details);

// The detail that travels as a member of its own: it is no text for people.
inline constexpr std::string_view kChallengeDetail = "challenge";

// One field of a form or body that cannot be accepted. `pointer` is a JSON pointer into the body.
struct FieldError {
  std::string pointer;
  ErrorCode code;
  std::vector<ErrorDetail> details;
};

class Error {
 public:
  explicit Error(ErrorCode code) : code_(code) {}
  Error(ErrorCode code, std::vector<ErrorDetail> details)
      : code_(code), details_(std::move(details)) {}

  ErrorCode code() const { return code_; }
  const std::vector<ErrorDetail>& details() const { return details_; }
  const std::vector<FieldError>& fields() const { return fields_; }
  // For the log only; never sent to a client. Must hold no personal value either.
  const std::string& cause() const { return cause_; }

  Error&& with(std::string name, std::string value) && {
    details_.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
  Error&& because(std::string cause) && {
    cause_ = std::move(cause);
    return std::move(*this);
  }
  Error&& at(std::string pointer, ErrorCode code, std::vector<ErrorDetail> details = {}) && {
    fields_.push_back({std::move(pointer), code, std::move(details)});
    return std::move(*this);
  }
  void add_field(FieldError field) { fields_.push_back(std::move(field)); }

 private:
  ErrorCode code_;
  std::vector<ErrorDetail> details_;
  std::vector<FieldError> fields_;
  std::string cause_;
};

}  // namespace wangdi
