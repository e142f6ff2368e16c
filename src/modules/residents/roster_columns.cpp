// SPDX-License-Identifier: Apache-2.0
// Titles, other names of columns and choices, and the search for the header.
#include "modules/residents/roster_columns.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

namespace wangdi::residents {
namespace {

constexpr std::size_t kIgnoredMost = 50, kIgnoredCharacters = 30;
// A header names at least so many columns; a title line above it names none or one.
constexpr std::size_t kHeaderColumnsLeast = 3;

constexpr ColumnText kTexts[] = {
    {Column::building, "楼幢", "Building", "楼栋|幢号|栋号|楼号|幢|栋|小区楼幢", true, 12},
    {Column::unit, "单元", "Unit", "单元号|门洞", true, 8},
    {Column::floor, "楼层", "Floor", "层|层数|所在楼层", false, 8},
    {Column::room, "室号", "Room", "房号|房间号|门牌|门牌号|室|户号", true, 8},
    {Column::state, "住房状态", "State", "房屋状态|居住状态|房屋用途", false, 10},
    {Column::household_phone, "住户电话", "Household phone", "家庭电话|户主电话", false, 14},
    {Column::household_note, "备注", "Note", "说明|住户备注", false, 16},
    {Column::name, "姓名", "Name", "住户姓名|人员姓名|居民姓名|成员姓名", true, 12},
    {Column::document_kind, "证件类型", "Document kind", "证件种类|证件类别", false, 14},
    {Column::document_number, "证件号", "Document number",
     "证件号码|身份证号|身份证号码|身份证|公民身份号码|居民身份证号码", false, 22},
    {Column::phone, "手机", "Mobile phone", "手机号|手机号码|电话|联系电话|联系方式|电话号码",
     false, 14},
    {Column::sex, "性别", "Sex", "", false, 6},
    {Column::birth_date, "出生日期", "Birth date", "生日|出生年月日|出生年月", false, 12},
    {Column::relation, "与户主关系", "Relation to the head", "关系|家庭关系|户主关系|与户主的关系",
     false, 12},
    {Column::key_group, "重点群体", "Key group", "重点人群|人员类别|重点人员类别", false, 16},
    {Column::key_reason, "重点群体依据", "Reason", "依据|列入依据|列入原因", false, 16},
    {Column::starts_on, "重点群体开始日期", "Starts on", "开始日期|开始日", false, 14},
    {Column::ends_on, "重点群体结束日期", "Ends on", "结束日期|截止日期|结束日", false, 14},
};
static_assert(std::size(kTexts) == kColumns);

// Without blanks, stars and what stands in brackets: "姓名*（必填）" is the column 姓名.
std::string title_key(std::string_view title) {
  std::string key;
  for (const char c : text::fold(title)) {
    if (c == '(' || c == '[') break;
    if (c != ' ' && c != '*' && c != ':') key.push_back(c);
  }
  return key;
}

const std::unordered_map<std::string, Column>& columns_by_title() {
  static const auto kMap = [] {
    std::unordered_map<std::string, Column> map;
    for (const auto& text : kTexts) {
      map.emplace(title_key(text.zh), text.column);
      map.emplace(title_key(text.en), text.column);
      for (const auto other : text::split(text.others, '|')) {
        if (!other.empty()) map.emplace(title_key(other), text.column);
      }
    }
    return map;
  }();
  return kMap;
}

struct OtherWords {
  std::int64_t value;
  std::string_view words;  // separated by '|'
};

template <class E>
constexpr std::int64_t number(E value) {
  return static_cast<std::int64_t>(value);
}

constexpr OtherWords kStateWords[] = {
    {number(HouseholdState::occupied), "自住|常住|出租|在住|居住|入住|有人"},
    {number(HouseholdState::vacant), "空房|空置房|无人|无人住|未入住|空"},
    {number(HouseholdState::shop), "商铺|门面|沿街店铺|商用"},
    {number(HouseholdState::demolished), "拆除|已拆"},
};
constexpr OtherWords kKindWords[] = {
    {number(DocumentKind::identity_card), "身份证|二代身份证"},
    {number(DocumentKind::hk_mo_tw_permit), "港澳台居住证|港澳居民居住证|台湾居民居住证"},
    {number(DocumentKind::residence_card), "外国人永久居留身份证|永居证"},
    {number(DocumentKind::none), "无|没有|无证件|没有证"},
};
constexpr OtherWords kSexWords[] = {
    {number(Sex::male), "男性|m"},
    {number(Sex::female), "女性|f"},
    {number(Sex::unknown), "未知"},
};
constexpr OtherWords kRelationWords[] = {
    {number(Relation::head), "本人|户主本人"},
    {number(Relation::spouse), "夫|妻|丈夫|妻子|夫妻|爱人"},
    {number(Relation::child), "子|女|儿子|女儿|长子|次子|三子|长女|次女|三女|独生子|独生女"},
    {number(Relation::parent), "父|母|父亲|母亲"},
    {number(Relation::other),
     "其他|孙子|孙女|外孙|外孙女|儿媳|女婿|岳父|岳母|公公|婆婆|祖父|祖母|外祖父|外祖母|爷爷|奶奶|"
     "外公|"
     "外婆|兄弟|姐妹|哥哥|弟弟|姐姐|妹妹|侄子|侄女|亲戚|保姆|非亲属"},
    {number(Relation::tenant), "租户|承租人|房客|租住"},
};
constexpr OtherWords kGroupWords[] = {
    {number(KeyGroup::returnee), "外地返回|返回人员|外地返苏"},
    {number(KeyGroup::key_region_returnee), "重点地区返回"},
    {number(KeyGroup::close_contact), "密接|密接者"},
    {number(KeyGroup::living_alone_elder), "独居"},
    {number(KeyGroup::empty_nest_elder), "空巢"},
    {number(KeyGroup::unattended_child), "困境儿童"},
    {number(KeyGroup::disabled), "残疾"},
    {number(KeyGroup::chronic_illness), "慢病|慢性病"},
    {number(KeyGroup::pregnant), "孕妇产妇|孕产妇"},
};

using Words = std::unordered_map<std::string, std::int64_t>;

template <class E>
Words words_of(std::span<const OtherWords> others) {
  Words words;
  for (const auto& choice : codec::choices<E>()) {
    words.emplace(text::fold(choice.title_zh), choice.value);
    words.emplace(text::fold(choice.title_en), choice.value);
    words.emplace(text::fold(choice.name), choice.value);
  }
  for (const auto& other : others) {
    for (const auto word : text::split(other.words, '|')) {
      words.emplace(text::fold(word), other.value);
    }
  }
  return words;
}

template <class E>
std::optional<E> find(const Words& words, std::string_view written) {
  auto found = words.find(std::string(written));
  if (found == words.end()) found = words.find(text::fold(written));
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found->second);
}

}  // namespace

