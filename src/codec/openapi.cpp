// SPDX-License-Identifier: Apache-2.0
// ApiDescription -> OpenAPI 3.1.
#include "codec/openapi.hpp"

#include <boost/json.hpp>
#include <map>
#include <set>

#include "codec/problem.hpp"
#include "codec/schema.hpp"

namespace wangdi::codec {
namespace {

namespace json = boost::json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblemJson = "application/problem+json";

json::string text(std::string_view from) { return json::string(from.data(), from.size()); }
json::string_view key(std::string_view from) { return {from.data(), from.size()}; }

std::string_view word(OperationMethod method) {
  switch (method) {
    case OperationMethod::get:
      return "get";
    case OperationMethod::post:
      return "post";
    case OperationMethod::put:
      return "put";
    case OperationMethod::del:
      return "delete";
  }
  return {};
}

// The media object of JSON of a type, or of bytes.
json::object content(std::string_view media, const TypeInfo* type, SchemaSet& schemas) {
  json::object one;
  if (type && media == kJson) {
    one["schema"] = schemas.of(*type);
  } else {
    one["schema"] = json::object{{"type", "string"}, {"format", "binary"}};
  }
  json::object all;
  all[key(media)] = std::move(one);
  return all;
}

json::array parameters(const Operation& operation, SchemaSet& schemas) {
  json::array all;
  if (operation.params) {
    for (const auto& field : operation.params->fields) {
      json::object one = {{"name", text(field.name)},
                          {"in", "query"},
                          {"required", field.type->required},
                          {"schema", schemas.of(field)}};
      if (!field.title_en.empty()) one["description"] = text(field.title_en);
      all.push_back(std::move(one));
    }
  }
  if (operation.writes) {
    all.push_back(json::object{{"$ref", "#/components/parameters/CsrfToken"}});
  }
  return all;
}

json::object responses(const Operation& operation, SchemaSet& schemas) {
  json::object done = {{"description", operation.status == 204 ? "Done" : "The answer"}};
  const bool has_content = operation.view || operation.view_media != kJson;
  if (operation.status != 204 && has_content) {
    done["content"] = content(operation.view_media, operation.view, schemas);
  }
  json::object all;
  all[std::to_string(operation.status)] = std::move(done);
  all["4XX"] = json::object{{"$ref", "#/components/responses/Problem"}};
  all["5XX"] = json::object{{"$ref", "#/components/responses/Problem"}};
  return all;
}

json::object describe(const Operation& operation, SchemaSet& schemas) {
  json::object one = {{"operationId", text(operation.operation_id)},
                      {"tags", json::array{text(operation.tag)}},
                      {"summary", text(operation.summary_en)},
                      {"x-summary-zh", text(operation.summary_zh)}};
  if (!operation.logged_in) one["security"] = json::array();
  if (!operation.roles.empty()) {
    json::array roles;
    for (const auto role : operation.roles) roles.push_back(text(role));
    one["x-roles"] = std::move(roles);
  }
  if (auto all = parameters(operation, schemas); !all.empty()) one["parameters"] = std::move(all);
  if (operation.body || operation.body_media != kJson) {
    one["requestBody"] = json::object{
        {"required", true}, {"content", content(operation.body_media, operation.body, schemas)}};
  }
  one["responses"] = responses(operation, schemas);
  return one;
}

// What a batch of commands may carry: the envelope's schema cannot say which body fits which type.
json::object command_bodies(const ApiDescription& api, SchemaSet& schemas) {
  json::object all;
  for (const auto& command : api.commands) {
    auto one = schemas.of(*command.body);
    json::array roles;
    for (const auto role : command.roles) roles.push_back(text(role));
    one["x-roles"] = std::move(roles);
    all[key(command.type)] = std::move(one);
  }
  return all;
}

json::object components(SchemaSet& schemas) {
  auto problem = schemas.of(type_info<Problem>());
  json::object problem_content;
  problem_content[key(kProblemJson)] = json::object{{"schema", std::move(problem)}};
  return {
      {"securitySchemes",
       {{"session",
         {{"type", "apiKey"},
          {"in", "cookie"},
          {"name", "__Host-wangdi"},
          {"description", "Set by POST /api/v1/session; named wangdi on plain-http loopback"}}}}},
      {"parameters",
       {{"CsrfToken",
         {{"name", "X-CSRF-Token"},
          {"in", "header"},
          {"required", true},
          {"description", "The csrf value of the session"},
          {"schema", {{"type", "string"}}}}}}},
      {"responses",
       {{"Problem",
         {{"description", "What happened and what to do, in the language asked for"},
          {"content", std::move(problem_content)}}}}},
      {"schemas", schemas.definitions()}};
}

}  // namespace

std::string openapi(const ApiDescription& api) {
  SchemaSet schemas("#/components/schemas/");
  std::map<std::string_view, std::map<std::string_view, json::object>> paths;
  std::set<std::string_view> ids, tags;
  for (const auto& operation : api.operations) {
    WD_ASSERT(ids.insert(operation.operation_id).second);
    tags.insert(operation.tag);
    auto& slot = paths[operation.path][word(operation.method)];
    WD_ASSERT(slot.empty());
    slot = describe(operation, schemas);
  }
  for (const auto* type : api.further_types) schemas.of(*type);
  auto commands = command_bodies(api, schemas);

  json::object all_paths;
  for (auto& [path, methods] : paths) {
    json::object one;
    for (auto& [method, operation] : methods) one[key(method)] = std::move(operation);
    all_paths[key(path)] = std::move(one);
  }
  json::array all_tags;
  for (const auto tag : tags) {
    all_tags.push_back(json::object{
        {"name", text(tag)},
        {"description", json::string("What the room " + std::string(tag) + " offers")}});
  }
  const json::object document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", text(api.title)},
        {"version", text(api.version)},
        {"description", text(api.description)},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", json::array{json::object{{"url", "/"}}}},
      {"security", json::array{json::object{{"session", json::array()}}}},
      {"tags", std::move(all_tags)},
      {"paths", std::move(all_paths)},
      {"x-commands", std::move(commands)},
      {"components", components(schemas)}};
  return json::serialize(document);
}

}  // namespace wangdi::codec
