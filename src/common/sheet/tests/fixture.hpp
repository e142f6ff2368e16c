// SPDX-License-Identifier: Apache-2.0
// Workbooks made from raw parts, well-formed or hostile, and tables read into plain lists.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sheet/sheet.hpp"

namespace wangdi::sheet::fixture {

// A zip file, byte by byte, so that its headers can lie.
class ZipBuilder {
 public:
  struct Lies {
    std::int64_t unpacked_bytes = -1;  // claimed in place of the real size
    std::uint16_t flags = 0, method = 0xFFFF;
    std::uint32_t crc_xor = 0;
  };
  void add(std::string_view name, std::string_view content, bool deflated, const Lies& lies) {
    const auto* data = reinterpret_cast<const Bytef*>(content.data());
    const auto crc = static_cast<std::uint32_t>(crc32(0, data, static_cast<uInt>(content.size())));
    const auto packed = deflated ? deflate_raw(content) : std::string(content);
    const auto claimed =
        lies.unpacked_bytes >= 0 ? lies.unpacked_bytes : static_cast<std::int64_t>(content.size());
    std::string common;  // the fields that local and central header share
    put16(common, 20);
    put16(common, lies.flags);
    put16(common, lies.method != 0xFFFF ? lies.method : deflated ? 8 : 0);
    put32(common, 0x21 << 16);  // 1980-01-01
    put32(common, crc ^ lies.crc_xor);
    put32(common, static_cast<std::uint32_t>(packed.size()));
    put32(common, static_cast<std::uint32_t>(claimed));
    put16(common, static_cast<std::uint16_t>(name.size()));
    put16(common, 0);
    central_ += "PK\x01\x02";
    put16(central_, 20);
    central_ += common;
    central_.append(10, '\0');  // comment, disk, attributes
    put32(central_, static_cast<std::uint32_t>(bytes_.size()));
    central_ += name;
    bytes_ += "PK\x03\x04" + common + std::string(name) + packed;
    ++count_;
  }
  void add(std::string_view name, std::string_view content, bool deflated = false) {
    add(name, content, deflated, Lies{});
  }
  std::string finish(int claimed_entries = -1) {
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    const auto entries =
        static_cast<std::uint16_t>(claimed_entries >= 0 ? claimed_entries : count_);
    std::string end = "PK\x05\x06" + std::string(4, '\0');
    put16(end, entries);
    put16(end, entries);
    put32(end, static_cast<std::uint32_t>(central_.size()));
    put32(end, at);
    put16(end, 0);
    return bytes_ + central_ + end;
  }

 private:
  static void put16(std::string& out, std::uint16_t value) {
    out += static_cast<char>(value & 0xFF);
    out += static_cast<char>(value >> 8);
  }
  static void put32(std::string& out, std::uint32_t value) {
    put16(out, static_cast<std::uint16_t>(value & 0xFFFF));
    put16(out, static_cast<std::uint16_t>(value >> 16));
  }
  static std::string deflate_raw(std::string_view content) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, content.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
  }

  std::string bytes_, central_;
  int count_ = 0;
};

// A workbook of one sheet; every part can be replaced or added to.
struct Book {
  std::map<std::string, std::string> parts;
  bool deflated = false;

