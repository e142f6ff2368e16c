// SPDX-License-Identifier: Apache-2.0
// Files that are damaged or contradict themselves are refused and named; a newer tree closes old
// codes and opens new ones.
#include "modules/regions/importer.hpp"
#include "modules/regions/facts.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "base/hex.hpp"
#include "modules/regions/csv_file.hpp"
#include "modules/regions/tables.hpp"
#include "modules/regions/tree_table.hpp"
#include "store/sqlite.hpp"

namespace wangdi::regions {
namespace {

namespace fs = std::filesystem;

class Importer : public testing::Test {
 protected:
  Importer() {
    folder_ = fs::temp_directory_path() / ("wangdi_importer_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("edition.csv", "name,day\nstatistical_codes,2023-06-30\n");
    write("provinces.csv.gz", "code,name\n11,\"北京市\"\n44,\"广东省\"\n");
    write("cities.csv.gz", "code,name,provinceCode\n1101,\"市辖区\",11\n4419,\"东莞市\",44\n");
    write("areas.csv.gz",
          "code,name,cityCode,provinceCode\n110101,\"东城区\",1101,11\n"
          "441900,\"东莞市\",4419,44\n");
    write("streets.csv.gz",
          "name,code,areaCode,provinceCode,cityCode\n"
          "\"东华门街道\",110101001,110101,11,1101\n"
          "\"东城街道\",441900003,441900,44,4419\n");
    write("villages.csv.gz",
          "code,name,streetCode,provinceCode,cityCode,areaCode\n"
          "110101001001,\"多福巷社区居委会\",110101001,11,1101,110101\n"
          "441900003001,\"岗贝社区\",441900003,44,4419,441900\n");
    write("own_codes.csv", "code,name\n8100,香港特别行政区\n");
    write("hk_mo_codes.csv", "code,name,parent_code\n810001,中西区,810000\n");
    write("gbt2260_2020_codes.csv.gz",
          "code,name,level\n110000,北京市,province\n"
          "810000,香港特别行政区,province\n");
    write("county_codes_diff_2020_2023.csv", "code,name,status\n110103,崇文区,gone_by_2023\n");
    write("county_successors.csv", "code,successor_code\n110103,110101\n");
  }
  ~Importer() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    const auto path = (folder_ / name).string();
    if (!name.ends_with(".gz")) {
      std::ofstream(path, std::ios::binary) << text;
      return;
    }
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }

  TreeSource source() const { return TreeSource(folder_.string()); }

  std::string outcome() {
    std::string codes;
    const auto done = read_tree(source(), [&](const TreeNode& node, CivilDate) {
      codes += node.code.text() + " ";
      return ok();
    });
    if (done) return codes;
    return std::string(done.error().details().at(0).value) + " " +
           done.error().details().at(1).value;
  }

