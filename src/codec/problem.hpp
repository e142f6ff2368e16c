// SPDX-License-Identifier: Apache-2.0
// The body of an error answer: problem+json of RFC 9457 with the number and name of the registry
// and one entry for each field. The same struct is sent and described in the OpenAPI document.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "codec/json.hpp"

namespace wangdi::codec {

struct ProblemField {
  std::string pointer;  // JSON pointer into the body; "/name" of a parameter for a query
  std::int32_t code = 0;
  std::string name;
  std::string title;
  std::string advice;
};
WD_STRUCT(ProblemField, (pointer, "位置", "Place", "", "api"), (code, "编号", "Number", "", "api"),
          (name, "名称", "Name", "", "api"), (title, "说明", "What happened", "", "api"),
          (advice, "怎么办", "What to do", "", "api"))

struct Problem {
  std::string type;  // "urn:wangdi:problem:<name>"
  std::string title;
  std::int32_t status = 500;
  std::string detail;  // what to do
  std::int32_t code = 0;
  std::string name;
  std::optional<std::string> instance;   // the request id
  std::optional<std::string> challenge;  // what a phone's own key is to sign, at a log-in
  std::vector<ProblemField> errors;
};
WD_STRUCT(Problem, (type, "种类", "Type", "", "api"), (title, "说明", "What happened", "", "api"),
          (status, "HTTP 状态", "HTTP status", "", "api"),
          (detail, "怎么办", "What to do", "", "api"), (code, "编号", "Number", "", "api"),
          (name, "名称", "Name", "", "api"), (instance, "请求编号", "Request id", "", "api"),
          (challenge, "要签的一次性数", "Challenge to sign", "", "api"),
          (errors, "各项", "Fields", "", "api"))

// The problem of an error in a language, its texts filled in; instance stays empty.
Problem problem_of(const Error& error, Language language);

}  // namespace wangdi::codec
