// SPDX-License-Identifier: Apache-2.0
// Relationships, workbook, content types and merged ranges of a workbook.
#include "common/sheet/xlsx_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/sheet/source.hpp"
#include "common/sheet/xml.hpp"

namespace wangdi::sheet {
namespace {

constexpr std::size_t kRelationships = 4'000;  // hyperlinks not counted
constexpr std::size_t kNameBytes = 1'024;      // of sheets, targets and the like
constexpr std::size_t kSheets = 1'000;
constexpr std::uint32_t kColumnsOfFormat = 16'384;

// Parts by a piece of their lower-case name, content types likewise.
constexpr std::array<std::string_view, 8> kForbiddenNames = {
    "vbaproject", "vbadata",         "externallinks/", "embeddings/",
    "activex/",   "connections.xml", "querytables/",   "macrosheets/"};
constexpr std::array<std::string_view, 6> kForbiddenTypes = {
    "macroenabled", "vbaproject", "vbadata", "activex", "oleobject", "externallink"};

Error forbidden(std::string_view what) {
  return Error(ErrorCode::file_forbidden_part).with("what", std::string(what));
}

class ContentTypes final : public XmlHandler {
 public:
  void start(std::string_view, const Attributes& attributes) override {
    const auto type = attributes.find("ContentType");
    if (!type) return;
    const auto lower = ascii_lower(*type);
    for (const auto piece : kForbiddenTypes) {
      if (lower.find(piece) != std::string::npos) return fail(forbidden(piece));
    }
  }
  void end(std::string_view) override {}
};

struct Relationship {
  std::string id, type, target;
};

class Relationships final : public XmlHandler {
 public:
  void start(std::string_view name, const Attributes& attributes) override {
    if (name != "Relationship") return;
    const auto type = attributes.find("Type").value_or("");
    if (attributes.find("TargetMode").value_or("") == "External") {
      if (!type.ends_with("/hyperlink")) fail(forbidden("TargetMode=External"));
      return;
    }
    const auto id = attributes.find("Id").value_or("");
    const auto target = attributes.find("Target").value_or("");
    if (list.size() == kRelationships || id.size() + target.size() + type.size() > kNameBytes) {
      return fail(damaged("rels"));
    }
    list.push_back(
        {std::string(id), std::string(type.substr(type.rfind('/') + 1)), std::string(target)});
  }
  void end(std::string_view) override {}

  const Relationship* of_type(std::string_view type) const {
    const auto found = std::ranges::find(list, type, &Relationship::type);
    return found == list.end() ? nullptr : &*found;
  }
  std::vector<Relationship> list;
};

// xl/workbook.xml + ../media/a.png -> media/a.png. An absolute target loses its first '/'.
std::string resolve(std::string_view base_part, std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  std::string path(base_part.substr(0, base_part.rfind('/') + 1));
  if (base_part.find('/') == std::string_view::npos) path.clear();
  while (!target.empty()) {
    if (target.starts_with("./")) {
      target.remove_prefix(2);
    } else if (target.starts_with("../")) {
      target.remove_prefix(3);
      const auto end = path.empty() ? std::string::npos : path.rfind('/', path.size() - 2);
      path.erase(end == std::string::npos ? 0 : end + 1);
    } else {
      return path.append(target);
    }
  }
  return path;
}

std::string relationships_of(std::string_view part) {
  const auto slash = part.rfind('/');
  const auto name = slash == std::string_view::npos ? part : part.substr(slash + 1);
  const auto folder =
      slash == std::string_view::npos ? std::string_view() : part.substr(0, slash + 1);
  return std::string(folder) + "_rels/" + std::string(name) + ".rels";
}

class WorkbookHandler final : public XmlHandler {
 public:
  struct Tab {
    std::string name, relationship;
    bool visible;
  };
  void start(std::string_view name, const Attributes& attributes) override {
    if (name == "workbookPr") {
      if (attributes.is_true("date1904")) dates = DateSystem::from_1904;
    } else if (name == "sheet") {
      const auto tab_name = attributes.find("name").value_or("");
      const auto relationship = attributes.find("id").value_or("");
      if (tabs.size() == kSheets || tab_name.size() + relationship.size() > kNameBytes) {
        return fail(damaged("workbook.xml"));
      }
      tabs.push_back({std::string(tab_name), std::string(relationship),
                      attributes.find("state").value_or("visible") == "visible"});
    }
  }
  void end(std::string_view) override {}