  fs::path folder_;
};

TEST_F(Importer, given_a_small_tree_when_read_then_nodes_come_by_level_and_code) {
  EXPECT_EQ(outcome(),
            " 11 44 81 1101 4419 8100 110101 110103 441900 810001 110101001 441900003 "
            "110101001001 441900003001 ");
}

TEST_F(Importer, given_a_wrong_row_when_read_then_the_place_and_the_reason_are_named) {
  const std::string areas = "code,name,cityCode,provinceCode\n";
  const std::string villages = "code,name,streetCode,provinceCode,cityCode,areaCode\n";
  struct Wrong {
    const char* file;
    std::string text;
    const char* expected;
  };
  const Wrong cases[] = {
      {"areas.csv.gz", areas + "110101,\"东城区\",1102,11\n",
       "areas.csv.gz:2 parent_column cityCode"},
      {"areas.csv.gz", areas + "110101,\"东城区\",1101,44\n",
       "areas.csv.gz:2 parent_column provinceCode"},
      {"areas.csv.gz", areas + "110201,\"东城区\",1102,11\n", "areas.csv.gz:2 no_parent"},
      {"areas.csv.gz", areas + "441900,\"东莞市\",4419,44\n110101,\"东城区\",1101,11\n",
       "areas.csv.gz:3 not_ascending"},
      {"areas.csv.gz", areas + "110101,\"东城区\",1101,11\n110101,\"东城区\",1101,11\n",
       "areas.csv.gz:3 not_ascending"},
      {"areas.csv.gz", areas + "11010,\"东城区\",1101,11\n", "areas.csv.gz:2 code_length"},
      {"areas.csv.gz", areas + "11O101,\"东城区\",1101,11\n", "areas.csv.gz:2 code_digits"},
      {"areas.csv.gz", areas + "110101,\"\",1101,11\n", "areas.csv.gz:2 name"},
      {"areas.csv.gz", areas + "110101,\" 东城区\",1101,11\n", "areas.csv.gz:2 name"},
      {"areas.csv.gz", areas + "110101,\"东城区,1101,11\n", "areas.csv.gz:2 quote_open"},
      {"areas.csv.gz", areas + "110101,\"东城\"区,1101,11\n", "areas.csv.gz:2 quote_inside"},
      {"areas.csv.gz", areas + "110101,东城区,1101\n", "areas.csv.gz:2 field_count"},
      {"areas.csv.gz", areas + "110101,\xFF\xFE,1101,11\n", "areas.csv.gz:2 not_utf8"},
      {"areas.csv.gz", areas + "110101,\xE7,\x94\xB2,11\n", "areas.csv.gz:2 not_utf8"},
      {"areas.csv.gz", areas + "110101," + std::string(2000, 'x') + ",1101,11\n",
       "areas.csv.gz:2 field_too_long"},
      {"areas.csv.gz", "code,name,cityCode\n", "areas.csv.gz:1 column_missing provinceCode"},
      {"areas.csv.gz", "code,name,name,cityCode,provinceCode\n",
       "areas.csv.gz:1 column_twice name"},
      {"areas.csv.gz", "", "areas.csv.gz:1 empty"},
      {"villages.csv.gz", villages + "110101002001,\"多福巷\",110101002,11,1101,110101\n",
       "villages.csv.gz:2 no_parent"},
      {"villages.csv.gz", villages + "110101001001,\"多福巷\",110101002,11,1101,110101\n",
       "villages.csv.gz:2 parent_column streetCode"},
      {"hk_mo_codes.csv", "code,name,parent_code\n810001,中西区,820000\n",
       "hk_mo_codes.csv:2 parent_column parent_code"},
      {"own_codes.csv", "code,name\n110101,东城区\n", "own_codes.csv:2 code_twice"},
      {"own_codes.csv", "code,name\n990101,东城区\n", "own_codes.csv:2 no_parent"},
      {"county_successors.csv", "code,successor_code\n110103,110999\n",
       "county_successors.csv:2 successor"},
      {"county_successors.csv", "code,successor_code\n110101,441900\n",
       "county_successors.csv:2 successor"},
      {"edition.csv", "name,day\nstatistical_codes,2023-02-30\n", "edition.csv:2 day"},
      {"edition.csv", "name,day\n", "edition.csv:2 edition_missing"},
  };
  for (const auto& [file, text, expected] : cases) {
    fs::path kept = folder_ / "kept";
    fs::copy_file(folder_ / file, kept, fs::copy_options::overwrite_existing);
    write(file, text);
    EXPECT_EQ(outcome(), expected) << text;
    fs::copy_file(kept, folder_ / file, fs::copy_options::overwrite_existing);
  }
}

TEST_F(Importer, given_a_truncated_archive_when_read_then_it_is_refused) {
  std::string text = "code,name,streetCode,provinceCode,cityCode,areaCode\n";
  for (int i = 1; i < 900; ++i) {
    const auto code = std::to_string(110101001000LL + i);
    text += code + ",\"社区" + std::to_string(i * 7919) + "\",110101001,11,1101,110101\n";
  }
  write("villages.csv.gz", text);
  const auto path = folder_ / "villages.csv.gz";
  const auto whole = fs::file_size(path);
  fs::resize_file(path, whole - 9);  // the checksum and more
  EXPECT_TRUE(outcome().ends_with(" damaged")) << outcome();
  fs::resize_file(path, whole / 2);
  EXPECT_TRUE(outcome().ends_with(" damaged")) << outcome();
  fs::remove(path);
  EXPECT_EQ(outcome(), "villages.csv.gz missing");
}

TEST_F(Importer, given_every_quoting_when_read_then_fields_are_what_was_meant) {
  write("q.csv",
        "\xEF\xBB\xBF"
        "b,\"a\"\r\n\"x,\"\"y\"\"\nz\",1\r\n,\"\"\n\"末\",2");
  constexpr std::string_view kColumns[] = {"a", "b"};
  auto file = CsvFile::open((folder_ / "q.csv").string(), kColumns).value();
  const std::pair<const char*, const char*> rows[] = {{"1", "x,\"y\"\nz"}, {"", ""}, {"2", "末"}};
  for (const auto& [a, b] : rows) {
    ASSERT_TRUE(file.next().value());
    EXPECT_EQ(file.field(0), a);
    EXPECT_EQ(file.field(1), b);
  }
  EXPECT_FALSE(file.next().value());
}

TEST_F(Importer, given_a_kept_copy_when_a_byte_changes_then_it_is_not_found) {
  const TreeStore store((folder_ / "kept").string());
  const auto digest = store.keep(source()).value();
  EXPECT_EQ(store.keep(source()).value(), digest);
  ASSERT_TRUE(store.find(digest));
  std::ofstream(folder_ / "kept" / to_hex(digest) / "own_codes.csv", std::ios::app)
      << "8200,澳门\n";
  const auto changed = store.find(digest);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code(), ErrorCode::tree_refused);
  EXPECT_EQ(store.keep(source()).value(), digest);  // written anew
  EXPECT_TRUE(store.find(digest));
  write("edition.csv", "name,day\nstatistical_codes,2024-06-30\n");
  EXPECT_NE(source().digest().value(), digest);
}

TEST_F(Importer, given_a_newer_tree_when_imported_then_old_codes_close_and_new_ones_open) {
  const auto engine = store::open_sqlite({.path = (folder_ / "t.db").string()}).value();
  const auto db = engine->open_writer().value();
  ASSERT_TRUE(db->create(kTree.info()));
  ASSERT_TRUE(db->create(kCommunityCount.info()));
  const auto import = [&] {
    ASSERT_TRUE(db->begin());
    ASSERT_TRUE(write_tree(*db, source()));
    ASSERT_TRUE(db->commit());
  };
  const auto row = [&](std::string_view text) {
    const auto code = RegionCode::parse(text).value();
    return store::get(*db, kTree, {code.level(), code}).value();
  };
  const auto communities = [&] { return community_count(*db, RegionCode()).value(); };
  import();
  EXPECT_EQ(row("110101")->opened, std::nullopt);
  EXPECT_EQ(row("110103")->closed->text(), "2023-06-30");
  EXPECT_EQ(row("110103")->successor->text(), "110101");
  EXPECT_GT(communities(), 0);

  write("edition.csv", "name,day\nstatistical_codes,2024-06-30\n");
  write("areas.csv.gz",
        "code,name,cityCode,provinceCode\n110101,\"东城区\",1101,11\n"
        "110120,\"新城区\",1101,11\n");
  write("streets.csv.gz",
        "name,code,areaCode,provinceCode,cityCode\n"
        "\"东华门大街道\",110101001,110101,11,1101\n");
  write("villages.csv.gz", "code,name,streetCode,provinceCode,cityCode,areaCode\n");
  write("county_codes_diff_2020_2023.csv", "code,name,status\n");
  write("county_successors.csv", "code,successor_code\n");
  import();
  EXPECT_EQ(row("110101")->closed, std::nullopt);
  EXPECT_EQ(row("110101001")->name, "东华门大街道");
  EXPECT_EQ(row("110120")->opened->text(), "2024-06-30");
  EXPECT_EQ(row("441900")->closed->text(), "2024-06-30");
  EXPECT_EQ(row("441900003001")->closed->text(), "2024-06-30");
  EXPECT_EQ(row("110101001001")->closed->text(), "2024-06-30");
  EXPECT_EQ(row("110103")->closed->text(), "2023-06-30");  // keeps its own day
  EXPECT_EQ(row("110103")->successor->text(), "110101");
  EXPECT_EQ(communities(), 0);
}

}  // namespace
}  // namespace wangdi::regions