std::span<const ColumnText> column_texts() { return kTexts; }

const ColumnText& column_text(Column column) { return kTexts[static_cast<std::size_t>(column)]; }

std::string_view text_in(const sheet::Cell& cell) { return text::trim(cell.text); }

Result<std::optional<Header>> Header::read(std::span<const sheet::Cell> cells) {
  Header header;
  header.at_.fill(-1);
  std::size_t known = 0;
  const ColumnText* twice = nullptr;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto title = text_in(cells[i]);
    if (title.empty()) continue;
    const auto found = columns_by_title().find(title_key(title));
    if (found == columns_by_title().end()) {
      if (header.ignored_.size() < kIgnoredMost) {
        header.ignored_.emplace_back(text::prefix(title, kIgnoredCharacters));
      }
      continue;
    }
    auto& at = header.at_[static_cast<std::size_t>(found->second)];
    if (at >= 0) {
      twice = &column_text(found->second);
    } else {
      ++known;
      at = static_cast<std::int32_t>(i);
    }
  }
  if (known < kHeaderColumnsLeast) return std::optional<Header>();
  if (twice != nullptr) {
    return Error(ErrorCode::column_duplicate).with("column", std::string(twice->zh));
  }
  for (const auto& text : kTexts) {
    if (text.required && header.at_[static_cast<std::size_t>(text.column)] < 0) {
      return Error(ErrorCode::column_missing).with("column", std::string(text.zh));
    }
  }
  return std::optional(std::move(header));
}

const sheet::Cell& Header::cell(std::span<const sheet::Cell> cells, Column column) const {
  static const sheet::Cell kEmpty;
  const auto at = at_[static_cast<std::size_t>(column)];
  if (at < 0 || static_cast<std::size_t>(at) >= cells.size()) return kEmpty;
  return cells[static_cast<std::size_t>(at)];
}

std::optional<HouseholdState> state_in(std::string_view written) {
  static const auto kWords = words_of<HouseholdState>(kStateWords);
  return find<HouseholdState>(kWords, written);
}
std::optional<DocumentKind> document_kind_in(std::string_view written) {
  static const auto kWords = words_of<DocumentKind>(kKindWords);
  return find<DocumentKind>(kWords, written);
}
std::optional<Sex> sex_in(std::string_view written) {
  static const auto kWords = words_of<Sex>(kSexWords);
  return find<Sex>(kWords, written);
}
std::optional<Relation> relation_in(std::string_view written) {
  static const auto kWords = words_of<Relation>(kRelationWords);
  return find<Relation>(kWords, written);
}
std::optional<KeyGroup> key_group_in(std::string_view written) {
  static const auto kWords = words_of<KeyGroup>(kGroupWords);
  return find<KeyGroup>(kWords, written);
}

}  // namespace wangdi::residents