  // `rows` stands inside sheetData, `behind` after it.
  explicit Book(std::string_view rows, std::string_view behind = "") {
    parts["[Content_Types].xml"] =
        "<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>";
    parts["_rels/.rels"] = rels({{"rId1", "officeDocument", "xl/workbook.xml", ""}});
    parts["xl/workbook.xml"] = workbook(R"(<sheet name="名册" sheetId="1" r:id="rId1"/>)");
    parts["xl/_rels/workbook.xml.rels"] =
        rels({{"rId1", "worksheet", "worksheets/sheet1.xml", ""},
              {"rId2", "styles", "styles.xml", ""},
              {"rId3", "sharedStrings", "/xl/sharedStrings.xml", ""}});
    parts["xl/worksheets/sheet1.xml"] = sheet(rows, behind);
  }
  static std::string workbook(std::string_view sheets, std::string_view before = "") {
    return "<workbook xmlns:r=\"r\">" + std::string(before) + "<sheets>" + std::string(sheets) +
           "</sheets></workbook>";
  }
  static std::string sheet(std::string_view rows, std::string_view behind = "") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet><sheetData>" + std::string(rows) +
           "</sheetData>" + std::string(behind) + "</worksheet>";
  }
  struct Relation {
    std::string_view id, type, target, mode;
  };
  static std::string rels(const std::vector<Relation>& list) {
    std::string xml = "<Relationships>";
    for (const auto& [id, type, target, mode] : list) {
      xml += "<Relationship Id=\"" + std::string(id) + "\" Type=\"http://x/relationships/" +
             std::string(type) + "\" Target=\"" + std::string(target) + "\"" +
             (mode.empty() ? "" : " TargetMode=\"" + std::string(mode) + "\"") + "/>";
    }
    return xml + "</Relationships>";
  }
  Book& shared(std::string_view items) {
    parts["xl/sharedStrings.xml"] = "<sst>" + std::string(items) + "</sst>";
    return *this;
  }
  // One style a format code, in order; a code that begins with '=' is a built-in id.
  Book& formats(const std::vector<std::string>& codes) {
    std::string custom, styles;
    int next = 164;
    for (const auto& code : codes) {
      const bool builtin = code.starts_with('=');
      const auto id = builtin ? code.substr(1) : std::to_string(next++);
      if (!builtin) custom += "<numFmt numFmtId=\"" + id + "\" formatCode=\"" + code + "\"/>";
      styles += "<xf numFmtId=\"" + id + "\"/>";
    }
    parts["xl/styles.xml"] = "<styleSheet><numFmts>" + custom +
                             "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                             "<cellXfs>" +
                             styles + "</cellXfs></styleSheet>";
    return *this;
  }
  std::string bytes() const {
    ZipBuilder zip;
    for (const auto& [name, content] : parts) zip.add(name, content, deflated);
    return zip.finish();
  }
};

inline std::span<const std::uint8_t> span_of(std::string_view bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

struct ReadCell {
  CellKind kind = CellKind::empty;
  std::string text, raw, day;
  bool merged = false, lost = false;
};
struct ReadTable {
  Counts counts;
  std::vector<std::pair<std::uint32_t, std::vector<ReadCell>>> rows;
  std::string name;
  std::vector<std::string> others;

  // All rows as "1: a|b" lines.
  std::string text() const {
    std::string all;
    for (const auto& [number, cells] : rows) {
      all += std::to_string(number) + ":";
      for (std::size_t at = 0; at < cells.size(); ++at) {
        all += (at == 0 ? " " : "|") + cells[at].text;
      }
      all += "\n";
    }
    return all;
  }
};

inline Result<ReadTable> read(std::string_view bytes, const OpenOptions& options = {}) {
  WD_TRY(auto sheet, Sheet::open(span_of(bytes), options));
  ReadTable table{.counts = {}, .rows = {}, .name = sheet.name(), .others = sheet.other_sheets()};
  const auto keep = [&](std::uint32_t row, std::span<const Cell> cells) -> Result<Next> {
    std::vector<ReadCell> kept;
    for (const auto& cell : cells) {
      kept.push_back({cell.kind, std::string(cell.text), std::string(cell.raw),
                      cell.day ? cell.day->text() : "", cell.merged, digits_lost(cell)});
    }
    table.rows.emplace_back(row, std::move(kept));
    return Next::more;
  };
  WD_TRY(table.counts, sheet.for_each_row(keep));
  return table;
}

// The name of the error that reading gives, or "ok".
inline std::string outcome(std::string_view bytes, const OpenOptions& options = {}) {
  const auto table = read(bytes, options);
  return table ? "ok" : std::string(error_entry(table.error().code()).name);
}

}  // namespace wangdi::sheet::fixture
