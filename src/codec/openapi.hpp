// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document of a list of operations. It knows nothing of the registry: whoever has
// operations (the bus, the session, the streams) hands them over as data. The web's types and field
// checks are generated from this one document: "x-commands" has the body of every command, the
// schemas have titles, choices, limits and the error of each limit.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.hpp"

namespace wangdi::codec {

enum class OperationMethod : std::uint8_t { get, post, put, del };

// Views borrow; they must outlive the call of openapi().
struct Operation {
  OperationMethod method = OperationMethod::get;
  std::string_view path;          // "/api/v1/screening/doors"
  std::string_view operation_id;  // unique, "screening_doors"
  std::string_view tag;           // the module
  std::string_view summary_zh;
  std::string_view summary_en;
  std::vector<std::string_view> roles = {};          // empty for every role
  bool logged_in = true;                             // needs the session cookie
  bool writes = false;                               // needs the X-CSRF-Token header
  const TypeInfo* params = nullptr;                  // query parameters, a flat struct
  const TypeInfo* path_params = nullptr;             // what stands in braces in the path
  const TypeInfo* body = nullptr;                    // JSON body
  std::string_view body_media = "application/json";  // another one means raw bytes
  const TypeInfo* view = nullptr;                    // JSON answer
  std::string_view view_media = "application/json";  // another one means raw bytes
  int status = 200;                                  // 204 has no content
  bool takes_token = false;                          // an API token does instead of the session
  std::string_view token_use = {};                   // which use the token has to have
};

// A command: its body travels in the envelope of a batch, so no path of its own tells of it.
struct CommandSchema {
  std::string_view type;  // "screening.record_visit"
  const TypeInfo* body;
  std::span<const std::string_view> roles;
  std::string_view token_use = {};  // of an API token that may send it; empty for none
};

struct ApiDescription {
  std::string_view title;
  std::string_view version;
  std::string_view description;
  std::vector<Operation> operations = {};
  std::vector<CommandSchema> commands = {};         // "x-commands": type -> body and roles
  std::vector<const TypeInfo*> further_types = {};  // components without path
};

// The document as JSON text, paths and components in order of their names. Two operations of one
// method and path, or of one id, are a programmer error and abort.
std::string openapi(const ApiDescription& api);

}  // namespace wangdi::codec