  std::vector<Tab> tabs;
  DateSystem dates = DateSystem::from_1900;
};

class MergedRanges final : public XmlHandler {
 public:
  explicit MergedRanges(std::size_t limit) : limit_(limit) {}
  void start(std::string_view name, const Attributes& attributes) override {
    if (name != "mergeCell") return;
    const auto reference = attributes.find("ref").value_or("");
    const auto colon = reference.find(':');
    CellPlace first, last;
    if (!parse_reference(reference.substr(0, colon), first) || first.row == 0) {
      return fail(damaged("mergeCell"));
    }
    last = first;
    if (colon != std::string_view::npos &&
        (!parse_reference(reference.substr(colon + 1), last) || last.row == 0)) {
      return fail(damaged("mergeCell"));
    }
    if (++seen_ > limit_) return fail(too_large(kMergedAmount, limit_));
    if (last.row > first.row) ranges.push_back({first.column, first.row, last.row});
  }
  void end(std::string_view) override {}

  std::vector<MergedRange> ranges;

 private:
  std::size_t limit_;
  std::size_t seen_ = 0;
};

}  // namespace

Status check_parts(Archive& archive) {
  for (const auto& part : archive.parts()) {
    const auto name = ascii_lower(part.name);
    for (const auto piece : kForbiddenNames) {
      if (name.find(piece) != std::string::npos) return forbidden(piece);
    }
  }
  const auto* types = archive.find("[Content_Types].xml");
  if (types == nullptr || archive.find("xl/workbook.bin") != nullptr) {
    return Error(ErrorCode::file_type_unknown);
  }
  ContentTypes handler;
  WD_TRY([[maybe_unused]] auto done, read_xml(archive, *types, handler));
  for (const auto& part : archive.parts()) {
    if (!ascii_lower(part.name).ends_with(".rels")) continue;
    Relationships relationships;
    WD_TRY([[maybe_unused]] auto checked, read_xml(archive, part, relationships));
  }
  return ok();
}

Result<Workbook> read_workbook(Archive& archive) {
  Relationships root;
  if (const auto* part = archive.find("_rels/.rels")) {
    WD_TRY([[maybe_unused]] auto done, read_xml(archive, *part, root));
  }
  const auto* document = root.of_type("officeDocument");
  const auto book_name = document != nullptr ? resolve("", document->target) : "xl/workbook.xml";
  const auto* book = archive.find(book_name);
  if (book == nullptr) return Error(ErrorCode::file_type_unknown);  // a document of another program
  WorkbookHandler handler;
  WD_TRY([[maybe_unused]] auto read, read_xml(archive, *book, handler));
  Relationships links;
  if (const auto* part = archive.find(relationships_of(book_name))) {
    WD_TRY([[maybe_unused]] auto done, read_xml(archive, *part, links));
  }

  Workbook workbook{.sheets = {}, .styles_part = {}, .shared_part = {}, .dates = handler.dates};
  if (const auto* link = links.of_type("styles")) {
    workbook.styles_part = resolve(book_name, link->target);
  }
  if (const auto* link = links.of_type("sharedStrings")) {
    workbook.shared_part = resolve(book_name, link->target);
  }
  for (const auto& tab : handler.tabs) {
    const auto link = std::ranges::find(links.list, tab.relationship, &Relationship::id);
    if (link == links.list.end() || link->type != "worksheet") continue;  // a chart has no rows
    workbook.sheets.push_back({tab.name, resolve(book_name, link->target), tab.visible});
  }
  return workbook;
}

Result<std::vector<MergedRange>> read_merged_ranges(Archive& archive, const Part& part,
                                                    const Limits& limits) {
  MergedRanges handler(limits.merged_ranges);
  WD_TRY([[maybe_unused]] auto done, read_xml(archive, part, handler));
  std::ranges::stable_sort(handler.ranges, {}, &MergedRange::first_row);
  return std::move(handler.ranges);
}

bool parse_reference(std::string_view text, CellPlace& place) {
  std::uint32_t column = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= 'A' && text[at] <= 'Z'; ++at) {
    column = column * 26 + static_cast<std::uint32_t>(text[at] - 'A' + 1);
    if (column > kColumnsOfFormat) return false;
  }
  if (at == 0) return false;
  place = {.column = column - 1, .row = 0};
  if (at == text.size()) return true;
  const auto [end, fault] = std::from_chars(text.data() + at, text.data() + text.size(), place.row);
  return fault == std::errc{} && end == text.data() + text.size() && place.row > 0;
}

}  // namespace wangdi::sheet
