// SPDX-License-Identifier: Apache-2.0
// ApiDescription -> OpenAPI 3.1.
#include "codec/openapi.hpp"

#include <algorithm>
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

void add_parameters(const TypeInfo* type, std::string_view place, SchemaSet& schemas,
                    json::array& all) {
  if (type == nullptr) return;
  for (const auto& field : type->fields) {
    json::object one = {{"name", text(field.name)},
                        {"in", text(place)},
                        {"required", field.type->required},
                        {"schema", schemas.of(field)}};
    if (!field.title_en.empty()) one["description"] = text(field.title_en);
    all.push_back(std::move(one));
  }
}

json::array parameters(const Operation& operation, SchemaSet& schemas) {
  json::array all;
  add_parameters(operation.path_params, "path", schemas, all);
  add_parameters(operation.params, "query", schemas, all);
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
  if (operation.takes_token) {
    one["security"] = json::array{json::object{{"session", json::array()}},
                                  json::object{{"token", json::array()}}};
  }
  if (!operation.token_use.empty()) one["x-token-use"] = text(operation.token_use);
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
    if (!command.token_use.empty()) one["x-token-use"] = text(command.token_use);
    all[key(command.type)] = std::move(one);
  }
  return all;
}

// Names of the definitions that a part of the document leads to, those of their members included.
void collect_references(const json::value& part, const json::object& definitions,
                        std::set<std::string, std::less<>>& found) {
  std::vector<const json::value*> open = {&part};
  while (!open.empty()) {
    const auto* value = open.back();
    open.pop_back();
    if (const auto* list = value->if_array()) {
      for (const auto& item : *list) open.push_back(&item);
    }
    const auto* object = value->if_object();
    if (object == nullptr) continue;
    for (const auto& [name, member] : *object) {
      if (name != "$ref") {
        open.push_back(&member);
        continue;
      }
      const std::string_view target(member.as_string().data(), member.as_string().size());
      const std::string definition(target.substr(target.rfind('/') + 1));
      if (!definitions.contains(definition) || !found.insert(definition).second) continue;
      open.push_back(&definitions.at(definition));
    }
  }
}

// A list that is left out of a request is an empty one; an answer always has its lists. So lists
// are required in what only answers hold.
void require_lists_of_answers(const json::object& paths, const json::object& commands,
                              json::object& definitions) {
  // A problem without fields leaves its list out.
  std::set<std::string, std::less<>> asked = {"Problem"};
  collect_references(commands, definitions, asked);
  for (const auto& path : paths) {
    for (const auto& method : path.value().as_object()) {
      if (const auto* body = method.value().as_object().if_contains("requestBody")) {
        collect_references(*body, definitions, asked);
      }
    }
  }
  for (auto& [name, definition] : definitions) {
    auto* properties = definition.as_object().if_contains("properties");
    if (properties == nullptr || asked.contains(std::string_view(name.data(), name.size()))) {
      continue;
    }
    json::array required;
    if (const auto* known = definition.as_object().if_contains("required")) {
      required = known->as_array();
    }
    for (const auto& [member, schema] : properties->as_object()) {
      const auto* type = schema.as_object().if_contains("type");
      if (type == nullptr || *type != "array") continue;
      if (std::ranges::find(required, json::value(member)) == required.end()) {
        required.emplace_back(member);
      }
    }
    if (!required.empty()) definition.as_object()["required"] = std::move(required);
  }
}

json::object components(SchemaSet& schemas) {
  auto problem = schemas.of(type_info<Problem>());
  json::object problem_content;
  problem_content[key(kProblemJson)] = json::object{{"schema", std::move(problem)}};
  return {{"securitySchemes",
           {{"session",
             {{"type", "apiKey"},
              {"in", "cookie"},
              {"name", "__Host-wangdi"},
              {"description", "Set by POST /api/v1/session; named wangdi on plain-http loopback"}}},
            {"token",
             {{"type", "http"},
              {"scheme", "bearer"},
              {"description",
               "An API token of an officer, for programs; without cookie and CSRF token"}}}}},
          {"parameters",
           {{"CsrfToken",
             {{"name", "X-CSRF-Token"},
              {"in", "header"},
              {"required", true},
              {"description", "The csrf value of the session; not with an API token"},
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
  auto parts = components(schemas);
  require_lists_of_answers(all_paths, commands, parts["schemas"].as_object());
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
      {"components", std::move(parts)}};
  return json::serialize(document);
}

}  // namespace wangdi::codec
