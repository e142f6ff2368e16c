// SPDX-License-Identifier: Apache-2.0
// Which row is in force, and what a wrong file is told.
#include "common/parameters/parameters.hpp"

#include <gtest/gtest.h>

namespace wangdi {
namespace {

constexpr std::string_view kHeader =
    "name,value,unit,scope,in_force_from,in_force_to,document,clause\n";

CivilDate day(std::string_view text) { return *CivilDate::parse(text); }
RegionCode region(std::string_view text) { return *RegionCode::parse(text); }

TEST(ParametersTest, the_shipped_files_are_whole_and_every_row_names_its_document) {
  const auto shipped = Parameters::shipped();
  ASSERT_TRUE(shipped) << shipped.error().details().front().value;
  EXPECT_EQ(*shipped->tenths("screening.temperature_alert_celsius", region("320508019044"),
                             day("2020-02-18")),
            373);
  for (const auto& row : shipped->rows()) EXPECT_FALSE(row.document.empty()) << row.name;
}

TEST(ParametersTest, the_narrowest_scope_in_force_on_the_day_counts) {
  Parameters parameters;
  ASSERT_TRUE(parameters.add_csv(std::string(kHeader) +
                                     "a.days,14,days,,2020-01-01,2020-03-31,doc,1\n"
                                     "a.days,21,days,,2020-04-01,,doc,2\n"
                                     "a.days,28,days,3205,2020-02-10,2020-02-20,doc,3\n",
                                 "test"));
  struct Case {
    const char* region;
    const char* day;
    std::int64_t value;
  };
  for (const auto& [code, date, value] : {Case{"320508", "2020-02-09", 14},
                                          {"320508", "2020-02-10", 28},
                                          {"320508", "2020-02-20", 28},
                                          {"320508", "2020-02-21", 14},
                                          {"32", "2020-02-15", 14},
                                          {"320508", "2020-04-01", 21}}) {
    EXPECT_EQ(*parameters.integer("a.days", region(code), day(date)), value) << code << date;
  }
  EXPECT_FALSE(parameters.integer("a.days", region("32"), day("2019-12-31")));
  EXPECT_FALSE(parameters.integer("b.days", region("32"), day("2020-02-15")));
}

TEST(ParametersTest, a_wrong_row_is_named_by_file_and_line) {
  for (const auto* row :
       {"a.days,x,days,,2020-01-01,,doc,1", "a.days,1.25,days,,2020-01-01,,doc,1",
        "a.days,14,,,2020-01-01,,doc,1", "a.days,14,days,99x,2020-01-01,,doc,1",
        "a.days,14,days,,2020-02-30,,doc,1", "a.days,14,days,,2020-02-01,2020-01-01,doc,1",
        "a.days,14,days,,2020-01-01,,,1", "a.days,--14,days,,2020-01-01,,doc,1",
        "a.days,922337203685477581,days,,2020-01-01,,doc,1", "days,14,days,,2020-01-01,,doc,1",
        "a.days,14"}) {
    Parameters parameters;
    const auto added = parameters.add_csv(std::string(kHeader) + row, "p.csv");
    ASSERT_FALSE(added) << row;
    EXPECT_NE(added.error().details().front().value.find("p.csv:2"), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace wangdi
