// SPDX-License-Identifier: Apache-2.0
// The schema of each kind of field, and the OpenAPI document with every command for the web.
#include "codec/schema.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "codec/openapi.hpp"
#include "codec/problem.hpp"
#include "codec/tests/sample.hpp"

namespace wangdi::sample::other {
struct Reading {
  bool taken;
};
WD_STRUCT(Reading, (taken, "量过", "Taken", "", "tests"))
struct Both {
  sample::Reading one;
  Reading two;
};
WD_STRUCT(Both, (one, "一", "One", "", "tests"), (two, "二", "Two", "", "tests"))
}  // namespace wangdi::sample::other

namespace wangdi::codec {
namespace {

namespace json = boost::json;
using sample::Sample;

json::value at(const json::value& whole, std::string_view pointer) {
  boost::json::error_code ec;
  const auto* found = whole.find_pointer({pointer.data(), pointer.size()}, ec);
  return found ? *found : json::value("nothing at " + std::string(pointer));
}

struct Expectation {
  std::string_view pointer;
  std::string_view schema;
};

TEST(Schema, says_of_each_kind_of_field_what_a_form_must_know) {
  const auto schema = json_schema<Sample>();
  const Expectation expectations[] = {
      {"/$schema", R"("https://json-schema.org/draft/2020-12/schema")"},
      {"/$ref", R"("#/$defs/Sample")"},
      {"/$defs/Sample/required", R"(["name"])"},
      {"/$defs/Sample/additionalProperties", "false"},
      {"/$defs/Sample/properties/name",
       R"({"type":"string","minLength":1,"maxLength":6,"x-trimmed":true,
           "x-errors":{"minLength":"field_missing","maxLength":"field_too_long"},
           "title":"姓名","x-title-en":"Name","x-purpose":"tests"})"},
      {"/$defs/Sample/properties/at",
       R"({"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991,
           "x-errors":{"range":"field_out_of_range"},
           "title":"时间","x-title-en":"Time","x-unit":"ms","x-purpose":"tests"})"},
      {"/$defs/Sample/properties/small/maximum", "255"},
      {"/$defs/Sample/properties/share/type", R"("number")"},
      {"/$defs/Sample/properties/urgent/type", R"("boolean")"},
      {"/$defs/Sample/properties/answer/$ref", R"("#/$defs/Answer")"},
      {"/$defs/Sample/properties/answer/title", R"("答复")"},
      {"/$defs/Answer",
       R"({"type":"string","enum":["yes","no","later"],"x-choices":[
           {"name":"yes","title":"是","title-en":"Yes"},
           {"name":"no","title":"否","title-en":"No"},
           {"name":"later","title":"以后","title-en":"Later"}],
           "x-errors":{"enum":"field_choice_unknown"}})"},
      {"/$defs/Celsius",
       R"({"type":"number","minimum":34,"maximum":42,"x-decimals":1,
           "x-errors":{"range":"temperature_out_of_range","decimals":"decimals_too_many"}})"},
      {"/$defs/CivilDate/format", R"("date")"},
      {"/$defs/Uuid/format", R"("uuid")"},
      {"/$defs/Mobile/pattern", R"("^1[3-9][0-9]{9}$")"},
      {"/$defs/IdNumber/x-check",
       R"({"weights":[7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2],"characters":"10X98765432",
           "date_at":6})"},
      {"/$defs/IdNumber/x-errors/check", R"("id_number_check")"},
      {"/$defs/Sample/properties/body",
       R"({"title":"内容","x-title-en":"Body","x-purpose":"tests"})"},
      {"/$defs/Sample/properties/answers/maxItems", "3"},
      {"/$defs/Sample/properties/answers/items/$ref", R"("#/$defs/Answer")"},
      {"/$defs/Sample/properties/first/$ref", R"("#/$defs/Reading")"},
      {"/$defs/Reading/required", R"(["temperature"])"},
  };
  for (const auto& [pointer, expected] : expectations) {
    EXPECT_EQ(at(schema, pointer), json::parse({expected.data(), expected.size()})) << pointer;
  }
}

TEST(Schema, a_second_struct_of_one_name_is_qualified) {
  const auto schema = json_schema<sample::other::Both>();
  EXPECT_EQ(at(schema, "/$defs/Both/properties/one/$ref"), json::value("#/$defs/Reading"));
  EXPECT_EQ(at(schema, "/$defs/Both/properties/two/$ref"),
            json::value("#/$defs/sample.other.Reading"));
  EXPECT_EQ(at(schema, "/$defs/sample.other.Reading/required"), json::parse(R"(["taken"])"));
}

TEST(OpenApi, describes_parameters_bodies_answers_and_errors) {
  ApiDescription api{.title = "Test", .version = "1", .description = "A test"};
  api.operations = {
      {.method = OperationMethod::get,
       .path = "/api/v1/things",
       .operation_id = "things",
       .tag = "tests",
       .summary_zh = "事",
       .summary_en = "Things",
       .roles = {"grid_worker"},
       .params = &type_info<sample::Filter>(),
       .view = &type_info<Sample>()},
      {.method = OperationMethod::post,
       .path = "/api/v1/things",
       .operation_id = "thing_file",
       .tag = "tests",
       .summary_zh = "表",
       .summary_en = "File",
       .logged_in = false,
       .writes = true,
       .body_media = "text/csv",
       .status = 204},
      {.method = OperationMethod::del,
       .path = "/api/v1/things/{region}",
       .operation_id = "thing_end",
       .tag = "tests",
       .summary_zh = "完",
       .summary_en = "End",
       .writes = true,
       .path_params = &type_info<sample::Filter>(),
       .status = 204},
  };
  constexpr std::array<std::string_view, 1> roles = {"grid_worker"};
  api.commands = {{"tests.sample", &type_info<Sample>(), roles}};
  const auto whole = json::parse(openapi(api));
  const Expectation expectations[] = {
      {"/openapi", R"("3.1.0")"},
      {"/paths/~1api~1v1~1things/get/parameters/0/name", R"("region")"},
      {"/paths/~1api~1v1~1things/get/parameters/0/required", "true"},
      {"/paths/~1api~1v1~1things/get/parameters/1/required", "false"},
      {"/paths/~1api~1v1~1things/get/parameters/1/schema/$ref",
       R"("#/components/schemas/CivilDate")"},
      {"/paths/~1api~1v1~1things/get/x-roles", R"(["grid_worker"])"},
      {"/paths/~1api~1v1~1things/get/responses/200/content/application~1json/schema",
       R"({"$ref":"#/components/schemas/Sample"})"},
      {"/paths/~1api~1v1~1things/get/responses/4XX",
       R"({"$ref":"#/components/responses/Problem"})"},
      {"/paths/~1api~1v1~1things/post/security", "[]"},
      {"/paths/~1api~1v1~1things/post/parameters/0/$ref", R"("#/components/parameters/CsrfToken")"},
      {"/paths/~1api~1v1~1things/post/requestBody/content/text~1csv/schema/format", R"("binary")"},
      {"/paths/~1api~1v1~1things/post/responses/204", R"({"description":"Done"})"},
      {"/paths/~1api~1v1~1things~1{region}/delete/parameters/0/in", R"("path")"},
      {"/paths/~1api~1v1~1things~1{region}/delete/parameters/0/name", R"("region")"},
      {"/components/schemas/Problem/properties/errors/items/$ref",
       R"("#/components/schemas/ProblemField")"},
      {"/components/schemas/Answer/x-choices/2",
       R"({"name":"later","title":"以后","title-en":"Later"})"},
      {"/x-commands/tests.sample",
       R"({"$ref":"#/components/schemas/Sample","x-roles":["grid_worker"]})"},
      {"/components/responses/Problem/content/application~1problem+json/schema/$ref",
       R"("#/components/schemas/Problem")"},
  };
  for (const auto& [pointer, expected] : expectations) {
    EXPECT_EQ(at(whole, pointer), json::parse({expected.data(), expected.size()})) << pointer;
  }
}

TEST(Problem, speaks_the_language_asked_for) {
  const auto found = decode<Sample>(R"({"name":"a","answer":"x","count":"y"})");
  ASSERT_FALSE(found);
  const auto zh = problem_of(found.error(), Language::kChinese);
  EXPECT_EQ(zh.title, "有 2 处要改");
  EXPECT_EQ(zh.type, "urn:wangdi:problem:invalid_fields");
  EXPECT_EQ(zh.status, 422);
  ASSERT_EQ(zh.errors.size(), 2u);
  EXPECT_EQ(zh.errors[0].pointer, "/answer");
  EXPECT_EQ(zh.errors[0].advice, "可选：是、否、以后");
  EXPECT_EQ(zh.errors[1].title, "填的不是整数");
  const auto en = problem_of(found.error(), Language::kEnglish);
  EXPECT_EQ(en.errors[0].advice, "Choose one of: Yes, No, Later");
  EXPECT_EQ(en.errors[1].title, "This is not a whole number");
  EXPECT_TRUE(decode<Problem>(encode(en)));
  EXPECT_EQ(en.challenge, std::nullopt);
}

TEST(Problem, tells_a_phone_what_to_sign) {
  const auto error =
      Error(ErrorCode::device_key_required).with(std::string(kChallengeDetail), "AbC-_9");
  EXPECT_EQ(problem_of(error, Language::kEnglish).challenge, "AbC-_9");
}

}  // namespace
}  // namespace wangdi::codec
