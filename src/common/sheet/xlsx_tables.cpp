// SPDX-License-Identifier: Apache-2.0
// Styles and shared strings: the two tables that cells of a workbook point into.
#include <algorithm>
#include <map>

#include "base/hex.hpp"
#include "common/sheet/source.hpp"
#include "common/sheet/xlsx_parts.hpp"
#include "common/sheet/xml.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::size_t kStyles = 65'536;  // the format's own limit, rounded up
constexpr std::size_t kCustomFormats = 4'096;
constexpr std::size_t kCodeBytes = 1'024;  // 255 characters of up to four bytes

class StylesHandler final : public XmlHandler {
 public:
  void start(std::string_view name, const Attributes& attributes) override {
    if (name == "numFmt") {
      const auto id = attributes.number("numFmtId");
      const auto code = attributes.find("formatCode");
      if (!id || !code) return;
      if (codes.size() == kCustomFormats) return fail(damaged("styles.xml"));
      codes.insert_or_assign(*id, std::string(code->size() <= kCodeBytes ? *code : ""));
    } else if (name == "cellXfs") {
      in_cell_formats_ = true;
    } else if (name == "xf" && in_cell_formats_) {
      if (ids.size() == kStyles) return fail(damaged("styles.xml"));
      ids.push_back(attributes.number("numFmtId").value_or(0));
    }
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") in_cell_formats_ = false;
  }

  std::map<std::uint32_t, std::string> codes;
  std::vector<std::uint32_t> ids;  // format id by style number

 private:
  bool in_cell_formats_ = false;
};

}  // namespace

Result<Styles> Styles::read(Archive& archive, std::string_view part_name) {
  Styles styles;
  const auto* part = part_name.empty() ? nullptr : archive.find(part_name);
  if (part == nullptr) return styles;
  StylesHandler handler;
  WD_TRY([[maybe_unused]] auto done, read_xml(archive, *part, handler));
  std::map<std::uint32_t, std::uint32_t> places;
  for (const auto id : handler.ids) {
    const auto [place, added] = places.emplace(id, styles.formats_.size());
    if (added) {
      const auto custom = handler.codes.find(id);
      styles.formats_.push_back(custom != handler.codes.end() ? parse_format(custom->second)
                                                              : builtin_format(id));
    }
    styles.of_style_.push_back(place->second);
  }
  return styles;
}

const NumberFormat& Styles::of(std::uint32_t style) const {
  return style < of_style_.size() ? formats_[of_style_[style]] : general_;
}

class SharedStringsHandler final : public XmlHandler {
 public:
  SharedStringsHandler(SharedStrings& strings, const Limits& limits)
      : strings_(strings), limits_(limits) {}

  void start(std::string_view name, const Attributes&) override {
    if (name == "si") {
      text_.clear();
      in_item_ = true;
    } else if (name == "rPh") {  // how a name is spoken: no part of the text
      in_phonetic_ = true;
    } else if (name == "t") {
      in_text_ = in_item_ && !in_phonetic_;
    }
  }
  void end(std::string_view name) override {
    if (name == "t") in_text_ = false;
    if (name == "rPh") in_phonetic_ = false;
    if (name == "si" && in_item_) add();
  }
  void text(std::string_view piece) override {
    if (!in_text_) return;
    text_.append(piece);
    if (text_.size() > limits_.cell_bytes)
      fail(too_many_bytes(kCellTextAmount, limits_.cell_bytes));
  }

 private:
  void add() {
    in_item_ = false;
    if (strings_.count() == limits_.cells) return fail(too_large(kCellsAmount, limits_.cells));
    unescape(text_);
    const auto kept = strings_.texts_.copy(text_);
    if (strings_.texts_.bytes() > limits_.shared_text_bytes) {
      return fail(too_many_bytes(kSharedTextAmount, limits_.shared_text_bytes));
    }
    strings_.starts_.push_back(kept.data());
    strings_.sizes_.push_back(static_cast<std::uint32_t>(kept.size()));
  }

  SharedStrings& strings_;
  const Limits& limits_;
  std::string text_;
  bool in_item_ = false, in_text_ = false, in_phonetic_ = false;
};

Status SharedStrings::read(Archive& archive, std::string_view part_name, const Limits& limits) {
  const auto* part = part_name.empty() ? nullptr : archive.find(part_name);
  if (part == nullptr) return ok();
  SharedStringsHandler handler(*this, limits);
  return read_xml(archive, *part, handler);
}

void unescape(std::string& text) {
  constexpr std::size_t kEscapeBytes = 7;  // _x000D_
  if (text.find("_x") == std::string::npos) return;
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const auto piece = std::string_view(text).substr(at, kEscapeBytes);
    const bool escape =
        piece.size() == kEscapeBytes && piece.starts_with("_x") && piece[6] == '_' &&
        std::ranges::all_of(piece.substr(2, 4), [](char c) { return hex_value(c) >= 0; });
    std::uint32_t point = 0;
    if (escape) {
      for (const char c : piece.substr(2, 4))
        point = point * 16 + static_cast<std::uint32_t>(hex_value(c));
    }
    // Half a character beyond the basic plane, and the forbidden zero, stay as they are written.
    if (!escape || point == 0 || (point >= 0xD800 && point <= 0xDFFF)) {
      plain += text[at++];
      continue;
    }
    if (point < 0x80) {
      plain += static_cast<char>(point);
    } else if (point < 0x800) {
      plain += static_cast<char>(0xC0 | point >> 6);
      plain += static_cast<char>(0x80 | (point & 0x3F));
    } else {
      plain += static_cast<char>(0xE0 | point >> 12);
      plain += static_cast<char>(0x80 | (point >> 6 & 0x3F));
      plain += static_cast<char>(0x80 | (point & 0x3F));
    }
    at += kEscapeBytes;
  }
  text = std::move(plain);
}

}  // namespace wangdi::sheet
