// SPDX-License-Identifier: Apache-2.0
// What leaves as a file: masked, with a purpose, logged before, marked, and never a formula.
#include "common/sheet/archive.hpp"
#include "modules/residents/export.hpp"
#include "modules/residents/tests/roster_fixture.hpp"

namespace wangdi::residents {
namespace {

class Exporting : public Importing {
 protected:
  Exporting() {
    apply(file({
        "1幢,1,3,301,,=甲某1,,999901199003070017,13800000001,,,户主",
        "1幢,1,3,301,,乙某,无,,,,1962-03-14,父母,独居老人,走访,2020-02-01,2020-12-31",
        "1幢,1,4,401,空置,,,,,,,",
    }));
  }
  Result<bus::Answer> export_as(const access::Actor& actor, std::string_view body) {
    return h().query(actor, "residents/export", "", std::string(body));
  }
  std::string asked(std::string_view purpose, std::string_view community = kCommunity) {
    return R"({"community":")" + std::string(community) + R"(","purpose":")" +
           std::string(purpose) + "\"}";
  }
};

std::string part_of(std::string_view bytes, std::string_view name) {
  auto archive = testing::Harness::must(sheet::Archive::open(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, {}));
  const auto* part = archive.find(name);
  if (part == nullptr) return {};
  std::string content(part->unpacked_bytes, '\0');
  auto reader = testing::Harness::must(archive.read(*part));
  testing::Harness::must(reader.read(content));
  return content;
}

// security: FI4
TEST_F(Exporting, given_a_purpose_when_exported_then_the_file_is_masked_marked_and_logged) {
  const auto answer = export_as(importer, asked("care_delivery"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->file_name,
            "990101001001住户名册_" + importer.account.text() + "_2020-02-18-15-40.xlsx");
  const auto rows = cells_of(answer->bytes);
  ASSERT_EQ(rows.size(), 5u);  // mark, header, three rows
  EXPECT_EQ(rows[0].at(0), importer.account.text() + " · 2020-02-18 15:40 · 送药送菜等帮扶");
  EXPECT_EQ(rows[1].at(7), "证件号");
  std::string all;
  for (const auto& row : rows) {
    for (const auto& cell : row) all += cell + "|";
  }
  EXPECT_NE(all.find("1幢|1|3|301|有人住|=**1|居民身份证|999***********0017|138****0001|男|"
                     "1990-**-**|户主|"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("乙*|没有证件||"), std::string::npos) << all;
  EXPECT_NE(all.find("|1962-**-**|父母|独居老人|"), std::string::npos) << all;
  EXPECT_NE(all.find("1幢|1|4|401|空置|"), std::string::npos) << all;
  EXPECT_EQ(all.find("19900307"), std::string::npos);
  const auto log = roster.all(vault::kAccessLog);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].operation, vault::Operation::export_file);
  EXPECT_EQ(log[0].purpose, vault::Purpose::care_delivery);
  EXPECT_EQ(log[0].count, 3);
  EXPECT_EQ(log[0].actor, importer.account);
}

// security: FI3
TEST_F(Exporting, given_a_name_that_is_a_formula_when_exported_then_it_stays_a_text) {
  const auto answer = export_as(importer, asked("home_visit"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(part_of(answer->bytes, "xl/worksheets/sheet1.xml").find("<f>"), std::string::npos);
}

TEST_F(Exporting, given_no_purpose_or_no_right_when_exported_then_nothing_leaves_or_is_logged) {
  EXPECT_EQ(roster.ask(importer, "residents/export", "", R"({"community":"990101001001"})"),
            "invalid_fields");
  EXPECT_EQ(roster.ask(importer, "residents/export", "", asked("curiosity")), "invalid_fields");
  EXPECT_EQ(roster.ask(importer, "residents/export", "", asked("home_visit", kOtherCommunity)),
            "not_found");
  EXPECT_EQ(roster.ask(roster.worker(), "residents/export", "", asked("home_visit")), "not_found");
  EXPECT_TRUE(roster.all(vault::kAccessLog).empty());
}

// security: FI4
TEST_F(Exporting, given_as_many_exports_as_an_hour_allows_when_asked_again_then_it_waits) {
  for (std::int64_t i = 0; i < kExportsPerHour; ++i) {
    ASSERT_TRUE(export_as(importer, asked("home_visit")));
  }
  EXPECT_EQ(roster.ask(importer, "residents/export", "", asked("home_visit")), "too_many_requests");
  h().clock.advance(3'600'001);
  EXPECT_TRUE(export_as(importer, asked("home_visit")));
}

}  // namespace
}  // namespace wangdi::residents
